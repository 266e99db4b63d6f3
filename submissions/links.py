"""Whether the link of a dataset leads somewhere. Claimed, so that it is asked once."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.outbound import Asker, Forbidden, NoAnswer
from submissions.models import Dataset

LEASE = timedelta(minutes=5)
GONE = {404, 410}
Status = Dataset.LinkStatus


def _unclaimed() -> QuerySet[Dataset]:
    return Dataset.objects.filter(link_status=Status.WAITING).filter(
        Q(link_claimed_at__isnull=True) | Q(link_claimed_at__lte=timezone.now() - LEASE)
    )


def waiting() -> list[int]:
    return list(_unclaimed().values_list("pk", flat=True))


def check_link(pk: int, asker: Asker | None = None) -> None:
    """Ask for the link of one dataset unless another worker does; note the answer."""
    now = timezone.now()
    if not settings.CHECK_LINKS:  # switched off while this one waited
        _unclaimed().filter(pk=pk).update(link_status=Status.NONE)
        return
    if not _unclaimed().filter(pk=pk).update(link_claimed_at=now):
        return
    link = Dataset.objects.values_list("link", flat=True).get(pk=pk)
    found = status_of(link, asker or Asker())
    # If it has another link by now, that one has its own turn.
    Dataset.objects.filter(pk=pk, link=link, link_claimed_at=now).update(
        link_status=found, link_claimed_at=None
    )


def status_of(link: str, asker: Asker) -> Status:
    try:
        answer = asker.status_of(link)
    except Forbidden:
        return Status.PRIVATE
    except NoAnswer:
        return Status.SILENT
    return Status.MISSING if answer in GONE else Status.FINE
