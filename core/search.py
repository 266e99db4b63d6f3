"""How every search compares words: blind to accents, to case and to their order.

Both databases fold a column as :func:`fold_words` folds what somebody typed: SQLite
calls it, PostgreSQL has an expression that says the same and needs no extension.
"""

import re
import unicodedata
from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import Contains
from django.http import HttpRequest

MOST_WORDS = 8
SQLITE_NAME = "fold_words"
# Accents once letters are taken apart: of Latin, Greek, Cyrillic; Hebrew; Arabic, with
# the bar that stretches words.
_MARKS = "[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]"
_marks = re.compile(_MARKS)
# Letters that Unicode does not take apart, and what people type in their place: o, l
# and d with a stroke, the i without a dot, h and t with a bar, eth, the final sigma.
_ALIKE = "\u00f8\u0142\u0111\u0131\u0127\u0167\u00f0\u03c2"
_PLAIN = "oldihtd\u03c3"
_LONG = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_table = str.maketrans(dict(zip(_ALIKE, _PLAIN, strict=True)) | _LONG)


def fold_words(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = _marks.sub("", unicodedata.normalize("NFKD", text))
    return apart.lower().translate(_table)


class Folded(Func):
    """A column as :func:`fold_words` would give it."""

    function = SQLITE_NAME
    output_field: Any = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        letters = (
            f"regexp_replace(normalize((%(expressions)s)::text, NFKD), '{_MARKS}', "
            "'', 'g')"
        )
        folded = f"translate(lower({letters}), '{_ALIKE}', '{_PLAIN}')"
        for letter, plain in _LONG.items():
            folded = f"replace({folded}, '{letter}', '{plain}')"
        return self.as_sql(compiler, connection, template=folded, **more)


def has(field: str, word: str) -> Q:
    """Rows whose ``field`` holds ``word``: part of one, or some as they stand."""
    return Q(Contains(Folded(F(field)), Value(fold_words(word))))


def matching(words: str, *fields: str) -> Q:
    """Rows of which each word stands somewhere in one of ``fields``.

    The fields lie on the row or a key away, so that no row is found twice.
    """
    wanted = Q()
    for word in words.split()[:MOST_WORDS]:
        anywhere = Q()
        for field in fields:
            anywhere |= has(field, word)
        wanted &= anywhere
    return wanted


class FoldedSearchMixin:
    """The search box of a list in the admin."""

    def get_search_results(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        fields: list[str] = list(self.get_search_fields(request))  # type: ignore[attr-defined]
        exact = [name for name in fields if name.endswith("__iexact")]
        inexact = [name for name in fields if name not in exact]
        for word in search_term.split()[:MOST_WORDS] if fields else ():
            wanted = matching(word, *inexact)
            for name in exact:
                wanted |= Q(**{name: word})
            queryset = queryset.filter(wanted)
        return queryset, False


def teach_sqlite(connection: Any, **_kwargs: object) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            SQLITE_NAME,
            1,
            lambda text: None if text is None else fold_words(str(text)),
            deterministic=True,
        )
