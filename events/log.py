"""The audit log: what happened, for organisers to read. Not for debugging."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise

from accounts.adapter import where_from
from accounts.models import User
from events.audit import seal
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
