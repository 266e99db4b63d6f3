import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.models import LineField
from core.text import whole_number
from events.models import Event, Track
from judging.models.rounds import Round
from submissions.models import Project
from teams.models import Team


def new_nonce() -> str:
    return secrets.token_hex(16)


class JudgeQuerySet(models.QuerySet["Judge"]):
    def active(self) -> Self:
        return self.filter(revoked_at__isnull=True)

    def present(self) -> Self:
        """Those who can still be dealt projects."""
        return self.active().filter(left_at__isnull=True)

    def by_token(self, token: str) -> "Judge | None":
        """The judge whose link this is, unless it was revoked. Constant in time."""
        number, _dot, _mac = token.partition(".")
        pk = whole_number(number) or 0
        judge = self.active().select_related("event").filter(pk=pk).first()
        if judge is None or not hmac.compare_digest(
            judge.token.encode(), token.encode()
        ):
            return None
        return judge


class Judge(models.Model):
    """One person who scores at one event, with or without an account.

    The link is derived from ``nonce`` and the secret key, so the database alone does
    not open it; a new nonce makes the old link worthless.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="judges")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="judgeships",
    )
    name = LineField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail address"))
    tracks = models.ManyToManyField(
        Track, blank=True, verbose_name=_("only these tracks"), related_name="judges"
    )
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    invited_at = models.DateTimeField(_("invited at"), null=True, editable=False)
    first_seen_at = models.DateTimeField(_("first seen"), null=True, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("link revoked at"), null=True, blank=True)
    # Gone home: their link still opens what they scored, but nothing more is dealt.
    left_at = models.DateTimeField(_("left at"), null=True, editable=False)

    objects = JudgeQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("judge")
        verbose_name_plural = _("judges")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email"], name="one_judge_per_address_and_event"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_here(self) -> bool:
        return self.revoked_at is None and self.left_at is None

    @property
    def token(self) -> str:
        mac = salted_hmac(
            "judging.judge-link", f"{self.pk}:{self.nonce}", algorithm="sha256"
        )
        return f"{self.pk}.{mac.hexdigest()[:40]}"

    @property
    def fingerprint(self) -> str:
        """What a session keeps, so that a revoked link ends it at once."""
        return hashlib.sha256(self.token.encode()).hexdigest()[:32]

    def get_link_path(self) -> str:
        return reverse("judging:enter", args=[self.token])


class Recusal(models.Model):
    """A judge who does not score a project: a conflict of interest."""

    class Source(models.TextChoices):
        DECLARED = "declared", _("Declared by the judge")
        TEAM = "team", _("Is or was in the team")
        ORGANISER = "organiser", _("Set by an organiser")

    # So long a judge may take their own word back; others are at the table by then.
    MAY_TAKE_BACK = timedelta(minutes=10)

    judge = models.ForeignKey(Judge, models.CASCADE, related_name="recusals")
    project = models.ForeignKey(Project, models.CASCADE, related_name="recusals")
    source = models.CharField(_("source"), max_length=10, choices=Source)
    reason = LineField(_("reason"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            models.UniqueConstraint(
                fields=["judge", "project"], name="one_recusal_per_judge_and_project"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge} ≠ {self.project}"

    @property
    def taken_back_until(self) -> datetime:
        return self.created_at + self.MAY_TAKE_BACK

    @property
    def can_be_taken_back(self) -> bool:
        """By the judge, without asking anybody."""
        return (
            self.source == self.Source.DECLARED
            and timezone.now() < self.taken_back_until
        )


class FormerSeat(models.Model):
    """Somebody who was in a team and is no more: they do not score it either."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="former_seats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="former_seats"
    )
    left_at = models.DateTimeField(_("left at"), auto_now_add=True)

    class Meta:
        verbose_name = _("former member")
        verbose_name_plural = _("former members")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"], name="one_former_seat_per_team_and_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.team}"


class Pairing(models.Model):
    """An organiser's word on who sees what, stronger than the plan's own choice."""

    class Rule(models.TextChoices):
        PIN = "pin", _("Must see it")
        FORBID = "forbid", _("Must not see it")

    round = models.ForeignKey(Round, models.CASCADE, related_name="pairings")
    judge = models.ForeignKey(Judge, models.CASCADE, related_name="pairings")
    project = models.ForeignKey(Project, models.CASCADE, related_name="pairings")
    rule = models.CharField(_("rule"), max_length=10, choices=Rule)

    class Meta:
        verbose_name = _("pairing")
        verbose_name_plural = _("pairings")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "judge", "project"],
                name="one_pairing_per_judge_project_and_round",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge} {self.rule} {self.project}"
