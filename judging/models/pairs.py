from django.db import models
from django.utils.translation import gettext_lazy as _

from judging.models.judges import Judge
from judging.models.rounds import Round
from submissions.models import Project


class Contender(models.Model):
    """What is quickly believed of one project in a pairwise round.

    It only chooses whom to compare next; results come from the comparisons themselves,
    and so can this row be made anew at any time.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="contenders")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    mean = models.FloatField(default=0.0)
    variance = models.FloatField(default=1.0)

    class Meta:
        verbose_name = _("contender")
        verbose_name_plural = _("contenders")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "project"], name="one_contender_per_project_and_round"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.project}"


class Walk(models.Model):
    """One judge's way through a pairwise round, as numbers of projects.

    The last of ``seen`` is the one that the next is compared with; ``ahead`` is what
    the phone carries along; ``offered`` is all that ever was ahead, for a phone that
    was away may still answer for it.
    """

    is_on_kept_pages = False

    round = models.ForeignKey(Round, models.CASCADE, related_name="walks")
    judge = models.ForeignKey(Judge, models.CASCADE, related_name="walks")
    seen = models.JSONField(default=list)
    ahead = models.JSONField(default=list)
    offered = models.JSONField(default=list)
    # Project to why it was passed by: {"12": "absent"}.
    skipped = models.JSONField(default=dict)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("walk")
        verbose_name_plural = _("walks")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "judge"], name="one_walk_per_judge_and_round"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.judge}"

    @property
    def at(self) -> int | None:
        """The project that the judge has seen last."""
        return self.seen[-1] if self.seen else None

    @property
    def here(self) -> int | None:
        """The project that the judge is at now."""
        return self.ahead[0] if self.ahead else None
