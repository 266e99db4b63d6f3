import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import LineField, LinkField, ProseField
from events.models import Event, Series
from submissions.licences import NAMES
from submissions.profiling import Failure, can_profile
from teams.models import Team

FAILURES = {
    Failure.SHAPE: _("It could not be read as a table. Does it open in your program?"),
    Failure.MEMORY: _("It needs more memory than we have. Try a part of it."),
    Failure.TIME: _("It took too long to read. Try a part of it."),
    Failure.FILE: _("It could not be opened. Please upload it again."),
}


def storage_name(dataset: "Dataset", filename: str) -> str:  # noqa: ARG001
    """A random name: what people call their file never reaches the disk."""
    return f"datasets/{uuid.uuid4().hex}"


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, user: object) -> Self:
        """Every data card but those that only the team may see."""
        shown = ~Q(sensitivity=Dataset.Sensitivity.TEAM)
        if isinstance(user, User):
            if user.has_every_right:
                return self
            shown |= Q(pk__in=self.model.objects.of(user))
        return self.filter(shown)

    def of(self, user: User) -> Self:
        """Those of the teams that ``user`` is in or whose event they organise."""
        return self.filter(
            Q(team__memberships__user=user)
            | Q(event__series__in=Series.objects.organised_by(user))
        ).distinct()

    def with_card(self) -> Self:
        return self.select_related("event__series", "team", "added_by")


class Dataset(models.Model):
    """Data that a team brings: a file or a link, and what we computed about it."""

    class Sensitivity(models.TextChoices):
        OPEN = "open", _("Open: anybody may download it")
        EVENT = "event", _("Event: the people of this event may download it")
        TEAM = "team", _("Team: only we may see it")
        DESCRIBED = "described", _("Described only: the data stays with us")

    class ProfileStatus(models.TextChoices):
        NONE = "none", _("No profile")
        WAITING = "waiting", _("Being profiled")
        DONE = "done", _("Profiled")
        FAILED = "failed", _("Could not be profiled")

    class LinkStatus(models.TextChoices):
        NONE = "none", _("Not looked at")
        WAITING = "waiting", _("To be looked at")
        FINE = "fine", _("Answers")
        MISSING = "missing", _("Nothing is there")
        SILENT = "silent", _("Does not answer")
        PRIVATE = "private", _("Cannot be reached from outside")

    event = models.ForeignKey(Event, models.CASCADE, related_name="datasets")
    team = models.ForeignKey(Team, models.CASCADE, related_name="datasets")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    title = LineField(_("title"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=80)
    description = ProseField(_("what is in it"), max_length=5000, blank=True)
    file = models.FileField(_("file"), upload_to=storage_name, blank=True)
    filename = LineField(_("file name"), max_length=150, blank=True, editable=False)
    link = LinkField(_("link"), blank=True)
    link_status = models.CharField(
        max_length=10, choices=LinkStatus, default=LinkStatus.NONE, editable=False
    )
    link_claimed_at = models.DateTimeField(null=True, editable=False)
    licence = models.CharField(
        _("licence"), max_length=60, help_text=_("SPDX name, such as CC-BY-4.0.")
    )
    provenance = ProseField(
        _("where it comes from"), max_length=2000, help_text=_("Source, year, consent.")
    )
    known_faults = ProseField(_("known faults"), max_length=2000, blank=True)
    sensitivity = models.CharField(
        _("who may see it"),
        max_length=10,
        choices=Sensitivity,
        default=Sensitivity.EVENT,
    )
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    profile_status = models.CharField(
        max_length=10, choices=ProfileStatus, default=ProfileStatus.NONE, editable=False
    )
    # {"kind": "csv", "rows": 344, "columns": [{"name", "type", "missing", "distinct",
    #  "min", "max", "examples"}], "truncated": false, "encoding": ""}
    profile = models.JSONField(default=dict, editable=False)
    # A submissions.profiling.Failure.
    profile_error = models.TextField(blank=True, editable=False)
    profile_claimed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "slug"], name="dataset_slug_unique_in_event"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("submissions:dataset", args=[self.event.slug, self.slug])

    @property
    def licence_name(self) -> str:
        return str(NAMES.get(self.licence, self.licence))

    @property
    def profile_failure(self) -> str:
        return str(FAILURES.get(self.profile_error, FAILURES[Failure.SHAPE]))  # type: ignore[call-overload]

    @property
    def is_of_a_kind_without_profile(self) -> bool:
        return bool(self.filename) and not can_profile(self.filename)

    @property
    def licence_tag(self) -> str:
        """The short name; in words what SPDX has on none of its lists."""
        is_own = self.licence.startswith("LicenseRef-")
        return self.licence_name if is_own else self.licence
