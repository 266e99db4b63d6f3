from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.models import LineField, ProseField
from events.models import Event, Phase, Track
from submissions.models import Project

MOST_LEVELS = 20
TOO_LONG_A_SCALE = _("A scale goes up, by whole numbers, and has at most 21 levels.")
ONE_LINE_EACH = _("Write one line per level: %(wanted)d lines, not %(found)d.")
STAYS_ONCE_SCORED = _(
    "Something has been scored or compared in this round, and would count no longer. "
    "Leave this as it is; for something else, add a round."
)
TWO_STAY = _(
    "Judging has begun under the rule that two organisers must agree. It stays as "
    "it is."
)


class JudgingRules(models.Model):
    """How one event judges, where its organisers may choose. No row: the defaults."""

    event = models.OneToOneField(
        Event, models.CASCADE, related_name="judging_rules", primary_key=True
    )
    same_domain_is_conflict = models.BooleanField(
        _("judges do not score teams from their own mail domain"),
        default=False,
        help_text=_("Domains that anybody can have, such as gmail.com, do not count."),
    )
    shows_judges = models.BooleanField(
        _("teams see which judge wrote what"), default=False
    )
    needs_two_to_publish = models.BooleanField(
        _("two organisers must agree to publish"), default=False
    )
    publishes_scores = models.BooleanField(
        _("everybody may see the scores, without judges' names"),
        default=False,
        db_default=False,
        help_text=_(
            "With the published results: each project's means, and a file with which "
            "anybody can compute the result again. Otherwise a team sees its own only."
        ),
    )

    class Meta:
        verbose_name = _("judging rules")
        verbose_name_plural = _("judging rules")

    def __str__(self) -> str:
        return str(self.event)

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls.objects.filter(event=event).first() or cls(event=event)

    @property
    def keeps_two(self) -> bool:
        """Whether the rule that two must agree can no longer be taken back.

        Otherwise one alone could switch it off, publish, and switch it on again.
        """
        event, given = self.event, Q(scorecards__scores__isnull=False)
        given |= Q(comparisons__isnull=False)
        return JudgingRules.objects.filter(
            event=event, needs_two_to_publish=True
        ).exists() and (
            event.rounds.filter(given).exists()
            or event.published_results.exists()
            or hasattr(event, "publish_proposal")
        )

    def clean(self) -> None:
        if not self.needs_two_to_publish and self.keeps_two:
            raise ValidationError({"needs_two_to_publish": TWO_STAY})


class Round(models.Model):
    """One pass of judging over a set of projects."""

    class Kind(models.TextChoices):
        STAGE = "stage", _("Stage: demos one after another")
        EXPO = "expo", _("Expo: judges walk from table to table")
        PAIRWISE = "pairwise", _("Pairwise: which of these two is better")

    class Method(models.TextChoices):
        ESTIMATE = "estimate", _("The estimate: strict and generous judges made even")
        MEAN = "mean", _("The plain weighted mean")

    class Ties(models.TextChoices):
        SHARE = "share", _("Share the place")
        CRITERIA = "criteria", _("The first criterion decides, then the second …")

    event = models.ForeignKey(Event, models.CASCADE, related_name="rounds")
    name = LineField(_("name"), max_length=80, default="Demos")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STAGE)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    track = models.ForeignKey(
        Track,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("only this track"),
        related_name="rounds",
        help_text=_("Its projects, and the judges of that track or of none."),
    )
    # The best of an earlier round go on to this one: see Entry.
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("takes the best of"),
        related_name="followers",
        help_text=_(
            "Close that round, choose who goes on, then open this one by hand. "
            "Empty: all projects, from the moment judging opens."
        ),
    )
    shortlist_size = models.PositiveSmallIntegerField(
        _("how many go on"),
        default=3,
        db_default=3,
        validators=[MinValueValidator(1)],
        help_text=_(
            "From the round before to this one. A tie at the end goes on whole."
        ),
    )
    method = models.CharField(
        _("what decides"),
        max_length=10,
        choices=Method,
        default=Method.ESTIMATE,
        db_default=Method.MEAN,  # rounds from before there was an estimate
        help_text=_("Chosen before judging. The other number is always shown, too."),
    )
    ties = models.CharField(
        _("equal scores"),
        max_length=10,
        choices=Ties,
        default=Ties.SHARE,
        db_default=Ties.SHARE,
        help_text=_("Chosen before judging, too."),
    )
    wanted_judges = models.PositiveSmallIntegerField(
        _("judges for each project"),
        default=3,
        db_default=3,
        validators=[MinValueValidator(1), MaxValueValidator(99)],
        help_text=_(
            "One more or less where it must be. Up to twelve projects, everybody sees "
            "everything."
        ),
    )
    grace_minutes = models.PositiveSmallIntegerField(
        _("minutes for late phones"),
        default=10,
        db_default=10,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_(
            "What was scored before closing counts if it arrives within this time."
        ),
    )
    # A round that follows another begins by hand; all end by hand or with judging.
    opened_at = models.DateTimeField(_("opened at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    rubric_version = models.PositiveSmallIntegerField(
        default=1, db_default=1, editable=False
    )
    # The demo that is on, for the stage screen and the judges' phones.
    now_on = models.ForeignKey(
        Project, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    now_on_since = models.DateTimeField(null=True, blank=True)
    minutes_per_demo = models.PositiveSmallIntegerField(
        _("minutes for a demo"), default=5, validators=[MinValueValidator(1)]
    )
    # Given to the demo that is on, on top of its minutes; a break lasts so long.
    extra_minutes = models.SmallIntegerField(default=0, db_default=0, editable=False)
    # Where the running order stands during a break: what was on before it.
    last_on = models.ForeignKey(
        Project, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("round")
        verbose_name_plural = _("rounds")

    def __str__(self) -> str:
        return self.name

    @property
    def is_break(self) -> bool:
        """Nobody is on stage, for a while; unless it has not begun, or is over."""
        return self.now_on_id is None and self.now_on_since is not None

    @property
    def ends_at(self) -> datetime | None:
        """When the demo or the break that is on is over; ``None`` if nothing says."""
        if self.now_on_since is None or (self.is_break and not self.extra_minutes):
            return None
        minutes = self.extra_minutes + (0 if self.is_break else self.minutes_per_demo)
        return self.now_on_since + timedelta(minutes=minutes)

    @property
    def has_begun(self) -> bool:
        """A round that follows another begins by hand, others with judging."""
        return self.follows_id is None or self.opened_at is not None

    @property
    def is_open(self) -> bool:
        """Whether scores of this round count that arrive now."""
        return (
            self.has_begun
            and self.closed_at is None
            and self.event.is_open_for(Phase.JUDGING)
        )

    @property
    def is_over(self) -> bool:
        """Closed, by hand or by the clock: what comes now waits for an organiser."""
        window = self.event.window(Phase.JUDGING)
        return self.closed_at is not None or (
            window is not None and window.closes_at <= timezone.now()
        )

    @property
    def is_dealt(self) -> bool:
        """Whether its cards are with the judges, and follow what happens."""
        return (
            self.kind != self.Kind.PAIRWISE
            and (self.follows_id is None or self.opened_at is not None)
            and self.closed_at is None
        )

    def clean(self) -> None:
        if self.event_id is None:
            return
        problems: dict[str, Any] = {}
        if self.track is not None and self.track.event_id != self.event_id:
            problems["track"] = _("This track belongs to another event.")
        if self.follows is not None:
            if self.follows.event_id != self.event_id:
                problems["follows"] = _("A round follows a round of the same event.")
            elif self._comes_before(self.follows):
                problems["follows"] = _(
                    "These rounds would wait for one another. A round follows one that "
                    "is over before it."
                )
            elif problem := self._too_long_a_list(self.follows):
                problems["shortlist_size"] = problem
        problems |= dict.fromkeys(self._undoing_scores(), STAYS_ONCE_SCORED)
        if problems:
            raise ValidationError(problems)

    def _undoing_scores(self) -> list[str]:
        """Fields whose change would take out of the count what judges have given."""
        before = Round.objects.filter(pk=self.pk).first()
        if before is None:
            return []
        kinds = {before.kind, self.kind}
        changed = []
        if len(kinds) > 1 and self.Kind.PAIRWISE in kinds:
            changed.append("kind")
        if before.track_id != self.track_id:
            changed.append("track")
        if before.follows_id != self.follows_id:
            changed.append("follows")
        given = Q(scorecards__scores__isnull=False) | Q(comparisons__isnull=False)
        if changed and Round.objects.filter(given, pk=self.pk).exists():
            return changed
        return []

    def _comes_before(self, other: "Round") -> bool:
        """Whether ``other`` waits for this one, by whatever detour."""
        seen: set[int | None] = set()
        step: Round | None = other
        while step is not None and step.pk not in seen:
            if step.pk == self.pk and self.pk is not None:
                return True
            seen.add(step.pk)
            step = step.follows
        return False

    def _too_long_a_list(self, earlier: "Round") -> str:
        """Nobody is left out of a list as long as the field, once that is known."""
        hacking = self.event.window(Phase.HACKING)
        if hacking is not None and timezone.now() < hacking.closes_at:
            return ""
        field = self.event.projects.filter(status=Project.Status.SUBMITTED)
        if earlier.track_id:
            field = field.filter(tracks=earlier.track_id)
        taking_part = min(
            field.count(),
            earlier.shortlist_size if earlier.follows_id else field.count(),
        )
        if not taking_part or self.shortlist_size < taking_part:
            return ""
        return (
            ngettext(
                "Only %d project takes part in that round: nobody would be left out.",
                "Only %d projects take part in that round: nobody would be left out.",
                taking_part,
            )
            % taking_part
        )


class Entry(models.Model):
    """One project's part in one round: its place in the running order."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="entries")
    project = models.ForeignKey(Project, models.CASCADE, related_name="entries")
    position = models.PositiveSmallIntegerField(_("place in the order"), default=0)
    # The team is not there: judges pass it by until it is brought back.
    set_aside_at = models.DateTimeField(_("set aside at"), null=True, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "project"], name="one_entry_per_project_and_round"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.project}"


class CriterionQuerySet(models.QuerySet["Criterion"]):
    def current(self) -> Self:
        """The rubric as it is now; retired criteria keep their scores."""
        return self.filter(retired_in=None)

    def of(self, project: int) -> Self:
        """What this project is scored on: criteria of its tracks, and of none."""
        tracks = Track.objects.filter(projects=project)
        return self.filter(Q(track=None) | Q(track__in=tracks))


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
    track = models.ForeignKey(
        Track,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("only for this track"),
        related_name="criteria",
    )
    # The version of the rubric that did without it: its scores no longer count.
    retired_in = models.PositiveSmallIntegerField(null=True, editable=False)

    objects = CriterionQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "name"],
                condition=Q(retired_in=None),
                name="criterion_name_unique_in_rubric",
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
        if len(lines) == len(self.values):
            texts = lines
        elif list(self.values) == [0, 1]:
            texts = [gettext("No"), gettext("Yes")]
        else:
            texts = [""] * len(self.values)
        return list(zip(self.values, texts, strict=True))

    def clean(self) -> None:
        if self.scale_min is None or self.scale_max is None:
            return
        if self.scale_max <= self.scale_min:
            raise ValidationError(
                {"scale_max": _("The highest score must be above the lowest.")}
            )
        if len(self.values) > MOST_LEVELS + 1:
            raise ValidationError({"scale_max": TOO_LONG_A_SCALE})
        lines = sum(bool(line.strip()) for line in (self.levels or "").splitlines())
        if lines not in {0, len(self.values)}:
            raise ValidationError(
                {"levels": ONE_LINE_EACH % {"wanted": len(self.values), "found": lines}}
            )


class RubricVersion(models.Model):
    """A rubric as it was from one moment on; only ever added to.

    Made when the first score arrives, and whenever organisers change it after that.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="rubric_versions")
    version = models.PositiveSmallIntegerField(_("version"))
    # A list with one object for each criterion: its id, name, weight, scale, levels.
    criteria = models.JSONField(_("criteria"))
    reason = LineField(_("reason"), max_length=200, blank=True)
    # How many scores no longer count because of the change.
    invalidated = models.PositiveIntegerField(_("scores invalidated"), default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        ordering = ["-version"]
        verbose_name = _("version of a rubric")
        verbose_name_plural = _("versions of rubrics")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "version"], name="one_rubric_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} v{self.version}"
