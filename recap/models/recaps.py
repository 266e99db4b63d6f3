"""What is told of an event when it is over: blocks of text that organisers may edit."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import LineField, ProseField
from events.models import Event
from submissions.models import Project


def events_to_recap() -> models.QuerySet[Event]:
    """Events whose survey is closed and that nobody has written up yet."""
    return Event.objects.filter(
        survey__closed_at__isnull=False, recap__isnull=True, is_published=True
    )


class Recap(models.Model):
    """The story of one event. Organisers alone see it until it is published."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="recap")
    made_at = models.DateTimeField(_("last written"), default=timezone.now)
    # What results and answers the texts rest on: recap.facts.basis_of().
    basis = models.CharField(max_length=80, blank=True, editable=False)
    names_judges = models.BooleanField(
        _("thank the judges by name"),
        default=False,
        help_text=_("Ask them first: everybody will read it."),
    )
    names_mentors = models.BooleanField(
        _("thank the mentors by name"),
        default=False,
        help_text=_("Ask them first: everybody will read it."),
    )
    volunteers = LineField(
        _("volunteers to thank"),
        max_length=500,
        blank=True,
        help_text=_("Names as they shall be read, with commas between them."),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # When everybody who came was sent their links.
    digest_sent_at = models.DateTimeField(_("links sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recap")
        verbose_name_plural = _("recaps")

    def __str__(self) -> str:
        return f"{self.event}"

    def get_absolute_url(self) -> str:
        return reverse("recap:recap", args=[self.event.slug])

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class BlockQuerySet(models.QuerySet["Block"]):
    def of_public_projects(self) -> Self:
        """Whatever tells of a project goes when the project is taken back."""
        return self.filter(
            Q(project__isnull=True) | Q(project__status=Project.Status.SUBMITTED)
        )

    def told(self) -> Self:
        return self.of_public_projects().filter(is_hidden=False)


class Block(models.Model):
    """One part of a recap: what Menlo wrote, and what an organiser made of it."""

    class Kind(models.TextChoices):
        NUMBERS = "numbers", _("Numbers of the day")
        WINNERS = "winners", _("Who won")
        PROJECT = "project", _("What was built")
        TOOLS = "tools", _("What people said of the tools")
        LANDSCAPE = "landscape", _("Which tools were used")
        HELP = "help", _("Where help was needed")
        LESSON = "lesson", _("Lessons learned")
        THANKS = "thanks", _("Thanks")
        OWN = "own", _("Your own words")

    recap = models.ForeignKey(Recap, models.CASCADE, related_name="blocks")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # Tells a generated block from the others when the recap is written again.
    key = models.CharField(max_length=60, editable=False)
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="+"
    )
    title = LineField(_("heading"), max_length=150, blank=True)
    text = ProseField(_("text"), blank=True, help_text=_("Markdown"))
    # In place of the two above. ``edited_over`` is the text that was being edited.
    is_edited = models.BooleanField(default=False, editable=False)
    edited_title = LineField(_("heading"), max_length=150, blank=True)
    edited_text = ProseField(_("text"), blank=True, help_text=_("Markdown"))
    edited_over = models.TextField(blank=True, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_hidden = models.BooleanField(_("hidden"), default=False)

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("block of a recap")
        verbose_name_plural = _("blocks of recaps")
        constraints = [
            models.UniqueConstraint(
                fields=["recap", "key"], name="one_block_per_key_and_recap"
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title or str(self.get_kind_display())

    @property
    def shown_title(self) -> str:
        return self.edited_title if self.is_edited else self.title

    @property
    def shown_text(self) -> str:
        return self.edited_text if self.is_edited else self.text

    @property
    def is_own(self) -> bool:
        return self.kind == self.Kind.OWN

    @property
    def has_moved_on(self) -> bool:
        """Whether Menlo would now write something else than what was edited."""
        return self.is_edited and not self.is_own and self.edited_over != self.text
