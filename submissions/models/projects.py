import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import LineField, LinkField, ProseField
from events.models import Event, Phase, Series, Track
from submissions.models.catalogue import Tool
from submissions.models.datasets import Dataset
from teams.models import Team


def picture_name(picture: "ProjectPicture", filename: str) -> str:  # noqa: ARG001
    return f"pictures/{uuid.uuid4().hex}.webp"


class ProjectQuerySet(models.QuerySet["Project"]):
    def in_gallery(self) -> Self:
        """What everybody may see: handed in, and not taken back."""
        return self.filter(status=Project.Status.SUBMITTED)

    def visible_to(self, user: object) -> Self:
        """The gallery, one's own team's project, and all of it for organisers."""
        shown = Q(status=Project.Status.SUBMITTED)
        if isinstance(user, User):
            if user.has_every_right:
                return self
            shown |= Q(team__memberships__user=user)
            shown |= Q(event__series__in=Series.objects.organised_by(user))
            return self.filter(shown).distinct()
        return self.filter(shown)

    def with_card(self) -> Self:
        """What a gallery card shows, in a fixed number of queries."""
        return self.select_related("event__series", "team").prefetch_related(
            "pictures",
            Prefetch("tool_uses", ToolUse.objects.select_related("tool")),
            "tracks",
        )

    def with_story(self) -> Self:
        return self.with_card().prefetch_related(
            "tool_uses__tool__category",
            "datasets",
            "team__memberships__user",
            "event__windows",
        )


class Project(models.Model):
    """What a team hands in. One per team."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Handed in")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    event = models.ForeignKey(Event, models.CASCADE, related_name="projects")
    team = models.OneToOneField(Team, models.CASCADE, related_name="project")
    title = LineField(_("title"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=80)
    tagline = LineField(_("one sentence about it"), max_length=160, blank=True)
    story = ProseField(
        _("story"),
        blank=True,
        help_text=_("What you built, for whom, and how. Markdown."),
    )
    lessons_learned = ProseField(
        _("lessons learned"), max_length=5000, blank=True, help_text=_("Markdown")
    )
    made_before = ProseField(
        _("made before the event, or by AI"),
        max_length=2000,
        blank=True,
        help_text=_("Say what you brought along, and what a model wrote."),
    )
    repository_url = LinkField(_("repository"), blank=True)
    demo_url = LinkField(_("demo"), blank=True)
    video_url = LinkField(_("video"), blank=True)
    slides_url = LinkField(_("slides"), blank=True)
    tracks = models.ManyToManyField(Track, blank=True, related_name="projects")
    datasets = models.ManyToManyField(Dataset, blank=True, related_name="projects")
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT
    )
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "slug"], name="project_slug_unique_in_event"
            ),
            models.CheckConstraint(
                condition=~Q(status="submitted") | Q(submitted_at__isnull=False),
                name="submitted_project_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("submissions:project", args=[self.event.slug, self.slug])

    @property
    def is_open(self) -> bool:
        """Whether the team may still change it, by the server's clock."""
        return self.event.is_open_for(Phase.HACKING)


class ProjectPicture(models.Model):
    """A picture that we have re-encoded as WebP, without any metadata."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="pictures")
    image = models.ImageField(_("picture"), upload_to=picture_name)
    # The same for lists; pictures from before there was one have none.
    small = models.ImageField(upload_to=picture_name, blank=True, editable=False)
    # Written when the picture is made: Django reads WebP in pieces and sees no size.
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    description = LineField(
        _("what it shows"), max_length=200, help_text=_("For those who cannot see it.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.description


class ToolUse(models.Model):
    """One tool that one project used, and what for."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="tool_uses")
    tool = models.ForeignKey(Tool, models.PROTECT, related_name="uses")
    purpose = LineField(_("what for"), max_length=160, blank=True)

    class Meta:
        ordering = ["tool__name"]
        verbose_name = _("tool used")
        verbose_name_plural = _("tools used")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "tool"], name="a_tool_is_named_once_per_project"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool} in {self.project}"
