"""From an uploaded file to its profile in the row. Claimed, so that it runs once."""

from datetime import timedelta
from pathlib import Path

from django.db.models import Q, QuerySet
from django.utils import timezone

from submissions.models import Dataset
from submissions.profiling import Unreadable, profile_file

LEASE = timedelta(minutes=5)
Status = Dataset.ProfileStatus


def _unclaimed() -> QuerySet[Dataset]:
    return Dataset.objects.filter(profile_status=Status.WAITING).filter(
        Q(profile_claimed_at__isnull=True)
        | Q(profile_claimed_at__lte=timezone.now() - LEASE)
    )


def waiting() -> list[int]:
    return list(_unclaimed().values_list("pk", flat=True))


def profile(pk: int) -> None:
    """Profile one dataset unless another worker does; write how it went."""
    now = timezone.now()
    if not _unclaimed().filter(pk=pk).update(profile_claimed_at=now):
        return
    dataset = Dataset.objects.get(pk=pk)
    mine = Dataset.objects.filter(pk=pk, sha256=dataset.sha256, profile_claimed_at=now)
    try:
        found = profile_file(Path(dataset.file.path), dataset.filename)
    except Unreadable as error:
        mine.update(
            profile_status=Status.FAILED,
            profile_error=error.failure,
            profile_claimed_at=None,
        )
    else:
        mine.update(
            profile_status=Status.DONE,
            profile=found,
            profile_error="",
            profile_claimed_at=None,
        )
