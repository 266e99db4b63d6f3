"""The order as it stands now, from the rows of one round."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from events.models import Event
from judging.estimates import verdict_on
from judging.evidence import Evidence, evidence_of
from judging.models import Round
from judging.ranking import Ranked
from judging.verdict import means_of
from submissions.models import Project

__all__ = ["Placed", "deciding_order", "snapshot", "standings"]


@dataclass(frozen=True)
class Placed:
    """``score``, from 0 to 100, is the number that decides; equals share ``rank``."""

    project: int
    rank: int
    score: float


def standings(round_: Round) -> list[Ranked]:
    """The order by the plain weighted mean, whatever decides."""
    return means_of(evidence_of(round_).inputs)


def deciding_order(round_: Round) -> list[Placed]:
    """The order by what decides in this round: ``Round.method``, and its tie-break.

    Best first. Projects that nobody judged are not in it. May compute for seconds when
    there are thousands of scores; the same evidence is computed once.
    """
    evidence = evidence_of(round_)
    by_mean = evidence.inputs["method"] == Round.Method.MEAN
    return [
        Placed(line["project"], line["rank"], line["mean" if by_mean else "estimate"])
        for line in verdict_on(evidence)["places"]
        if not (by_mean and line["mean"] is None)
    ]


def snapshot(event: Event, evidence: Iterable[Evidence]) -> dict[str, Any]:
    """All that a result says, as plain JSON; the same evidence gives the same text."""
    titles = {
        p.pk: p
        for p in Project.objects.filter(event=event).select_related("team", "event")
    }
    return {
        "event": event.name,
        "rounds": [
            {
                "name": one.round.name,
                "round": one.round.pk,
                "kind": one.round.kind,
                **{key: one.inputs[key] for key in ("method", "ties", "top")},
                "judges": len(one.judges),
                "comparisons": len(one.inputs["comparisons"]),
                "criteria": [
                    {"id": c.pk, "name": c.name, "weight": str(c.weight)}
                    for c in one.round.criteria.all()
                    if c.retired_in is None
                ],
                "projects": [
                    {**line, **_named(titles[line["project"]])}
                    for line in verdict_on(one)["places"]
                ],
            }
            for one in evidence
        ],
        "awards": [
            {
                "prize": prize.name,
                "project": prize.award.project_id,
                "title": prize.award.project.title,
                "team": prize.award.project.team.name,
                "path": prize.award.project.get_absolute_url(),
                "note": prize.award.note,
            }
            for prize in event.prizes.select_related(
                "award__project__team", "award__project__event"
            )
            if hasattr(prize, "award")
        ],
    }


def _named(project: Project) -> dict[str, str]:
    return {
        "title": project.title,
        "team": project.team.name,
        "path": project.get_absolute_url(),
    }


def evidence_of_event(event: Event) -> list[Evidence]:
    return [evidence_of(one) for one in event.rounds.prefetch_related("criteria")]
