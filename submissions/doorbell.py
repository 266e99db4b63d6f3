"""Wakes a worker for a new file. If none hears it, the sweep of beat does."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from submissions.models import Dataset

logger = logging.getLogger(__name__)


def ask_for_profile(dataset: Dataset) -> None:
    if dataset.profile_status != Dataset.ProfileStatus.WAITING:
        return

    def ring() -> None:
        try:
            current_app.send_task(
                "submissions.tasks.profile_dataset", [dataset.pk], retry=False
            )
        except (OperationalError, OSError):
            logger.warning("The broker cannot be reached; the sweep will profile")

    transaction.on_commit(ring, robust=True)
