"""What people type, made safe to store: one line, many lines, a link, a slug."""

import re
import secrets
import unicodedata
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.exceptions import Refused
from core.search import fold_words

# Bidirectional overrides and isolates, which make one name look like another.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROLS = re.compile(f"[\x01-\x1f\x7f-\x9f{''.join(BIDI_CONTROLS)}]")
MAX_MARKS_IN_A_ROW = 4
# Cyrillic and Greek letters that a reader takes for Latin ones, when case-folded; a
# choice from Unicode's confusables (UTS 39).
_FOREIGN = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501"
    "\u051b\u051d\u043a\u043c\u0442\u0432\u043d\u03b1\u03bf\u03c1\u03c5\u03bd"
    "\u03b9\u03ba\u03c4\u0131\u0261"
)
_LATIN = "aeopcyxijshdqwkmtbhaopuviktig"
_LOOKS_LIKE = str.maketrans(_FOREIGN + "0135", _LATIN + "oles")
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that reads like another


# An address, or a name with a dot that mail programs take for one.
_LINK = re.compile(r"://|\bwww\.|[\w-]\.[a-z]{2,}\b(?![\w'])", re.IGNORECASE)


def has_link(text: str) -> bool:
    """Whether a mail program would make a link of something in this text."""
    return _LINK.search(text) is not None


def _without_controls(text: str, keep: str) -> str:
    if _UNSTORABLE.search(text):
        raise ValidationError(
            _("This text has characters that cannot be stored. Please type it anew."),
            code="bad_characters",
        )
    return _CONTROLS.sub(
        lambda control: control[0] if control[0] in keep else "",
        unicodedata.normalize("NFC", text),
    )


def _refuse_stacked_marks(text: str) -> None:
    if text.isascii():  # most is, and a megabyte of it takes its time
        return
    in_a_row = 0
    for char in text:
        in_a_row = in_a_row + 1 if unicodedata.category(char) == "Mn" else 0
        if in_a_row > MAX_MARKS_IN_A_ROW:
            raise ValidationError(
                _("This text has too many stacked accents. Please use fewer."),
                code="stacked_marks",
            )


def _refuse_nothing_to_see(text: str) -> None:
    if text.strip() and all(unicodedata.category(char)[0] in "ZC" for char in text):
        raise ValidationError(_("Please type something that can be seen."), "invisible")


def clean_line(text: str) -> str:
    """Return one NFC line without controls; raise ``ValidationError`` if unusable."""
    line = " ".join(_without_controls(text.replace("\t", " "), "\n\r").split())
    _refuse_stacked_marks(line)
    _refuse_nothing_to_see(line)
    return line


def clean_text(text: str) -> str:
    """Return NFC text with line feeds, without other controls."""
    text = _without_controls(text.replace("\r\n", "\n").replace("\r", "\n"), "\n\t")
    _refuse_stacked_marks(text)
    _refuse_nothing_to_see(text)
    return text.strip()


def fold(text: str) -> str:
    """The form in which two names are the same name: NFC and case-folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def skeleton(text: str) -> str:
    """Equal for two names that many would take for one another; for warnings only."""
    letters = unicodedata.normalize("NFKD", text).casefold().translate(_LOOKS_LIKE)
    return "".join(char for char in letters if char.isalnum()).replace("l", "i")


def whole_number(text: str | None, digits: int = 18) -> int | None:
    """The number of a row, or another that a column can hold; ``None`` if it is none.

    Only our own digits, and not thousands of them, for which Python refuses.
    """
    text = text or ""
    fits = text.isascii() and text.isdecimal() and len(text) <= digits
    return int(text) if fits else None


class UnusableText(Refused):
    message = _("This text has characters that cannot be stored. Please type it anew.")


def typed_line(text: str | None) -> str:
    """One line from a box without a form; raises :class:`UnusableText`."""
    try:
        return clean_line(text or "")
    except ValidationError:
        raise UnusableText from None


def validate_line(text: str) -> None:
    clean_line(text)


def validate_text(text: str) -> None:
    clean_text(text)


def validate_link(url: str) -> None:
    """Refuse links that are not http(s), carry a password or point into a machine."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValidationError(_("Please give a link that starts with https://."))
    if parts.username or parts.password:
        raise ValidationError(
            _("This link holds a user name or password. Please remove it.")
        )
    host = parts.hostname
    if "." not in host or host.startswith("127.") or host.endswith(".localhost"):
        raise ValidationError(_("This link only works on your own machine."))


# Pages beside those of teams, datasets and projects, such as …/teams/new/.
SLUGS_OF_PAGES = frozenset({"code", "new"})


def new_code(length: int = 8) -> str:
    """A random code that people can read out: 31 ** length possibilities."""
    return "".join(secrets.choice(CODE_ALPHABET) for _place in range(length))


def free_slug(name: str, *taken: QuerySet, field: str = "slug") -> str:  # type: ignore[type-arg]
    """A slug for ``name`` that no row of ``taken`` and no page has; max. 60 signs.

    A name without a Latin letter, which no address shows well, gets a word and a code.
    """
    base = slugify(fold_words(name))[:50].strip("-")
    if not base:
        kind = slugify(taken[0].model._meta.verbose_name or "")
        base = f"{kind}-{new_code(5).lower()}"
    used = {
        slug
        for rows in taken
        for slug in rows.filter(**{f"{field}__startswith": base}).values_list(
            field, flat=True
        )
    }
    if base not in used | SLUGS_OF_PAGES:
        return base
    number = 2
    while f"{base}-{number}" in used:
        number += 1
    return f"{base}-{number}"
