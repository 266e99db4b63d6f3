"""The end of the log, given into other hands each day."""

import logging
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events import audit
from events.models import AuditChain, Event, Phase
from notifications.outbox import notify

logger = logging.getLogger(__name__)

# After judging results are published and corrected.
LONGEST = timedelta(days=14)


def send_heads() -> None:
    """Mail organisers where the log of their event ends, if it has grown since.

    Whoever has the mail can tell later that nothing before it was changed, even by
    somebody who could compute the whole chain anew.
    """
    now = timezone.now()
    events = Event.objects.filter(
        windows__phase=Phase.JUDGING,
        windows__opens_at__lte=now,
        windows__closes_at__gt=now - LONGEST,
        is_published=True,
    )
    for event in events:
        try:
            _send_head(event)
        except Exception:  # the other events' organisers are waiting as well
            logger.exception("The end of the log of %s was not sent", event.slug)


@transaction.atomic
def _send_head(event: Event) -> None:
    audit.seal(event.pk)
    end = AuditChain.objects.filter(pk=event.pk).first()
    if end is None:
        return
    notify(
        User.objects.filter(organiser_roles__series=event.series_id, is_active=True),
        "judging/email/log_head",
        key=f"log-head:{event.pk}:{end.length}",
        event=event,
        context={
            "number": end.length,
            "head": end.head,
            "slug": event.slug,
            "path": reverse("judging:ranking", args=[event.slug]),
        },
    )
