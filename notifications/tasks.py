"""Thin wrappers: a task calls one function, and may run twice."""

from celery import shared_task
from django.utils import timezone

from core.broker import OF_USE, has_broker
from notifications import delivery
from notifications.models import Heartbeat, Notification


@shared_task
def deliver_due() -> None:
    """Send what is due: by the schedule, and after each commit that owes a mail."""
    if delivery.deliver_due() and has_broker():
        deliver_due.apply_async(retry=False, expires=OF_USE)


@shared_task
def beat_heartbeat() -> None:
    """Says that beat has asked, and that a worker has heard."""
    Heartbeat.objects.update_or_create(
        name="worker", defaults={"beat_at": timezone.now()}
    )


@shared_task
def forget_old_mails() -> None:
    Notification.objects.prune()
