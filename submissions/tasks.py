"""Thin wrappers: a task takes ids, calls one function, and may run twice."""

from celery import shared_task

from submissions.profiles import profile, waiting


@shared_task(acks_late=True)
def profile_dataset(dataset_id: int) -> None:
    profile(dataset_id)


@shared_task
def profile_pending() -> None:
    """Whatever no worker has taken, or a dead one had."""
    for pk in waiting():
        profile_dataset.delay(pk)
