import secrets
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import ProseField
from events.models import Event, EventQuerySet, Phase, PhaseWindow
from submissions.models import Tool

SEVEN = [MinValueValidator(1), MaxValueValidator(7)]


class Helped(models.TextChoices):
    """What can be good about a tool. Stored in lists, so never rename a slug."""

    QUICK_START = "quick-start", _("Quick to start")
    DOCS = "docs", _("Good documentation")
    EXAMPLES = "examples", _("Examples we could copy")
    FITS = "fits", _("Fitted our other tools")
    RELIABLE = "reliable", _("It just worked")
    FAST = "fast", _("Fast")
    PEOPLE = "people", _("Somebody helped us")


class InTheWay(models.TextChoices):
    """What can be bad about a tool. Stored in lists, so never rename a slug."""

    SETUP = "setup", _("Setting it up")
    DOCS = "docs", _("Documentation")
    ERRORS = "errors", _("Unclear errors")
    BUGS = "bugs", _("Bugs or crashes")
    MISFIT = "misfit", _("Did not fit our other tools")
    SLOW = "slow", _("Slow")
    MISSING = "missing", _("Something was missing")
    COST = "cost", _("Price, quota or sign-up")


def new_token() -> str:
    return secrets.token_urlsafe(24)


def events_to_survey() -> EventQuerySet:
    """Events that are over, whose survey should have begun and has not."""
    now = timezone.now()
    begun = PhaseWindow.objects.filter(
        event=OuterRef("pk"),
        phase=Phase.SURVEY,
        opens_at__lte=now,
        closes_at__gt=now,
    )
    return Event.objects.filter(
        Exists(begun),
        ~Exists(Survey.objects.filter(event=OuterRef("pk"), opened_at__isnull=False)),
        is_published=True,
        ends_at__lte=now,
    )


class SurveyQuerySet(models.QuerySet["Survey"]):
    def due_to_close(self) -> Self:
        """Open ones whose window has closed, or was taken away."""
        now = timezone.now()
        still_open = PhaseWindow.objects.filter(
            event=OuterRef("event"), phase=Phase.SURVEY, closes_at__gt=now
        )
        return self.filter(
            ~Exists(still_open), opened_at__isnull=False, closed_at__isnull=True
        )


class Survey(models.Model):
    """The questions about tools after one event. Its window is the event's."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="survey")
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    # When set, answers are final and no longer tied to anybody.
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")

    def __str__(self) -> str:
        return f"Survey of {self.event}"

    @property
    def is_open(self) -> bool:
        return (
            self.opened_at is not None
            and self.closed_at is None
            and self.event.is_open_for(Phase.SURVEY)
        )


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def unanswered(self) -> Self:
        return self.filter(finished_at__isnull=True)


class Invitation(models.Model):
    """One person who is asked; ``token`` is their personal link."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="invitations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="survey_invitations"
    )
    token = models.CharField(max_length=40, unique=True, default=new_token)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    created_at = models.DateTimeField(_("invited at"), auto_now_add=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey invitation")
        verbose_name_plural = _("survey invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["survey", "user"], name="one_invitation_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.survey})"


class Response(models.Model):
    """One person's answers. The invitation is cut off when the survey closes."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="responses")
    invitation = models.OneToOneField(
        Invitation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="response",
    )
    role = models.CharField(
        _("what they do"), max_length=30, choices=User.HeadlineRole, blank=True
    )
    come_again = models.PositiveSmallIntegerField(
        _("would come again, 0 to 10"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(10)],
    )
    what_to_change = ProseField(_("what to change"), max_length=3000, blank=True)
    is_finished = models.BooleanField(_("finished"), default=False)

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [
            models.CheckConstraint(
                condition=Q(come_again__isnull=True) | Q(come_again__lte=10),
                name="come_again_up_to_10",
            ),
        ]

    def __str__(self) -> str:
        return f"Response {self.pk}"


class ToolReviewQuerySet(models.QuerySet["ToolReview"]):
    def final(self) -> Self:
        """What may be counted in public: see docs/adr/0021."""
        return self.filter(
            survey__closed_at__isnull=False, survey__event__is_published=True
        )


class ToolReview(models.Model):
    """One person's verdict on one tool that their project used.

    While the survey is open it belongs to that person's response. When it closes, each
    verdict is cut off: a team's tools are public, so verdicts that still hung together
    would tell whose they are.
    """

    class Again(models.TextChoices):
        YES = "yes", _("Yes")
        MAYBE = "maybe", _("Not sure")
        NO = "no", _("No")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="reviews")
    response = models.ForeignKey(
        Response, models.CASCADE, related_name="reviews", null=True, blank=True
    )
    tool = models.ForeignKey(Tool, models.PROTECT, related_name="reviews")
    # UMUX-Lite, 1 (strongly disagree) to 7 (strongly agree).
    meets_my_needs = models.PositiveSmallIntegerField(
        _("it does what I need"), null=True, blank=True, validators=SEVEN
    )
    easy_to_use = models.PositiveSmallIntegerField(
        _("it is easy to use"), null=True, blank=True, validators=SEVEN
    )
    again = models.CharField(
        _("would use it again"), max_length=5, choices=Again, blank=True
    )
    helped = models.JSONField(_("what helped"), default=list, blank=True)
    in_the_way = models.JSONField(_("what got in the way"), default=list, blank=True)
    remark = ProseField(_("in your own words"), max_length=2000, blank=True)
    may_quote = models.BooleanField(_("may be quoted without my name"), default=False)

    objects = ToolReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("tool review")
        verbose_name_plural = _("tool reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["response", "tool"], name="one_review_per_tool_and_response"
            ),
            models.CheckConstraint(
                condition=Q(meets_my_needs__isnull=True)
                | Q(meets_my_needs__gte=1, meets_my_needs__lte=7),
                name="needs_item_from_1_to_7",
            ),
            models.CheckConstraint(
                condition=Q(easy_to_use__isnull=True)
                | Q(easy_to_use__gte=1, easy_to_use__lte=7),
                name="ease_item_from_1_to_7",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool} ({self.survey})"

    @property
    def says_something(self) -> bool:
        return bool(
            self.meets_my_needs
            or self.easy_to_use
            or self.again
            or self.helped
            or self.in_the_way
            or self.remark
        )
