import logging

from celery import shared_task

from core.exceptions import Refused
from feedback import actions
from feedback.models import Survey, events_to_survey

logger = logging.getLogger(__name__)


@shared_task
def open_and_close_surveys() -> None:
    """Open what has begun, close what is over. Both do nothing the second time."""
    for event in events_to_survey().with_windows():
        try:
            actions.open_survey(event)
        except Refused:
            logger.info("The survey of event %s need not open any more", event.pk)
        except Exception:
            logger.exception("The survey of event %s did not open", event.pk)
    due = Survey.objects.due_to_close().select_related("event")
    for survey in due.prefetch_related("event__windows"):
        try:
            actions.close_survey(survey.event)
        except Refused:
            logger.info("The survey of event %s stays open", survey.event_id)
        except Exception:
            logger.exception("The survey of event %s did not close", survey.event_id)
