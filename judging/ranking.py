"""From scores to an order. Plain Python: no Django, no database.

A score on a scale from ``low`` to ``high`` counts as ``(score - low) / (high - low)``,
so that scales of different length weigh alike. A project's value for one criterion is
the mean over its judges; its total is the mean over criteria, weighted by the rubric.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Scale:
    low: int
    high: int
    weight: Fraction

    def share(self, value: int) -> Fraction:
        return Fraction(value - self.low, self.high - self.low)


@dataclass(frozen=True)
class Given:
    """One number that one judge gave to one project for one criterion."""

    judge: Hashable
    project: int
    criterion: int
    value: int


@dataclass(frozen=True)
class Ranked:
    """``score`` and ``criteria`` are from 0 to 1; equal scores share a ``rank``."""

    project: int
    rank: int
    score: Fraction
    criteria: Mapping[int, Fraction]
    judges: int


def rank(scores: Iterable[Given], rubric: Mapping[int, Scale]) -> list[Ranked]:
    """Order the projects that have a score, best first; ties by project number.

    Exact fractions: the same scores give the same order, to the last digit, in
    whatever sequence they come.
    """
    shares: dict[int, dict[int, list[Fraction]]] = defaultdict(
        lambda: defaultdict(list)
    )
    judges: dict[int, set[Hashable]] = defaultdict(set)
    for given in scores:
        scale = rubric[given.criterion]
        shares[given.project][given.criterion].append(scale.share(given.value))
        judges[given.project].add(given.judge)
    totals = {}
    for project, by_criterion in shares.items():
        means = {c: sum(v, Fraction()) / len(v) for c, v in by_criterion.items()}
        weight = sum((rubric[c].weight for c in means), Fraction())
        total = sum((rubric[c].weight * m for c, m in means.items()), Fraction())
        totals[project] = (total / weight, means)
    order = sorted(totals, key=lambda project: (-totals[project][0], project))
    ranked: list[Ranked] = []
    for place, project in enumerate(order, start=1):
        score, means = totals[project]
        tied = bool(ranked) and ranked[-1].score == score
        ranked.append(
            Ranked(
                project=project,
                rank=ranked[-1].rank if tied else place,
                score=score,
                criteria=dict(sorted(means.items())),
                judges=len(judges[project]),
            )
        )
    return ranked
