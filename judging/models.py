import hashlib
import hmac
import secrets
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.models import LineField, ProseField
from events.models import Event, Phase, Track
from submissions.models import Project


class Round(models.Model):
    """One pass of judging over a set of projects."""

    class Kind(models.TextChoices):
        STAGE = "stage", _("Stage: demos one after another")
        EXPO = "expo", _("Expo: judges walk from table to table")

    event = models.ForeignKey(Event, models.CASCADE, related_name="rounds")
    name = LineField(_("name"), max_length=80, default="Demos")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STAGE)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    # The demo that is on, for the stage screen and the judges' phones.
    now_on = models.ForeignKey(
        Project, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    now_on_since = models.DateTimeField(null=True, blank=True)
    minutes_per_demo = models.PositiveSmallIntegerField(
        _("minutes for a demo"), default=5, validators=[MinValueValidator(1)]
    )

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("round")
        verbose_name_plural = _("rounds")

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.event.is_open_for(Phase.JUDGING)


class Criterion(models.Model):
    """What judges score: a weight, a scale of whole numbers, a word on each level."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="criteria")
    name = LineField(_("name"), max_length=60)
    description = LineField(_("what to look at"), max_length=200, blank=True)
    weight = models.DecimalField(
        _("weight"),
        max_digits=5,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0.01), MaxValueValidator(100)],
    )
    scale_min = models.SmallIntegerField(_("lowest score"), default=1)
    scale_max = models.SmallIntegerField(
        _("highest score"), default=5, validators=[MaxValueValidator(100)]
    )
    # One line per level from the lowest up: “1: nothing runs yet”.
    levels = ProseField(
        _("what each level means"),
        max_length=2000,
        blank=True,
        help_text=_("One line per level, from the lowest to the highest score."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "name"], name="criterion_name_unique_in_round"
            ),
            models.CheckConstraint(
                condition=Q(scale_max__gt=F("scale_min")), name="scale_has_two_ends"
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0), name="weight_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def values(self) -> range:
        return range(self.scale_min, self.scale_max + 1)

    @property
    def labelled_values(self) -> list[tuple[int, str]]:
        """Each score with its description; shorter where no text is given."""
        lines = [line.strip() for line in self.levels.splitlines() if line.strip()]
        texts = lines if len(lines) == len(self.values) else [""] * len(self.values)
        return list(zip(self.values, texts, strict=True))

    def clean(self) -> None:
        if (
            self.scale_min is not None
            and self.scale_max is not None
            and self.scale_max <= self.scale_min
        ):
            raise ValidationError(
                {"scale_max": _("The highest score must be above the lowest.")}
            )


def new_nonce() -> str:
    return secrets.token_hex(16)


class JudgeQuerySet(models.QuerySet["Judge"]):
    def active(self) -> Self:
        return self.filter(revoked_at__isnull=True)

    def by_token(self, token: str) -> "Judge | None":
        """The judge whose link this is, unless it was revoked. Constant in time."""
        number, _dot, _mac = token.partition(".")
        if not (number.isascii() and number.isdigit() and len(number) < 10):  # noqa: PLR2004
            return None
        judge = self.active().select_related("event").filter(pk=int(number)).first()
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


class Scorecard(models.Model):
    """One judge's scores and notes for one project in one round.

    A card exists from the assignment on; ``revision`` is the highest that arrived.
    """

    class Status(models.TextChoices):
        TODO = "todo", _("To score")
        STARTED = "started", _("Started")
        DONE = "done", _("Scored")
        ABSENT = "absent", _("Team was absent")
        BUSY = "busy", _("Team was busy, come back")

    round = models.ForeignKey(Round, models.CASCADE, related_name="scorecards")
    judge = models.ForeignKey(Judge, models.CASCADE, related_name="scorecards")
    project = models.ForeignKey(Project, models.CASCADE, related_name="scorecards")
    position = models.PositiveSmallIntegerField(_("place in the route"), default=0)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.TODO
    )
    notes = ProseField(_("private notes"), max_length=5000, blank=True)
    feedback = ProseField(_("feedback to the team"), max_length=5000, blank=True)
    is_starred = models.BooleanField(_("starred"), default=False)
    revision = models.PositiveBigIntegerField(default=0, editable=False)
    # When and where each field was tapped last: {field: [revision, client]}.
    taps = models.JSONField(default=dict, editable=False)
    # What the phone called itself when it sent that revision.
    client = models.CharField(max_length=40, blank=True, editable=False)
    scored_at = models.DateTimeField(_("last scored"), null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "judge", "project"],
                name="one_scorecard_per_judge_project_and_round",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge}: {self.project}"


class Score(models.Model):
    scorecard = models.ForeignKey(Scorecard, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="scores")
    value = models.SmallIntegerField(_("score"))

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "criterion"], name="one_score_per_criterion"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.value}"


class ScorecardRevision(models.Model):
    """Every scorecard that ever arrived, counted or not. Only ever added to."""

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("Counted")
        STALE = "stale", _("Older than what was there")
        LATE = "late", _("Arrived after judging closed")
        LATE_ACCEPTED = "late_accepted", _("Late, accepted by an organiser")
        LATE_REJECTED = "late_rejected", _("Late, left out by an organiser")

    scorecard = models.ForeignKey(Scorecard, models.CASCADE, related_name="revisions")
    client = models.CharField(_("device"), max_length=40)
    revision = models.PositiveBigIntegerField(_("revision"))
    payload = models.JSONField(_("content"))
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    # What lost against another phone: [{"field", "stands", "lost"}].
    overruled = models.JSONField(default=list, editable=False)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    # The phone's own clock: evidence, never a decision.
    tapped_at = models.DateTimeField(_("tapped at"), null=True)

    class Meta:
        ordering = ["received_at", "pk"]
        verbose_name = _("received scorecard")
        verbose_name_plural = _("received scorecards")
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "client", "revision"],
                name="a_revision_is_received_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scorecard} r{self.revision}"


class PublishedResult(models.Model):
    """Results as they were published: frozen. A correction is a new version."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="published_results")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    # As judging.standings.snapshot() writes it: {"event", "rounds", "awards"}.
    snapshot = models.JSONField(_("snapshot"))
    digest = models.CharField("SHA-256", max_length=64)
    reason = LineField(_("reason for the change"), max_length=200, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    published_at = models.DateTimeField(_("published at"), default=timezone.now)

    class Meta:
        ordering = ["-version"]
        verbose_name = _("published result")
        verbose_name_plural = _("published results")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "version"], name="one_result_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} v{self.version}"


class Award(models.Model):
    """A prize that was won."""

    prize = models.OneToOneField("events.Prize", models.CASCADE, related_name="award")
    project = models.ForeignKey(Project, models.CASCADE, related_name="awards")
    note = LineField(_("why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")

    def __str__(self) -> str:
        return f"{self.prize}: {self.project}"
