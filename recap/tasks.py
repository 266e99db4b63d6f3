"""Thin wrappers: a task takes ids, calls one function, and may run twice."""

import logging

from celery import shared_task

from core.exceptions import Refused
from recap import actions, facts
from recap.models import Recap, events_to_recap

logger = logging.getLogger(__name__)


@shared_task
def write_recaps() -> None:
    """Write up events whose survey has closed; keep up with corrected results."""
    for event in events_to_recap():
        try:
            # Last what says that it is done: until then the next round tries again.
            actions.issue_certificates(event)
            actions.make_recap(event)
        except Refused:
            logger.info("Event %s cannot be written up yet", event.pk)
        except Exception:
            logger.exception("The recap of event %s was not written", event.pk)
    for recap in Recap.objects.select_related("event"):
        try:
            if recap.basis != facts.basis_of(recap.event):
                actions.keep_up(recap)
        except Exception:
            logger.exception("Recap %s was not written again", recap.pk)
