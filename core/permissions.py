"""Who may not, reads why."""

import re
from typing import TYPE_CHECKING, Any

import rules
from django.core.exceptions import PermissionDenied
from rules.permissions import permissions

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_reasons: list[tuple[rules.Predicate, "_StrPromise"]] = []
_last: list[tuple[rules.Predicate, "_StrPromise"]] = []


def explain(
    predicate: rules.Predicate, reason: "_StrPromise", *, last: bool = False
) -> None:
    """What to tell people of whom ``predicate`` is not true; next to the rule.

    ``last``: only if nothing else is to be said. Organisers may do most things, but who
    is not one of them is better told what would do.
    """
    (_last if last else _reasons).append((predicate, reason))


def why_not(user: Any, permission: str, obj: Any) -> str:
    """The first thing that is missing for ``permission``, if it has a sentence."""
    rule = permissions.get(permission)
    asked = set(re.findall(r"\w+", rule.name)) if rule else set()
    for predicate, reason in _reasons + _last:
        if predicate.name in asked and not predicate.test(user, obj):
            return str(reason)
    return ""


def require(user: Any, permission: str, obj: Any) -> None:
    if not user.has_perm(permission, obj):
        raise PermissionDenied(why_not(user, permission, obj))
