"""Thin wrappers: a task takes ids, calls one function, and may run twice."""

from celery import shared_task

from submissions import links
from submissions.profiles import profile, waiting


@shared_task(acks_late=True)
def profile_dataset(dataset_id: int) -> None:
    profile(dataset_id)


@shared_task
def profile_pending() -> None:
    """Whatever no worker has taken, or a dead one had."""
    for pk in waiting():
        profile_dataset.delay(pk)


@shared_task(acks_late=True)
def check_link(dataset_id: int) -> None:
    links.check_link(dataset_id)


@shared_task
def check_pending_links() -> None:
    for pk in links.waiting():
        check_link.delay(pk)
