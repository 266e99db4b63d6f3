"""Telling people that what they have read is no longer so."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import User
from events import hooks
from events.log import record
from events.models import Event


@transaction.atomic
def tell_people(
    event: Event, user: User, *, news: Collection[str], is_called_off: bool
) -> None:
    """Owe a mail to all who have registered, after an organiser has said so."""
    if is_called_off:
        hooks.event_called_off.tell(event)
    else:
        hooks.event_changed.tell(event, list(news))
    record(
        user,
        "events.told_people",
        event,
        event=event,
        news="; ".join(news),
        is_called_off=is_called_off,
    )
