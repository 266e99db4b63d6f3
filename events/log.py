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
    about: Model | None = None,
    **details: Any,
) -> None:
    """Write one entry in the caller's transaction; ``verb`` as ``"teams.joined"``.

    What changed stands in ``details`` as ``old`` and ``new``; from where it was done
    is read off the request that is being answered. A person, or a row that belongs to
    one, is named apart from the rest: as target, among the details, or ``about`` whom
    the target and all details are.
    """
    chain = event.pk if event else 0
    AuditEntry.objects.create(
        event=event,
        chain=chain,
        source=where_from(),
        actor=actor,
        actor_name=actor_name or (str(actor) if actor else ""),
        verb=verb,
        **told_of(target, details, about),
    )
    # Not a partial: it has no name, which Django asks for when the call fails.
    transaction.on_commit(lambda: seal(chain), robust=True)


def told_of(
    target: Model | str, details: Mapping[str, Any], about: Model | None = None
) -> dict[str, Any]:
    """The columns of an entry that say what it is about, persons apart."""
    people = {
        name: one
        for name, one in {**details, "target": about or target}.items()
        if isinstance(one, Model) and _is_of_a_person(one)
    }
    personal: dict[str, Any] = {
        name: str(target if name == "target" else one)[:200]
        for name, one in people.items()
    }
    if about is not None and people:
        personal, details = {**details, **personal}, {}
    return {
        "target": "" if "target" in people else str(target)[:200],
        "details": {name: one for name, one in details.items() if name not in people},
        "subject": _person_of(people),
        "personal": personal or None,
    }


def _is_of_a_person(row: Model) -> bool:
    return isinstance(row, User) or hasattr(row, "user_id")


def _person_of(rows: Mapping[str, Any]) -> User | None:
    people = [row if isinstance(row, User) else row.user for row in rows.values()]
    return next((one for one in people if one is not None and one.pk), None)


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
        return f"{entry.verb}: {entry.said['target']}"
    values = defaultdict(_somebody if entry.subject_digest else _nothing, entry.said)
    if "model" not in values:
        return str(_words[entry.verb]) % values
    kind, changes = _written(entry.said)
    sentence = str(_words[entry.verb]) % (values | {"kind": kind})
    return f"{sentence} ({changes})" if changes else sentence


def _somebody() -> str:
    return _("somebody who has left")


def _nothing() -> str:
    return "?"


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
