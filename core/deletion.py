"""Why a row stays: what people gave is not deleted together with what it is about.

``PROTECT`` on the keys is what keeps it. This says so before, in a sentence that tells
what to do instead; apps add theirs in ``deletion.py``.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import router
from django.db.models import Model, ProtectedError, RestrictedError
from django.db.models.deletion import Collector
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

Reason = Callable[[Any], StrOrPromise | None]
_reasons: dict[type[Model], list[Reason]] = {}


def stays_because(model: type[Model]) -> Callable[[Reason], Reason]:
    """Register what speaks against deleting a row; ``None`` if nothing does."""

    def add(reason: Reason) -> Reason:
        _reasons.setdefault(model, []).append(reason)
        return reason

    return add


def why_it_stays(row: Model) -> str | None:
    for reason in _reasons.get(type(row), ()):
        if sentence := reason(row):
            return str(sentence)
    try:
        Collector(router.db_for_write(type(row)), origin=row).collect([row])
    except (ProtectedError, RestrictedError) as error:
        hanging: Iterable[Model] = error.args[1]
        return _("“%(row)s” stays, because it is needed by: %(kinds)s.") % {
            "row": row,
            "kinds": _kinds(hanging),
        }
    return None


def _kinds(rows: Iterable[Model]) -> str:
    return ", ".join(sorted({str(row._meta.verbose_name_plural) for row in rows}))
