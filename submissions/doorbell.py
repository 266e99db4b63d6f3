"""Wakes a worker for new data. If none hears it, the sweep of beat does."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from submissions.models import Dataset

logger = logging.getLogger(__name__)


def ask_for_profile(dataset: Dataset) -> None:
    if dataset.profile_status == Dataset.ProfileStatus.WAITING:
        _ring("submissions.tasks.profile_dataset", dataset)


def ask_for_link(dataset: Dataset) -> None:
    if dataset.link_status == Dataset.LinkStatus.WAITING:
        _ring("submissions.tasks.check_link", dataset)


def _ring(task: str, dataset: Dataset) -> None:
    def ring() -> None:
        try:
            current_app.send_task(task, [dataset.pk], retry=False)
        except (OperationalError, OSError):
            logger.warning("The broker cannot be reached; the sweep will do it")

    transaction.on_commit(ring, robust=True)
