"""The audit log: what happened, for organisers to read. Not for debugging."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.adapter import where_from
from accounts.models import User
from events.audit import seal
from events.models import AuditEntry, Event

NOTHING = "\N{EN DASH}"


def record(
    actor: User | None,
    verb: str,
    target: Model | str,
    *,
    event: Event | None = None,
    actor_name: str = "",
    **details: Any,
) -> None:
    """Write one entry in the caller's transaction; ``verb`` as ``"teams.joined"``.

    What changed stands in ``details`` as ``old`` and ``new``; from where it was done
    is read off the request that is being answered.
    """
    chain = event.pk if event else 0
    AuditEntry.objects.create(
        event=event,
        chain=chain,
        source=where_from(),
        actor=actor,
        actor_name=actor_name or (str(actor) if actor else ""),
        verb=verb,
        target=str(target)[:200],
        details=details,
    )
    # Not a partial: it has no name, which Django asks for when the call fails.
    transaction.on_commit(lambda: seal(chain), robust=True)


_words: dict[str, Promise] = {}
# What is written of a model in the admin, by ("app.model", "added"), where it has a
# verb of its own.
admin_verbs: dict[tuple[str, str], str] = {}


def say(words: Mapping[str, Promise]) -> None:
    """Register sentences for verbs; each app does so in its ``verbs.py``.

    They follow a name and may use ``%(target)s`` and what was recorded as details.
    """
    _words.update(words)


def known_verbs() -> frozenset[str]:
    return frozenset(_words)


def in_words(entry: AuditEntry) -> str:
    """The entry without its actor, such as “joined the team Wren Watchers”."""
    if entry.verb not in _words:  # written by an earlier release
        return f"{entry.verb}: {entry.target}"
    values = defaultdict(lambda: "?", {**entry.details, "target": entry.target})
    if "model" not in entry.details:
        return str(_words[entry.verb]) % values
    kind, changes = _written(entry.details)
    sentence = str(_words[entry.verb]) % (values | {"kind": kind})
    return f"{sentence} ({changes})" if changes else sentence


def _written(details: Mapping[str, Any]) -> tuple[str, str]:
    """What was written in the admin: the kind of row, and its fields old → new."""
    try:
        model = apps.get_model(details["model"])
    except LookupError:  # written by another release
        return details["model"], ""
    names = {field.name: field for field in model._meta.get_fields()}
    changes = [
        _change(
            str(getattr(names.get(one["field"]), "verbose_name", one["field"])), one
        )
        for one in details["changes"]
    ]
    return str(model._meta.verbose_name), "; ".join(changes)


def _change(name: str, one: Mapping[str, str]) -> str:
    if "old" not in one:
        return _("%(name)s (not shown here)") % {"name": name}
    return f"{name}: {one['old'] or NOTHING} → {one['new'] or NOTHING}"
