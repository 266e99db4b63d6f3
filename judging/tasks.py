"""Thin wrappers: a task takes ids, calls one function, and may run twice."""

from celery import shared_task

from judging.actions.arrivals import note_all_arrivals
from judging.actions.heads import send_heads
from judging.estimates import refresh_estimate
from judging.models import Round


@shared_task
def send_log_heads() -> None:
    send_heads()


@shared_task
def note_arrivals() -> None:
    note_all_arrivals()


@shared_task
def estimate_round(round_id: int) -> None:
    """Nothing is lost when it dies: the next look at the page asks again."""
    for round_ in Round.objects.filter(pk=round_id).select_related("event"):
        refresh_estimate(round_)
