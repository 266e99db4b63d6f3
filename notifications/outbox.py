"""The two calls by which a mail comes to be owed. Nothing is sent from here."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.broker import Nudge
from events.models import Event
from notifications.models import Notification, Topic

__all__ = ["Topic", "notify", "notify_address"]

logger = logging.getLogger(__name__)

# What nobody of the event's organisers has seen before it goes out.
UNSEEN = frozenset({Topic.REMINDER, Topic.SURVEY})

# Wakes the workers after a commit.
nudge = Nudge("notifications.tasks.deliver_due")


def notify(
    recipients: Iterable[User],
    template: str,
    *,
    key: str,
    event: Event | None = None,
    context: Mapping[str, Any] | None = None,
    paths: Mapping[int, str] | None = None,
    topic: Topic = Topic.NECESSARY,
    send_after: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Owe each recipient one e-mail, as part of the caller's transaction.

    ``key`` names the occasion. Saying the same thing twice queues it once. ``paths``
    has the links of those who have one of their own.
    """
    own = paths or {}
    _owe(
        Notification(
            key=f"{key}:{user.pk}",
            recipient=user,
            event=event,
            topic=topic,
            template=template,
            context=_plain(context)
            | ({"path": own[user.pk]} if user.pk in own else {}),
            send_after=send_after or timezone.now(),
            expires_at=expires_at,
        )
        for user in recipients
    )


def notify_address(
    address: str,
    template: str,
    *,
    key: str,
    event: Event | None = None,
    context: Mapping[str, Any] | None = None,
    topic: Topic = Topic.NECESSARY,
    send_after: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Owe one e-mail to somebody who may have no account, such as a judge."""
    _owe(
        [
            Notification(
                key=key,
                address=address,
                event=event,
                topic=topic,
                template=template,
                context=_plain(context),
                send_after=send_after or timezone.now(),
                expires_at=expires_at,
            )
        ]
    )


def _plain(context: Mapping[str, Any] | None) -> dict[str, Any]:
    """Only what JSON knows; lazy translations and slugs become text here."""
    return {
        name: value
        if isinstance(value, str | int | float | bool | list | dict | None)
        else str(value)
        for name, value in (context or {}).items()
    }


def _owe(rows: Iterable[Notification]) -> None:
    rows = list(rows)
    for row in rows:
        if row.event and row.event.holds_mail and row.topic in UNSEEN:
            row.status = Notification.Status.HELD
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(nudge, robust=True)
