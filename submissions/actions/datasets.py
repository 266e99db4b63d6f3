"""Everything that can happen to a dataset."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.broker import Nudge
from core.exceptions import Refused
from core.text import free_slug
from events.closing import NotOpenNow
from events.log import record
from events.models import Event, Phase
from submissions import files, profiling
from submissions.models import Dataset
from teams.models import Team

MOST_PER_TEAM = 20
ask_for_profiles = Nudge("submissions.tasks.profile_pending")
ask_for_links = Nudge("submissions.tasks.check_pending_links")
Status = Dataset.ProfileStatus
LinkStatus = Dataset.LinkStatus


class DataIsClosed(NotOpenNow):
    phase = Phase.HACKING
    message = _("Datasets can only change until hacking ends.")


class TooManyDatasets(Refused):
    message = _("A team can bring at most 20 datasets. Remove one first.")


class DataIsUsed(Refused):
    message = _("A project uses this dataset. Take it out of the project first.")


def _is_open(event: Event) -> bool:
    return event.is_open_for(Phase.HACKING) or event.is_open_for(Phase.TEAM_FORMATION)


def why_closed(event: Event, user: User) -> Refused | None:
    """Why this person can neither add nor change data of the event now, if so."""
    if _is_open(event) or user.has_perm("events.organise_event", event):
        return None
    return DataIsClosed(event)


def _delete_file(dataset: Dataset) -> None:
    """No other row knows the file: each has a random name of its own."""
    storage, name = dataset.file.storage, dataset.file.name
    if name:
        transaction.on_commit(lambda: storage.delete(name), robust=True)


def _detach(dataset: Dataset) -> None:
    _delete_file(dataset)
    dataset.file, dataset.filename, dataset.sha256 = "", "", ""
    dataset.size = dataset.profile_claimed_at = None
    dataset.profile, dataset.profile_error = {}, ""
    dataset.profile_status = Status.NONE


def _attach(dataset: Dataset, upload: files.Upload | None) -> None:
    """Put a checked file in place of what was there; its profile starts anew."""
    if dataset.sensitivity == Dataset.Sensitivity.DESCRIBED:
        _detach(dataset)  # the data stays with the team
    if upload is None:
        return
    _detach(dataset)
    dataset.file.save(upload.name, upload.file, save=False)
    dataset.filename = upload.name
    dataset.size = upload.size
    dataset.sha256 = upload.sha256
    if profiling.can_profile(upload.name):
        dataset.profile_status = Status.WAITING


def _tell_workers(dataset: Dataset) -> None:
    if dataset.profile_status == Status.WAITING:
        transaction.on_commit(ask_for_profiles, robust=True)
    if dataset.link_status == LinkStatus.WAITING:
        transaction.on_commit(ask_for_links, robust=True)


def _look_at_link(dataset: Dataset, before: str) -> None:
    """A new link is asked by a worker: no request waits for a stranger's server."""
    if dataset.link == before:
        return
    wanted = dataset.link and settings.CHECK_LINKS
    dataset.link_status = LinkStatus.WAITING if wanted else LinkStatus.NONE
    dataset.link_claimed_at = None


@transaction.atomic
def add_dataset(
    team: Team, user: User, *, upload: files.Upload | None, **fields: Any
) -> Dataset:
    team = Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    if not _is_open(team.event):
        raise DataIsClosed(team.event)
    if team.datasets.count() >= MOST_PER_TEAM:
        raise TooManyDatasets
    dataset = Dataset(
        team=team,
        event=team.event,
        added_by=user,
        slug=free_slug(fields["title"], team.event.datasets.all()),
        **fields,
    )
    _attach(dataset, upload)
    _look_at_link(dataset, "")
    dataset.save()
    record(user, "datasets.added", dataset, event=team.event)
    _tell_workers(dataset)
    return dataset


@transaction.atomic
def edit_dataset(
    dataset: Dataset, user: User, *, upload: files.Upload | None, **fields: Any
) -> Dataset:
    dataset = (
        Dataset.objects.select_for_update(of=("self",))
        .select_related("event")
        .get(pk=dataset.pk)
    )
    if refusal := why_closed(dataset.event, user):
        raise refusal
    link = dataset.link
    for name, value in fields.items():
        setattr(dataset, name, value)
    _attach(dataset, upload)
    _look_at_link(dataset, link)
    dataset.save()
    record(user, "datasets.edited", dataset, event=dataset.event)
    _tell_workers(dataset)
    return dataset


@transaction.atomic
def remove_dataset(dataset: Dataset, user: User) -> None:
    if not _is_open(dataset.event):
        raise DataIsClosed(dataset.event)
    if dataset.projects.exists():
        raise DataIsUsed
    record(user, "datasets.removed", dataset, event=dataset.event)
    _delete_file(dataset)
    dataset.delete()
