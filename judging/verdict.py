"""From the evidence of one round to its order, with everything that is said about it.

Plain Python and plain JSON on both sides: what :mod:`judging.evidence` wrote down when
a result was published is enough to compute it again, without a database.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from judging.posterior import (
    Comparison,
    JudgeEstimate,
    Posterior,
    ProjectEstimate,
    Rating,
    estimate,
)
from judging.ranking import Given, Ranked, Scale, rank
from judging.settling import close_pairs, what_would_settle

DIGITS = 6  # of every number that is kept
# Estimates that agree this far are the same: more digits are the luck of the draw.
SAME = 1
# The way of computing. A result that was published by another one keeps its numbers.
MODEL = 2


def rubric_of(inputs: Mapping[str, Any]) -> dict[int, Scale]:
    return {
        c["id"]: Scale(c["low"], c["high"], Fraction(c["weight"]))
        for c in inputs["criteria"]
    }


def means_of(inputs: Mapping[str, Any]) -> list[Ranked]:
    """The order by the plain weighted mean."""
    return rank((Given(*row) for row in inputs["scores"]), rubric_of(inputs))


def posterior_of(inputs: Mapping[str, Any]) -> Posterior:
    rubric = rubric_of(inputs)
    return estimate(
        [Rating(*row) for row in inputs["scores"]],
        {criterion: float(scale.weight) for criterion, scale in rubric.items()},
        [Comparison(*row) for row in inputs["comparisons"]],
        scale={
            criterion: (scale.low, scale.high) for criterion, scale in rubric.items()
        },
        top=inputs["top"],
        seed=inputs["seed"],
    )


def weigh(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Both numbers of each project, who is first by the one that decides, and why."""
    if not (inputs["scores"] or inputs["comparisons"]):
        return {"places": [], "judges": {}, "pairs": [], "settling": None}
    posterior = posterior_of(inputs)
    means = {one.project: one for one in means_of(inputs)}
    severities = _severities(inputs, posterior)
    judges_of = _judges_of(inputs)
    lines = []
    for one in posterior.projects:
        line = _line(one, means.get(one.project))
        if posterior.is_thin:
            line["is_thin"] = True
        line["judges"] = len(judges_of[line["project"]])
        line["severity"] = _round(severities.get(line["project"], 0.0))
        lines.append(line)
    scored: dict[str, set[int]] = defaultdict(set)
    for judge, project, _criterion, _value in inputs["scores"]:
        scored[judge].add(project)
    said = Counter(judge for whose in judges_of.values() for judge in whose)
    return {
        "places": _placed(lines, inputs),
        "judges": {
            str(one.judge): _judge(one, said[str(one.judge)])
            for one in sorted(posterior.judges, key=lambda one: _number(one.judge))
        },
        "pairs": close_pairs(posterior, inputs["top"]),
        "settling": what_would_settle(posterior, inputs["top"], scored),
    }


def _number(label: Any) -> int:
    return int(str(label)[1:])


def _round(value: float) -> float:
    return round(value, DIGITS) + 0.0  # never -0.0


def percent(share: Fraction) -> float:
    """A share from 0 to 1 as a number from 0 to 100."""
    return float(round(share * 100, DIGITS))


def _line(one: ProjectEstimate, mean: Ranked | None) -> dict[str, Any]:
    return {
        "project": one.project,
        "mean": percent(mean.score) if mean else None,
        "criteria": (
            {str(pk): percent(share) for pk, share in mean.criteria.items()}
            if mean
            else {}
        ),
        "estimate": _round(one.score),
        "low": _round(one.low),
        "high": _round(one.high),
        "rank_low": one.rank_low,
        "rank_high": one.rank_high,
        "p_first": _round(one.p_first),
        "p_top": _round(one.p_top),
    }


def _judge(one: JudgeEstimate, cards: int) -> dict[str, Any]:
    return {
        "projects": cards,
        "severity": _round(one.severity),
        "spread": _round(one.spread),
        "noise": _round(one.noise),
        "heeded": _round(one.heeded),
        "agreement": _round(one.agreement),
    }


def _judges_of(inputs: Mapping[str, Any]) -> dict[int, set[str]]:
    """Who had a say on each project."""
    who: dict[int, set[str]] = defaultdict(set)
    for judge, project, _criterion, _value in inputs["scores"]:
        who[project].add(judge)
    for judge, winner, loser in inputs["comparisons"]:
        who[winner].add(judge)
        who[loser].add(judge)
    return who


def _severities(inputs: Mapping[str, Any], posterior: Posterior) -> dict[int, float]:
    """How much more each project's judges give than judges do on the whole.

    Below 0 its judges are strict. Each criterion counts by its weight.
    """
    severity = {one.judge: one.severity for one in posterior.judges}
    weight = {c["id"]: float(Fraction(c["weight"])) for c in inputs["criteria"]}
    said: dict[int, float] = defaultdict(float)
    known: dict[int, float] = defaultdict(float)
    for judge, project, criterion, _value in inputs["scores"]:
        said[project] += weight[criterion] * severity[judge]
        known[project] += weight[criterion]
    usual = sum(said.values()) / (sum(known.values()) or 1.0)
    return {project: said[project] / known[project] - usual for project in said}


def _placed(
    lines: list[dict[str, Any]], inputs: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """By the number that decides; equals share a place unless the criteria decide."""
    by_mean = inputs["method"] == "mean"
    exact = {one.project: one.score for one in means_of(inputs)} if by_mean else {}

    def key(line: dict[str, Any]) -> tuple[Any, ...]:
        score = (
            exact.get(line["project"], Fraction(-1))
            if by_mean
            else (round(line["estimate"], SAME))
        )
        ties = []
        if inputs["ties"] == "criteria":
            ties = [
                line["criteria"].get(str(c["id"]), -1.0) for c in inputs["criteria"]
            ]
        return (score, *ties)

    ordered = sorted(lines, key=lambda line: line["project"])
    ordered.sort(key=key, reverse=True)
    keys = [key(line) for line in ordered]
    return [
        {**line, "rank": keys.index(mine) + 1}
        for line, mine in zip(ordered, keys, strict=True)
    ]
