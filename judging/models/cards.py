from typing import Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import ProseField
from judging.models.judges import Judge, Recusal
from judging.models.rounds import Criterion, Round
from submissions.models import Project


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    def live(self) -> Self:
        """What a judge is to see, or has seen, and what counts as theirs.

        Not what went to somebody else, unless something came in for it after all; and
        not what they stepped back from. A conflict only hides a card, with its marks
        and scores: all is there again when it is lifted.
        """
        stepped_back = Recusal.objects.filter(
            judge=OuterRef("judge"), project=OuterRef("project")
        )
        return self.exclude(
            moved_at__isnull=False, status=Scorecard.Status.TODO, revision=0
        ).exclude(Exists(stepped_back))

    def open(self) -> Self:
        """What a judge may still score: nothing yet, not all of it, or to come back."""
        return (
            self.live()
            .filter(project__status=Project.Status.SUBMITTED)
            .exclude(status=Scorecard.Status.DONE)
            .exclude(judge__recusals__project=F("project"))
        )


class RevisionQuerySet(models.QuerySet["ScorecardRevision"]):
    def judges_on_several_phones(self) -> set[int]:
        """Who uses a second one, or has given their link to somebody else.

        The plain page and paper are no phones: one may use them beside one's own.
        """
        phones = self.exclude(client="form").exclude(client__startswith="paper-")
        devices = phones.order_by().values("scorecard__judge")
        devices = devices.annotate(number=Count("client", distinct=True))
        several = devices.filter(number__gt=1)
        return set(several.values_list("scorecard__judge", flat=True))


class Scorecard(models.Model):
    """One judge's scores and notes for one project in one round.

    A card exists from the assignment on; ``revision`` is the highest that arrived.
    """

    is_on_kept_pages = False  # what comes of it is, once it is published

    class Status(models.TextChoices):
        TODO = "todo", _("To score")
        STARTED = "started", _("Started")
        DONE = "done", _("Scored")
        ABSENT = "absent", _("Team was absent")
        BUSY = "busy", _("Team was busy, come back")
        TROUBLE = "trouble", _("Technical trouble, come back")

    # Not scored, but offered again when the rest of the list is done.
    TO_VISIT_AGAIN = frozenset({Status.ABSENT, Status.BUSY, Status.TROUBLE})
    round = models.ForeignKey(Round, models.CASCADE, related_name="scorecards")
    judge = models.ForeignKey(Judge, models.CASCADE, related_name="scorecards")
    project = models.ForeignKey(Project, models.CASCADE, related_name="scorecards")
    position = models.PositiveSmallIntegerField(_("place in the route"), default=0)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.TODO
    )
    notes = ProseField(_("private notes"), max_length=5000, blank=True)
    feedback = ProseField(_("feedback to the team"), max_length=5000, blank=True)
    # An organiser keeps these words from the team.
    is_feedback_hidden = models.BooleanField(
        default=False, db_default=False, editable=False
    )
    is_starred = models.BooleanField(_("starred"), default=False)
    revision = models.PositiveBigIntegerField(default=0, editable=False)
    # When and where each field was tapped last: {field: [revision, client]}.
    taps = models.JSONField(default=dict, editable=False)
    # What the phone called itself when it sent that revision.
    client = models.CharField(max_length=40, blank=True, editable=False)
    scored_at = models.DateTimeField(_("last scored"), null=True, blank=True)
    # When it was given to somebody else, unbegun. It stays, for a phone may hold scores
    # for it that have not arrived.
    moved_at = models.DateTimeField(null=True, editable=False)
    # Head of the chain of its revisions, and how many there are: see judging.chain.
    chain = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    received = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = ScorecardQuerySet.as_manager()

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

    @property
    def is_begun(self) -> bool:
        return self.status != self.Status.TODO or self.revision > 0


class Score(models.Model):
    is_on_kept_pages = False

    scorecard = models.ForeignKey(Scorecard, models.PROTECT, related_name="scores")
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

    is_on_kept_pages = False

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("Counted")
        STALE = "stale", _("Older than what was there")
        LATE = "late", _("Arrived after judging closed")
        LATE_ACCEPTED = "late_accepted", _("Late, accepted by an organiser")
        LATE_REJECTED = "late_rejected", _("Late, left out by an organiser")

    scorecard = models.ForeignKey(Scorecard, models.PROTECT, related_name="revisions")
    client = models.CharField(_("device"), max_length=40)
    revision = models.PositiveBigIntegerField(_("revision"))
    payload = models.JSONField(_("content"))
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    # What lost against another phone: [{"field", "stands", "lost"}].
    overruled = models.JSONField(default=list, editable=False)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    # The fields whose values stood from then on, each with its tap: so the log alone
    # tells every score. What an organiser let in later is in the event's log.
    taken = models.JSONField(default=dict, editable=False)
    # The phone's own clock: evidence, never a decision.
    tapped_at = models.DateTimeField(_("tapped at"), null=True)
    rubric_version = models.PositiveSmallIntegerField(
        default=1, db_default=1, editable=False
    )
    # From where: the address that the server saw.
    source = models.GenericIPAddressField(_("from"), null=True, editable=False)
    # SHA-256 over the digest before it on the same card and all of this row that
    # never changes; see judging.chain.
    digest = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )

    objects = RevisionQuerySet.as_manager()

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


class Comparison(models.Model):
    """One judge's answer to “which of these two is better?” in a pairwise round.

    Taking it back sets ``undone_at``; nothing is deleted.
    """

    is_on_kept_pages = False

    class Late(models.TextChoices):
        WAITS = "waits", _("Arrived after judging closed")
        ACCEPTED = "accepted", _("Late, accepted by an organiser")
        REJECTED = "rejected", _("Late, left out")

    round = models.ForeignKey(Round, models.PROTECT, related_name="comparisons")
    judge = models.ForeignKey(Judge, models.PROTECT, related_name="comparisons")
    winner = models.ForeignKey(Project, models.PROTECT, related_name="won_against")
    loser = models.ForeignKey(Project, models.PROTECT, related_name="lost_to")
    # The phone's own number of the answer: sent twice, it is kept once.
    client = models.CharField(_("device"), max_length=40)
    revision = models.PositiveBigIntegerField(_("revision"))
    tapped_at = models.DateTimeField(_("tapped at"), null=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    undone_at = models.DateTimeField(_("taken back at"), null=True)
    # It came after the end: ``undone_at`` is set too, until an organiser accepts it.
    late = models.CharField(
        _("arrived late"),
        max_length=10,
        choices=Late,
        blank=True,
        default="",
        db_default="",
    )
    # How long both were before the judge, by the phone's clock.
    seconds = models.PositiveIntegerField(_("seconds taken"), null=True)

    class Meta:
        ordering = ["received_at", "pk"]
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        constraints = [
            models.UniqueConstraint(
                fields=["judge", "client", "revision"],
                name="a_comparison_is_received_once",
            ),
            models.CheckConstraint(
                condition=~Q(winner=F("loser")), name="a_project_beats_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge}: {self.winner} > {self.loser}"
