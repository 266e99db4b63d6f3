"""How things look in our templates. Formatting only: no queries."""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.loader_tags import IncludeNode
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core import kept
from core import markdown as markdown_
from core.sheets import PLACES, Places

register = template.Library()
HUES = 6


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Lucide icon; without ``label`` it is decoration and hidden from readers."""
    sprite = static("icons/sprite.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            label,
            sprite,
            name,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name
    )


@register.simple_tag
def avatar(person: Any) -> SafeString:
    """A person's initials in one of six inks, the same ink each time."""
    return format_html(
        '<span class="avatar avatar--{}" aria-hidden="true">{}</span>',
        (person.pk or 0) % HUES,
        person.initials,
    )


@register.filter
def markdown(text: str) -> SafeString:
    return markdown_.render(text or "")


@register.inclusion_tag("core/_typed.html", takes_context=True)
def what_was_typed(context: template.Context, note: str = "") -> dict[str, Any]:
    """On a page that refuses a form: what was in it, so that it can be copied."""
    request = context.get("request")
    if request is None:
        return {}
    # Written before somebody had to sign in, for a page that has closed since.
    form = getattr(request, "kept_form", None)
    data = request.POST if request.method == "POST" else form and form.data
    return {"typed": kept.typed(data), "note": note} if data else {}


@register.filter
def plain(text: str) -> str:
    return markdown_.plain(text or "")


class SameForAll(template.Node):
    def __init__(self, content: template.NodeList) -> None:
        self.content = content
        self.rendered: dict[str, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:  # noqa: ARG002
        language = get_language() or ""
        if language not in self.rendered:
            # An empty context: what is remembered can know nothing of anybody.
            self.rendered[language] = self.content.render(template.Context())
        return self.rendered[language]


@register.tag
def sameforall(parser: Parser, token: Token) -> SameForAll:  # noqa: ARG001
    """What depends on the language only: rendered once in each process."""
    content = parser.parse(["endsameforall"])
    parser.delete_first_token()
    return SameForAll(content)


class Personal(IncludeNode):
    def render(self, context: template.Context) -> SafeString:
        places: Places | None = context.get(PLACES)
        if places is None:
            return super().render(context)
        return places.leave_open(self.template.resolve(context))


@register.tag
def personal(parser: Parser, token: Token) -> Personal:
    """Includes a template that looks different to each reader.

    In pages that are kept its place stays open; see core.sheets.
    """
    _tag, name = token.split_contents()
    return Personal(parser.compile_filter(name))
