"""What organisers ask beside the questions that every survey has."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import LineField, ProseField
from feedback.models.survey import Survey
from submissions.models import Tool, ToolCategory

FEWEST_CHOICES, MOST_CHOICES = 2, 8
LONGEST_CHOICE = 80
LONGEST_TEXT = 500


class QuestionQuerySet(models.QuerySet["Question"]):
    def asked(self) -> Self:
        return self.filter(is_asked=True)

    def about(self, tool: Tool) -> Self:
        """Those for whoever used ``tool``."""
        return self.filter(Q(tool=tool) | Q(category=tool.category_id))

    def about_the_event(self) -> Self:
        return self.filter(tool__isnull=True, category__isnull=True)


class Question(models.Model):
    """One question of one survey: about the event, a tool, or each of a category.

    From the moment when the survey opens it stays as it is; it may only be asked no
    longer. So an answer always belongs to the words that its writer read.
    """

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", _("1 to 7: I disagree … I agree")
        YES_NO = "yes-no", _("Yes or no")
        CHOICE = "choice", _("One of several answers")
        TEXT = "text", _("A short text")

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions")
    text = LineField(_("question"), max_length=160)
    kind = models.CharField(
        _("how it is answered"), max_length=10, choices=Kind, default=Kind.AGREEMENT
    )
    choices = ProseField(
        _("answers to choose from"),
        max_length=1000,
        blank=True,
        help_text=_("One a line, two to eight; only for “One of several answers”."),
    )
    category = models.ForeignKey(
        ToolCategory,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("about each tool of"),
        help_text=_("Whoever used such a tool is asked on that tool's page."),
    )
    tool = models.ForeignKey(
        Tool,
        models.PROTECT,
        related_name="survey_questions",
        null=True,
        blank=True,
        verbose_name=_("about one tool"),
        help_text=_("Leave both empty for a question about the event."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_asked = models.BooleanField(_("asked"), default=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(category__isnull=True) | Q(tool__isnull=True),
                name="question_about_a_tool_or_a_category",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def field_name(self) -> str:
        """Its name in a form."""
        return f"question-{self.pk}"

    @property
    def options(self) -> list[str]:
        """The lines to choose from, each once."""
        lines = (line.strip() for line in self.choices.splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def accepts(self, value: str) -> bool:
        """Whether this can be an answer."""
        match self.kind:
            case self.Kind.AGREEMENT:
                return value in {"1", "2", "3", "4", "5", "6", "7"}
            case self.Kind.YES_NO:
                return value in {"yes", "no"}
            case self.Kind.CHOICE:
                return value in self.options
            case _:
                return len(value) <= LONGEST_TEXT

    def concerns(self, tool: Tool | None) -> bool:
        if tool is None:
            return self.tool_id is None and self.category_id is None
        return self.tool_id == tool.pk or self.category_id == tool.category_id

    def clean(self) -> None:
        if self.category_id and self.tool_id:
            raise ValidationError(
                {"tool": _("Ask about one tool or about a category, not both.")}
            )
        options = self.options
        if self.kind != self.Kind.CHOICE:
            if options:
                raise ValidationError(
                    {"choices": _("Only “One of several answers” has these.")}
                )
            return
        if not FEWEST_CHOICES <= len(options) <= MOST_CHOICES:
            raise ValidationError(
                {"choices": _("Give two to eight answers, one a line.")}
            )
        if any(len(option) > LONGEST_CHOICE for option in options):
            raise ValidationError(
                {"choices": _("Please keep each answer below 80 letters.")}
            )
