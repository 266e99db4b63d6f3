"""Who comes, and what they were asked."""

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import LineField, ProseField
from core.search import MOST_WORDS, has, matching
from core.text import new_code
from events.models.event import Event


def answer_in_words(answer: object) -> str:
    """What somebody answered to a question, for people to read."""
    if isinstance(answer, bool):
        return gettext("Yes") if answer else gettext("No")
    if isinstance(answer, list):
        return ", ".join(map(str, answer)) or "—"
    return str(answer or "—")


class RegistrationQuestion(models.Model):
    """A question that the organisers add to the registration form."""

    class Kind(models.TextChoices):
        LINE = "line", _("One line")
        TEXT = "text", _("Some lines")
        CHOICE = "choice", _("One of several")
        CHOICES = "choices", _("Some of several")
        YES_NO = "yes_no", _("Yes or no")
        CONSENT = "consent", _("A box to tick: I agree")

    event = models.ForeignKey(
        Event, models.CASCADE, related_name="registration_questions"
    )
    # A consent is as long as lawyers make it; links in both can be followed.
    label = LineField(_("question"), max_length=2000)
    help_text = LineField(_("help"), max_length=2000, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LINE)
    options = ProseField(
        _("options"), max_length=2000, blank=True, help_text=_("One a line.")
    )
    is_required = models.BooleanField(_("must be answered"), default=False)
    # What was answered stays readable when it is asked no more.
    is_asked = models.BooleanField(_("is asked"), default=True, db_default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("registration question")
        verbose_name_plural = _("registration questions")

    def __str__(self) -> str:
        return self.label

    @property
    def option_list(self) -> list[str]:
        return [line.strip() for line in self.options.splitlines() if line.strip()]

    def clean(self) -> None:
        choosing = self.kind in {self.Kind.CHOICE, self.Kind.CHOICES}
        if choosing and len(set(self.option_list)) < 2:  # noqa: PLR2004
            raise ValidationError(
                {
                    "options": _(
                        "Please give at least two different options, one a line."
                    )
                }
            )


class ConductText(models.Model):
    """A code of conduct that somebody accepted, whatever the event says today."""

    digest = models.CharField(max_length=64, unique=True)
    text = ProseField(_("text"))
    created_at = models.DateTimeField(auto_now_add=True)

    # Nobody accepts what is not there; what is there stays as it was accepted.
    is_on_kept_pages = False

    class Meta:
        verbose_name = _("accepted code of conduct")
        verbose_name_plural = _("accepted codes of conduct")

    def __str__(self) -> str:
        return self.text[:60]


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def holding_a_place(self) -> Self:
        """Attendees who are to come. Mentors come in addition."""
        return self.filter(
            status__in=Registration.HOLDING, role=Registration.Role.ATTENDEE
        )

    def standing(self) -> Self:
        """Who has asked and neither gave it up nor was declined."""
        return self.filter(status__in=Registration.STANDING)

    def taking_part(self) -> Self:
        """Confirmed or checked in."""
        return self.filter(
            status__in=[Registration.Status.CONFIRMED, Registration.Status.CHECKED_IN]
        )

    def in_directory(self) -> Self:
        return self.taking_part().filter(in_directory=True)

    def named(self, words: str) -> Self:
        """Whom organisers mean: by name, by address, by team, in any order."""
        found = self
        for word in words.split()[:MOST_WORDS]:
            in_team = Registration.objects.filter(
                has("user__memberships__team__name", word),
                user__memberships__event=F("event"),
            )
            found = found.filter(
                matching(word, "user__display_name", "user__email")
                | Q(pk__in=in_team.values("pk"))
            )
        return found


class Registration(models.Model):
    """One person's place at one event."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waits for approval")
        CONFIRMED = "confirmed", _("Confirmed")
        WAITLISTED = "waitlisted", _("On the waiting list")
        CANCELLED = "cancelled", _("Cancelled")
        DECLINED = "declined", _("Declined")
        CHECKED_IN = "checked_in", _("Checked in")

    class Role(models.TextChoices):
        ATTENDEE = "attendee", _("Attendee")
        MENTOR = "mentor", _("Mentor")

    # Attendees in one of these take one of the event's places.
    HOLDING = (Status.CONFIRMED, Status.CHECKED_IN)

    # Who is in one of these has asked, and need not ask again.
    STANDING = (*HOLDING, Status.PENDING, Status.WAITLISTED)

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="registrations"
    )
    role = models.CharField(
        _("role"), max_length=10, choices=Role, default=Role.ATTENDEE
    )
    status = models.CharField(_("status"), max_length=12, choices=Status)
    answers = models.JSONField(
        _("answers"), default=dict, blank=True, help_text=_("By question number.")
    )
    # The words of each question when it was answered, by its number.
    asked = models.JSONField(null=True, blank=True, editable=False)
    # The exact text that was accepted, by its SHA-256, and when.
    conduct_accepted_at = models.DateTimeField(null=True, blank=True)
    conduct_digest = models.CharField(max_length=64, blank=True)
    in_directory = models.BooleanField(
        _("show me to the other attendees"), default=False
    )
    looking_for_team = models.BooleanField(_("I am looking for a team"), default=False)
    pitch = LineField(_("what you would like to work on"), max_length=200, blank=True)
    ticket = models.CharField(
        _("ticket"), max_length=32, unique=True, default=new_code, editable=False
    )
    queued_at = models.DateTimeField(_("asked at"), default=timezone.now)
    checked_in_at = models.DateTimeField(_("checked in at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["queued_at", "pk"]
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user"], name="one_registration_per_person_and_event"
            ),
            models.CheckConstraint(
                condition=Q(status="checked_in", checked_in_at__isnull=False)
                | (~Q(status="checked_in") & Q(checked_in_at__isnull=True)),
                name="checked_in_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.event}"

    def get_absolute_url(self) -> str:
        return reverse("events:registration", args=[self.event.slug])

    def answered(self) -> list[tuple[str, Any]]:
        """What was asked, in the words of then, and what the person said.

        Questions of today that they have not answered come last, with ``None``.
        """
        said, words = dict(self.answers), self.asked or {}
        questions = list(self.event.registration_questions.all())
        known = {str(question.pk): question for question in questions}
        order = [key for key in known if key in said]
        order += [key for key in said if key not in known]
        found = [
            (
                words.get(key) or str(known.get(key) or gettext("An earlier question")),
                value,
            )
            for key in order
            if (value := said[key]) is not None
        ]
        return found + [
            (question.label, None)
            for key, question in known.items()
            if said.get(key) is None and question.is_asked
        ]

    @property
    def takes_part(self) -> bool:
        return self.status in {self.Status.CONFIRMED, self.Status.CHECKED_IN}
