"""The two calls by which a mail comes to be owed. Nothing is sent from here."""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import User
from events.models import Event
from notifications.models import Notification, Topic
from notifications.tasks import deliver_due

__all__ = ["Topic", "notify", "notify_address"]

logger = logging.getLogger(__name__)

# What nobody of the event's organisers has seen before it goes out.
UNSEEN = frozenset({Topic.REMINDER, Topic.SURVEY})

# After a failed nudge the broker is left alone for so long; beat's sweep does the work.
PAUSE = 30.0
# What is committed within so many seconds is rung for once: a request may owe hundreds.
MOMENT = 0.05


class Doorbell:
    """Wakes the workers after a commit. Never slows or breaks the request."""

    def __init__(self) -> None:
        self.quiet_until = 0.0

    def ring(self) -> None:
        """Nudge in a thread, unless one is about to or the broker seems down."""
        now = time.monotonic()
        if now >= self.quiet_until:
            self.quiet_until = now + MOMENT
            threading.Thread(target=self._nudge, daemon=True).start()

    def _nudge(self) -> None:
        time.sleep(MOMENT)
        try:
            deliver_due.apply_async(retry=False)
        except (OperationalError, OSError):
            self.quiet_until = time.monotonic() + PAUSE
            logger.warning("The broker cannot be reached; mails wait for the sweep")


doorbell = Doorbell()


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
    transaction.on_commit(doorbell.ring, robust=True)
