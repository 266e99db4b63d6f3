"""Numbers about the outbox."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Min

from notifications.models import Heartbeat, Notification


def stuck_by_event(event_ids: Collection[int]) -> dict[int, int]:
    """How many mails of each of these events are late or given up, where any."""
    return dict(
        Notification.objects.stuck()
        .filter(event__in=event_ids)
        .order_by()
        .values_list("event_id")
        .annotate(n=Count("pk"))
    )


def last_heartbeat() -> datetime | None:
    """When a worker last did what beat had asked for; ``None`` if never."""
    latest = Heartbeat.objects.order_by("-beat_at").first()
    return latest.beat_at if latest else None


def oldest_due() -> datetime | None:
    """Since when the mail is due that has waited longest; ``None`` if none is."""
    found: datetime | None = Notification.objects.due().aggregate(
        oldest=Min("send_after")
    )["oldest"]
    return found
