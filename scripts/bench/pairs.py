"""How many votes information saves, beside pairs at random.

    .venv/bin/python scripts/bench/pairs.py [panels]

Judges walk as in judging/pairs.py: each compares the project before them with the one
before that, never sees one twice, and never meets another judge. Votes are drawn from
the truth with noise; one judge in eight tosses a coin. What counts is Kendall's tau
between the truth and the estimate that Menlo publishes (judging/posterior.py).
"""

import random
import sys
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from judging import pairs, posterior

PROJECTS, JUDGES = 40, 10
STEPS = (40, 80, 120, 160, 240, 320)
AHEAD = 5


def panel(seed: int, *, at_random: bool) -> dict[int, float]:
    """Tau after each number of votes."""
    chance = random.Random(seed)
    truth = [chance.gauss(0, 1) for _one in range(PROJECTS)]
    careless = {judge for judge in range(JUDGES) if chance.random() < 1 / 8}
    known: dict[int, pairs.Belief] = {}
    views = dict.fromkeys(range(PROJECTS), 0)
    seen: dict[int, list[int]] = {judge: [] for judge in range(JUDGES)}
    ahead: dict[int, list[int]] = {judge: [] for judge in range(JUDGES)}
    votes: list[posterior.Comparison] = []
    found = {}
    while len(votes) < STEPS[-1]:
        judge = chance.randrange(JUDGES)
        at = seen[judge][-1] if seen[judge] else None
        if not ahead[judge]:
            busy = {route[0] for route in ahead.values() if route}
            busy |= {walk[-1] for walk in seen.values() if walk}
            left = [one for one in views if one not in seen[judge]]
            if not left:
                seen[judge] = []  # another judge comes in their place
                continue
            if at_random:
                free = [one for one in left if one not in busy] or left
                ahead[judge] = [chance.choice(free)]
            else:
                room = pairs.Room(known, views, busy)
                ahead[judge] = pairs.route(room, at, left, AHEAD)
                for one in ahead[judge]:
                    views[one] += 1
        here = ahead[judge].pop(0)
        seen[judge].append(here)
        if at is None:
            continue
        gap = truth[here] - truth[at] + chance.gauss(0, pairs.NOISE * 2**0.5)
        wins = chance.random() < 0.5 if judge in careless else gap > 0
        winner, loser = (here, at) if wins else (at, here)
        votes.append(posterior.Comparison(judge, winner, loser))
        known[winner], known[loser] = pairs.updated(
            known.get(winner, pairs.UNKNOWN), known.get(loser, pairs.UNKNOWN)
        )
        if len(votes) in STEPS and len(votes) not in found:
            result = posterior.estimate([], comparisons=votes, seed=1)
            score = {one.project: one.score for one in result.projects}
            found[len(votes)] = float(
                kendalltau(truth, [score.get(n, 0.0) for n in range(PROJECTS)])[0]
            )
    return found


def needed(curve: dict[int, float], tau: float) -> float:
    """How many votes reach this tau, between the steps by a straight line."""
    return float(np.interp(tau, list(curve.values()), list(curve)))


def main() -> None:
    panels = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    means = {}
    for name, at_random in (("information", False), ("random", True)):
        curves = [panel(seed, at_random=at_random) for seed in range(panels)]
        means[name] = {
            step: sum(curve[step] for curve in curves) / panels for step in STEPS
        }
    print(f"{PROJECTS} projects, {JUDGES} judges, {panels} panels: Kendall's tau")
    print("votes        " + "".join(f"{step:8d}" for step in STEPS))
    for name, curve in means.items():
        print(f"{name:13}" + "".join(f"{tau:8.3f}" for tau in curve.values()))
    for step in STEPS[1:]:
        tau = means["random"][step]
        votes = needed(means["information"], tau)
        print(
            f"tau {tau:.3f}: {step} at random, {votes:.0f} by information, "
            f"ratio {votes / step:.2f}"
        )


if __name__ == "__main__":
    main()
