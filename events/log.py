"""The audit log: what happened, for organisers to read. Not for debugging."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from accounts.models import User
from events.models import AuditEntry, Event


def record(
    actor: User | None,
    verb: str,
    target: Model | str,
    *,
    event: Event | None = None,
    actor_name: str = "",
    **details: Any,
) -> None:
    """Write one entry in the caller's transaction; ``verb`` as ``"teams.joined"``."""
    AuditEntry.objects.create(
        event=event,
        actor=actor,
        actor_name=actor_name or (str(actor) if actor else ""),
        verb=verb,
        target=str(target)[:200],
        details=details,
    )


_words: dict[str, Promise] = {}


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
    return str(_words[entry.verb]) % values
