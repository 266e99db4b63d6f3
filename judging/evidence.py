"""What the result of a round is computed from: all of it, and nothing else.

Plain JSON without a name in it. Judges are ``j1``, ``j2`` … in the order of what they
said, so that a number tells nothing about who they are.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any

from django.db.models import F, Q

from core.ledger import digest_of
from events.models import Event
from judging.models import Comparison, JudgingRules, PrizeRule, Round, Score, Scorecard
from judging.verdict import MODEL
from submissions.models import Project

SEED = 0
USUAL_TOP = 3
COUNTED = (Scorecard.Status.DONE, Scorecard.Status.STARTED)


@dataclass(frozen=True)
class Evidence:
    """One round's inputs; ``judges`` tells organisers who is who."""

    round: Round
    inputs: dict[str, Any]
    judges: dict[str, int]

    @cached_property
    def digest(self) -> str:
        return digest_of([self.inputs, libraries()])

    @property
    def size(self) -> int:
        return len(self.inputs["scores"]) + len(self.inputs["comparisons"])


@cache
def libraries() -> dict[str, str]:
    """Another release of these may draw other random numbers from the same seed."""
    return {name: version(name) for name in ("numpy", "scipy")}


def counted_scores(round_: Round) -> Any:
    """Cards that are done or started, of projects handed in, by the rubric of now.

    Cards of judges who stepped back do not count, nor does a withdrawn project.
    """
    return (
        Score.objects.filter(
            Q(criterion__track=None)
            | Q(scorecard__project__tracks=F("criterion__track")),
            scorecard__round=round_,
            scorecard__status__in=COUNTED,
            scorecard__project__status=Project.Status.SUBMITTED,
            criterion__retired_in=None,
        )
        .exclude(scorecard__judge__recusals__project=F("scorecard__project"))
        .distinct()
    )


def counted_comparisons(round_: Round) -> Any:
    submitted = Project.Status.SUBMITTED
    return (
        Comparison.objects.filter(
            round=round_,
            undone_at=None,
            winner__status=submitted,
            loser__status=submitted,
        )
        .exclude(judge__recusals__project=F("winner"))
        .exclude(judge__recusals__project=F("loser"))
    )


def evidence_of(round_: Round) -> Evidence:
    scores = counted_scores(round_).values_list(
        "scorecard__judge_id", "scorecard__project_id", "criterion_id", "value"
    )
    comparisons = counted_comparisons(round_).values_list(
        "judge_id", "winner_id", "loser_id"
    )
    return evidence_from(round_, list(scores), list(comparisons))


def evidence_from(
    round_: Round,
    scores: list[tuple[int, int, int, int]],
    comparisons: list[tuple[int, int, int]],
) -> Evidence:
    label = _labels([*scores, *comparisons])
    is_pairwise = round_.kind == Round.Kind.PAIRWISE
    inputs = {
        "round": round_.pk,
        "kind": round_.kind,
        "method": Round.Method.ESTIMATE.value if is_pairwise else round_.method,
        "ties": round_.ties,
        "top": top_of(round_),
        "seed": SEED,
        "model": MODEL,
        "rubric_version": round_.rubric_version,
        "criteria": [
            {
                "id": c.pk,
                "weight": str(c.weight),
                "low": c.scale_min,
                "high": c.scale_max,
            }
            for c in round_.criteria.all()
            if c.retired_in is None
        ],
        "scores": sorted(([label[who], *rest] for who, *rest in scores), key=_by_label),
        "comparisons": sorted(
            ([label[who], *rest] for who, *rest in comparisons), key=_by_label
        ),
    }
    return Evidence(round_, inputs, {name: pk for pk, name in label.items()})


def _by_label(row: list[Any]) -> tuple[int, ...]:
    return (int(row[0][1:]), *row[1:])


def _labels(rows: Iterable[tuple[int, ...]]) -> dict[int, str]:
    """Number judges by what they said: not by name, nor by when they were invited."""
    said: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for judge, *rest in rows:
        said[judge].append(tuple(rest))
    order = sorted(said, key=lambda judge: (sorted(said[judge]), judge))
    return {judge: f"j{number}" for number, judge in enumerate(order, start=1)}


def top_of(round_: Round) -> int:
    """How many places something hangs on: who goes on, or who wins a prize."""
    follower = round_.followers.order_by("order", "pk").first()
    if follower is not None:
        return follower.shortlist_size
    return (
        PrizeRule.objects.filter(round=round_).count()
        or round_.event.prizes.count()
        or USUAL_TOP
    )


def inputs_of(event: Event, evidence: Iterable[Evidence]) -> dict[str, Any]:
    """All that a published result is computed from."""
    rules = JudgingRules.of(event)
    return {
        "format": 1,
        "libraries": libraries(),
        "rules": {
            "same_domain_is_conflict": rules.same_domain_is_conflict,
            "shows_judges": rules.shows_judges,
            "needs_two_to_publish": rules.needs_two_to_publish,
            "publishes_scores": rules.publishes_scores,
        },
        "rounds": [one.inputs for one in evidence],
    }
