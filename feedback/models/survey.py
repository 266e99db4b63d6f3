"""Who is asked, and for how long."""

import secrets
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, EventQuerySet, Phase, PhaseWindow

# Fewer than five people are never a group.
SMALLEST_K = 5


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
    # The event's, as it was at closing: groups that were shown never change.
    k = models.PositiveSmallIntegerField(
        _("smallest group whose answers are shown"),
        default=SMALLEST_K,
        db_default=SMALLEST_K,
        validators=[MinValueValidator(SMALLEST_K)],
    )
    # The number of the event's series at closing: events may move, groups may not.
    series_at_closing = models.BigIntegerField(null=True, editable=False)
    asks_wishes = models.BooleanField(
        _("ask which other tools they would like to use"),
        default=True,
        db_default=True,
        help_text=_("A handful from the same categories, on one page."),
    )

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(
                condition=Q(k__gte=SMALLEST_K), name="survey_k_at_least_5"
            ),
        ]

    def __str__(self) -> str:
        return f"Survey of {self.event}"

    @property
    def k_now(self) -> int:
        """The smallest group to show: larger than at closing if organisers say so."""
        return max(self.k, self.event.privacy_k)

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
    """Somebody who is asked; ``token`` is their personal link."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="invitations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="survey_invitations",
        null=True,
        blank=True,
    )
    # Of somebody without an account; forgotten when the survey closes.
    address = models.EmailField(_("address"), blank=True, default="", db_default="")
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
            models.UniqueConstraint(
                fields=["survey", "address"],
                condition=~Q(address=""),
                name="one_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True) | Q(address=""),
                name="invitation_of_an_account_or_an_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.address} ({self.survey})"
