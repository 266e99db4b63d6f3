"""The audit log: what happened, for organisers to read. Not for debugging."""

from typing import Any

from django.db.models import Model

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
