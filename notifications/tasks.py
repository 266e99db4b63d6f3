"""Thin wrappers: a task takes ids, calls one function, and may run twice."""

from celery import shared_task
from django.utils import timezone

from notifications import delivery
from notifications.models import Heartbeat, Notification


@shared_task
def deliver_due() -> None:
    """Hand every due notification to a worker: each sweep, and after each commit."""
    Notification.objects.park()
    due = Notification.objects.due().order_by("send_after", "pk")
    for pk in due.values_list("pk", flat=True):
        deliver.delay(pk)


@shared_task(acks_late=True)
def deliver(notification_id: int) -> None:
    delivery.deliver(notification_id)


@shared_task
def beat_heartbeat() -> None:
    """Says that beat has asked, and that a worker has heard."""
    Heartbeat.objects.update_or_create(
        name="worker", defaults={"beat_at": timezone.now()}
    )


@shared_task
def forget_old_mails() -> None:
    Notification.objects.prune()
