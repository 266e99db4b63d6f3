"""The order as it stands now, from the rows of one round."""

import hashlib
import json
from fractions import Fraction
from typing import Any

from django.db.models import F

from events.models import Event
from judging.models import Round, Score, Scorecard
from judging.ranking import Given, Ranked, Scale, rank
from submissions.models import Project


def rubric_of(round_: Round) -> dict[int, Scale]:
    return {
        c.pk: Scale(c.scale_min, c.scale_max, Fraction(c.weight))
        for c in round_.criteria.all()
    }


def standings(round_: Round) -> list[Ranked]:
    """Rank what counts: cards that are done or started, of projects handed in.

    Cards of judges who stepped back do not count, nor does a withdrawn project.
    """
    rows = (
        Score.objects.filter(
            scorecard__round=round_,
            scorecard__status__in=[Scorecard.Status.DONE, Scorecard.Status.STARTED],
            scorecard__project__status=Project.Status.SUBMITTED,
        )
        .exclude(
            scorecard__judge__recusals__project=F("scorecard__project"),
        )
        .values_list(
            "scorecard__judge_id", "scorecard__project_id", "criterion_id", "value"
        )
    )
    return rank((Given(*row) for row in rows), rubric_of(round_))


def snapshot(event: Event) -> dict[str, Any]:
    """All that a result says, as plain JSON; the same rows give the same text."""
    titles = {
        p.pk: p for p in Project.objects.filter(event=event).select_related("team")
    }
    return {
        "event": event.name,
        "rounds": [
            {
                "name": round_.name,
                "criteria": [
                    {"id": c.pk, "name": c.name, "weight": str(c.weight)}
                    for c in round_.criteria.all()
                ],
                "projects": [
                    _line(one, titles[one.project]) for one in standings(round_)
                ],
            }
            for round_ in event.rounds.prefetch_related("criteria")
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
            for prize in event.prizes.select_related("award__project__team")
            if hasattr(prize, "award")
        ],
    }


def _line(one: Ranked, project: Project) -> dict[str, Any]:
    return {
        "project": one.project,
        "title": project.title,
        "team": project.team.name,
        "path": project.get_absolute_url(),
        "rank": one.rank,
        "score": percent(one.score),
        "criteria": {str(pk): percent(share) for pk, share in one.criteria.items()},
        "judges": one.judges,
    }


def percent(share: Fraction) -> float:
    """A share from 0 to 1 as a number from 0 to 100 with two decimals."""
    return float(round(share * 100, 2))


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()


def deciding_order(round_: Round) -> list[Ranked]:
    """The order by what decides in this round, best first; equals share ``rank``."""
    return standings(round_)
