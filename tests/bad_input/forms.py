"""The forms of a page, as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote_plus, urljoin

FORM = "application/x-www-form-urlencoded"


@dataclass
class Form:
    """``values``: name and value pairs, as the page comes."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)

    @property
    def names(self):
        return list(dict.fromkeys(name for name, _value in self.values))

    def body(self, **changed):
        """What is sent, with some values put in place of all of their name.

        A value is text (lone surrogates too), a list of texts, or ``None`` for nothing.
        """
        pairs = [pair for pair in self.values if pair[0] not in changed]
        for name, value in changed.items():
            values = value if isinstance(value, list) else [value]
            pairs += [(name, one) for one in values if one is not None]
        return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs)


def encoded(text):
    return quote_plus(text.encode("utf-8", "surrogatepass"))


class _Reader(HTMLParser):
    def __init__(self, address):
        super().__init__()
        self.address = address
        self.forms = []
        self.now = None
        self.select = self.textarea = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "form":
            action = urljoin(self.address, attrs.get("action") or "")
            self.now = Form(action, (attrs.get("method") or "get").lower())
            self.forms.append(self.now)
        elif self.now is None or "disabled" in attrs:
            return
        elif tag in {"input", "button"} and name:
            kind = attrs.get("type", "text")
            is_box = kind in {"checkbox", "radio"}
            if not is_box or "checked" in attrs:
                value = attrs.get("value", "on" if is_box else "")
                self.now.values.append((name, value or ""))
            elif name not in self.now.names:
                self.now.values.append((name, ""))
        elif tag == "textarea" and name:
            self.textarea = name
            self.now.values.append((name, ""))
        elif tag == "select" and name:
            self.select = name
            self.now.values.append((name, ""))
        elif tag == "option" and self.select and "selected" in attrs:
            self.now.values.append((self.select, attrs.get("value") or ""))

    def handle_data(self, data):
        if self.textarea:
            name, value = self.now.values.pop()
            self.now.values.append((name, value + data))

    def handle_endtag(self, tag):
        if tag == "form":
            self.now = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None


def forms_of(address, html):
    """Every form of a page; ``values`` has each field, empty ones too."""
    reader = _Reader(address)
    reader.feed(html)
    return reader.forms


def as_read(client, url):
    """What a page says it was made from; it has to come back with what was typed."""
    return as_read_on(url, client.get(url).content.decode())


def as_read_on(url, page):
    forms = forms_of(url, page)
    return next(dict(f.values)["as_read"] for f in forms if "as_read" in f.names)


def save(client, url, fields, **options):
    """Send ``fields`` from a page that was opened a moment ago."""
    return client.post(url, {"as_read": as_read(client, url), **fields}, **options)
