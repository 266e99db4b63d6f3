"""Thin wrappers: a task calls one function, and may run twice."""

from celery import shared_task

from submissions import links, profiles


@shared_task
def profile_pending() -> None:
    """Whatever no worker has taken, or a dead one had."""
    for pk in profiles.waiting():
        profiles.profile(pk)


@shared_task
def check_pending_links() -> None:
    for pk in links.waiting():
        links.check_link(pk)
