import logging.config
import os
from typing import Any

from billiard import pool
from celery import Celery
from celery.signals import beat_init, setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")

# A child that is told to end waits until its answer was read. Its parent, told to end
# as well, often reads no more: a stop took half a minute. What was done is in the rows.
pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 20  # tenths of a second, not 300
FIRST_SIGN_IN = 60  # seconds; from then on, beat has rung again

app = Celery("hackathon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_django_does(**_kwargs: Any) -> None:
    """Without a receiver, a worker would set up logging of its own."""
    logging.config.dictConfig(settings.LOGGING)


@beat_init.connect
def ask_for_a_sign_of_life(**_kwargs: Any) -> None:
    """Beat rings for the first time only after a whole interval; /readyz/ waits."""
    app.send_task("notifications.tasks.beat_heartbeat", expires=FIRST_SIGN_IN)
