from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import LineField
from events.models import Event, Prize, Track
from judging.models.rounds import Criterion, Round
from submissions.models import Project


class PublishedResult(models.Model):
    """Results as they were published: frozen. A correction is a new version."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="published_results")
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    # As judging.standings.snapshot() writes it: {"event", "rounds", "awards"}.
    snapshot = models.JSONField(_("snapshot"))
    digest = models.CharField("SHA-256", max_length=64)
    # All that the snapshot was computed from, without a name: whoever has it can
    # compute the same result to the last digit (judging.evidence).
    inputs = models.JSONField(_("inputs"), null=True)
    inputs_digest = models.CharField(
        _("SHA-256 of the inputs"), max_length=64, blank=True, default="", db_default=""
    )
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


class PublishProposal(models.Model):
    """What one organiser proposed to publish, where two must agree.

    It is of one exact result: when anything in that changes, it is worth nothing.
    """

    event = models.OneToOneField(
        Event, models.CASCADE, related_name="publish_proposal", primary_key=True
    )
    digest = models.CharField("SHA-256", max_length=64)
    reason = LineField(_("reason for the change"), max_length=200, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)

    class Meta:
        verbose_name = _("proposal to publish")
        verbose_name_plural = _("proposals to publish")

    def __str__(self) -> str:
        return f"{self.event}: {self.digest[:8]}"


class RoundEstimate(models.Model):
    """The last verdict that was computed for a round; ``digest`` says from what."""

    round = models.OneToOneField(
        Round, models.CASCADE, related_name="estimate", primary_key=True
    )
    digest = models.CharField(max_length=64)
    evidence = models.PositiveIntegerField(_("scores and comparisons"))
    # As judging.verdict.weigh() gives it.
    verdict = models.JSONField()
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("estimate of a round")
        verbose_name_plural = _("estimates of rounds")

    def __str__(self) -> str:
        return str(self.round)


class Reveal(models.Model):
    """The result on the big screen, place by place from the last to the first.

    No row: nothing is revealed. A row without a result was made before publishing: the
    result will be public when it has been revealed, and not before.
    """

    event = models.OneToOneField(
        Event, models.CASCADE, related_name="reveal", primary_key=True
    )
    result = models.ForeignKey(
        PublishedResult, models.CASCADE, null=True, related_name="reveals"
    )
    # What is revealed: a round of the snapshot, or after the last of them its prizes.
    part = models.PositiveSmallIntegerField(default=0)
    places = models.PositiveSmallIntegerField(_("how many places"), default=3)
    shown = models.PositiveSmallIntegerField(_("steps shown"), default=0)
    hides_results = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("reveal of the results")
        verbose_name_plural = _("reveals of results")

    def __str__(self) -> str:
        return str(self.event)


class Award(models.Model):
    """A prize that was won."""

    prize = models.OneToOneField("events.Prize", models.PROTECT, related_name="award")
    project = models.ForeignKey(Project, models.PROTECT, related_name="awards")
    note = LineField(_("why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")

    def __str__(self) -> str:
        return f"{self.prize}: {self.project}"


class PrizeRule(models.Model):
    """What a prize is won by: a round, or a part of its projects and criteria."""

    prize = models.OneToOneField(Prize, models.CASCADE, related_name="rule")
    round = models.ForeignKey(Round, models.CASCADE, related_name="prize_rules")
    track = models.ForeignKey(
        Track,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("only this track"),
        related_name="+",
    )
    criteria = models.ManyToManyField(
        Criterion, blank=True, verbose_name=_("only these criteria"), related_name="+"
    )

    class Meta:
        verbose_name = _("rule of a prize")
        verbose_name_plural = _("rules of prizes")

    def __str__(self) -> str:
        return f"{self.prize} ← {self.round}"
