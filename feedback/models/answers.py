"""What was answered. docs/adr/0021 tells what becomes of it when the survey closes."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import ProseField
from feedback.models.questions import Question
from feedback.models.survey import Invitation, Survey
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


class Response(models.Model):
    """One person's answers. The invitation is cut off when the survey closes."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="responses")
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
        """What nobody changes any more, of unpublished events as well.

        Groups are formed of all of it and then shown or not: see docs/adr/0021.
        """
        return self.filter(survey__closed_at__isnull=False)


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

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="reviews")
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
    # What the person does. Written when the survey closes, and only where k or more who
    # reviewed this tool do the same: see feedback.privacy.keep_roles().
    role = models.CharField(
        _("what they do"),
        max_length=30,
        choices=User.HeadlineRole,
        blank=True,
        db_default="",
        default="",
    )

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


class Answer(models.Model):
    """What one person said to one of the organisers' questions.

    Of the kind that the question has: ``"6"``, ``"yes"``, one of its lines, or a text.
    Cut off from the response when the survey closes, like a review.
    """

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="answers")
    response = models.ForeignKey(
        Response, models.CASCADE, related_name="answers", null=True, blank=True
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    # Which one, where the question is about tools.
    tool = models.ForeignKey(
        Tool, models.PROTECT, related_name="+", null=True, blank=True
    )
    value = ProseField(_("answer"), max_length=1000)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(
                fields=["response", "question"],
                condition=Q(tool__isnull=True),
                name="one_answer_per_question",
            ),
            models.UniqueConstraint(
                fields=["response", "question", "tool"],
                condition=Q(tool__isnull=False),
                name="one_answer_per_question_and_tool",
            ),
            models.CheckConstraint(
                condition=~Q(value=""), name="answer_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question}: {self.value}"


class WishQuerySet(models.QuerySet["Wish"]):
    def final(self) -> Self:
        """What may be counted in public, as with reviews."""
        return self.filter(survey__closed_at__isnull=False)


class Wish(models.Model):
    """Whether one person would like to use a tool that they did not use.

    Cut off from the response when the survey closes, like a review.
    """

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="wishes")
    response = models.ForeignKey(
        Response, models.CASCADE, related_name="wishes", null=True, blank=True
    )
    tool = models.ForeignKey(Tool, models.PROTECT, related_name="wishes")
    wants_it = models.BooleanField(_("would like to use it"))

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints = [
            models.UniqueConstraint(
                fields=["response", "tool"], name="one_wish_per_tool_and_response"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool} ({self.survey})"
