"""Scores as files: with names for organisers, without for everybody to check."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.utils.text import slugify
from django.views.generic import View

from core.csv_files import csv_answer
from core.pagecache import public_page
from events.log import record
from events.views import EventMixin
from judging.evidence import counted_comparisons, counted_scores
from judging.models import (
    Comparison,
    JudgingRules,
    PublishedResult,
    Score,
    ScorecardRevision,
)
from judging.reveal import public_versions
from judging.views.organise import RunJudgingView

Outcome = ScorecardRevision.Outcome
LATE = {
    Outcome.LATE: "waiting",
    Outcome.LATE_ACCEPTED: "accepted",
    Outcome.LATE_REJECTED: "left out",
}


class RawTableView(RunJudgingView):
    """Everything that judges gave, whether it counts or not; the log says who asked."""

    table = "scores"

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        tables = {"scores": self.scores, "comparisons": self.comparisons}
        name = self.table
        record(self.user, "judging.exported", self.event, event=self.event, table=name)
        return csv_answer(self.request, f"{self.event.slug}-{name}", tables[name]())

    def scores(self) -> Iterable[Iterable[Any]]:
        yield (
            *("round", "judge", "project", "team", "criterion", "weight", "score"),
            *("status", "scored_at", "late", "rubric_version", "counts"),
        )
        revisions = ScorecardRevision.objects.filter(scorecard=OuterRef("scorecard"))
        counting = {
            pk
            for round_ in self.event.rounds.all()
            for pk in counted_scores(round_).values_list("pk", flat=True)
        }
        scores = (
            Score.objects.filter(scorecard__round__event=self.event)
            .select_related(
                "criterion",
                "scorecard__round",
                "scorecard__judge",
                "scorecard__project__team",
            )
            .annotate(
                late=Subquery(
                    revisions.filter(outcome__in=LATE)
                    .order_by("-received_at")
                    .values("outcome")[:1]
                ),
                rubric=Subquery(
                    revisions.filter(
                        outcome__in=[Outcome.APPLIED, Outcome.LATE_ACCEPTED]
                    )
                    .order_by("-received_at", "-pk")
                    .values("rubric_version")[:1]
                ),
            )
            .order_by("scorecard__round__order", "scorecard", "criterion__order", "pk")
        )
        for score in scores:
            card = score.scorecard
            yield (
                *(card.round.name, card.judge.name, card.project.title),
                *(card.project.team.name, score.criterion.name),
                *(score.criterion.weight, score.value, card.status),
                card.scored_at.isoformat() if card.scored_at else "",
                LATE.get(score.late, ""),
                score.rubric or "",
                "yes" if score.pk in counting else "no",
            )

    def comparisons(self) -> Iterable[Iterable[Any]]:
        yield (
            "round",
            "judge",
            "winner",
            "loser",
            "received_at",
            "taken_back_at",
            "counts",
        )
        counting = {
            pk
            for round_ in self.event.rounds.all()
            for pk in counted_comparisons(round_).values_list("pk", flat=True)
        }
        for one in Comparison.objects.filter(round__event=self.event).select_related(
            "round", "judge", "winner", "loser"
        ):
            yield (
                *(one.round.name, one.judge.name, one.winner.title, one.loser.title),
                one.received_at.isoformat(),
                one.undone_at.isoformat() if one.undone_at else "",
                "yes" if one.pk in counting else "no",
            )


@public_page
class PublicTableView(EventMixin, View):
    """The frozen inputs of a published result, in the format that ``rank`` reads.

    Without anybody's name, and only while the organisers let everybody see scores.
    """

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        versions = {one.version: one for one in public_versions(self.event)}
        result = versions.get(self.kwargs["version"])
        if (
            not JudgingRules.of(self.event).publishes_scores
            or result is None
            or result.inputs is None
        ):
            raise Http404
        name: str = self.kwargs["table"]
        rows = public_tables(result, self.kwargs["round"]).get(name)
        if rows is None:
            raise Http404
        return csv_answer(self.request, f"{self.event.slug}-{slugify(name)}", rows)


def public_tables(result: PublishedResult, round_pk: int) -> dict[str, list[list[Any]]]:
    """``{table: rows}`` of one round; empty if it is not in this result."""
    said = {r["round"]: r for r in result.snapshot["rounds"]}.get(round_pk)
    frozen: Any = result.inputs
    inputs = {r["round"]: r for r in frozen["rounds"]}.get(round_pk)
    if said is None or inputs is None:
        return {}
    name_of = {
        line["project"]: line["path"].split("/")[-2] for line in said["projects"]
    }
    criterion = {c["id"]: c["name"] for c in said["criteria"]}
    return {
        "scores": [
            ["judge", "project", "criterion", "score"],
            *(
                [judge, name_of[project], criterion[pk], value]
                for judge, project, pk, value in inputs["scores"]
            ),
        ],
        "weights": [
            ["criterion", "weight", "low", "high"],
            *(
                [criterion[c["id"]], c["weight"], c["low"], c["high"]]
                for c in inputs["criteria"]
                if any(row[2] == c["id"] for row in inputs["scores"])
            ),
        ],
        "comparisons": [
            ["judge", "winner", "loser"],
            *(
                [judge, name_of[winner], name_of[loser]]
                for judge, winner, loser in inputs["comparisons"]
            ),
        ],
    }
