"""How good the assignment is, beside dealing.

    python scripts/bench/assignment.py [JUDGES PROJECTS [WANTED]]

For each size: how well judges are mixed (second-smallest eigenvalue of the normalised
Laplacian) by the old greedy dealing, by chance and by the plan; the ratios; how much of
the ring of tables a judge walks; how often two judges stand at one table; and the time,
on one core, for the plan and for planning again when a judge leaves.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import mean

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from judging.assignment import Problem, plan
from judging.graph import Pair, mixing_of

SIZES = [(8, 20), (20, 60), (60, 300), (150, 1000)]


def dealt_greedily(problem: Problem) -> set[Pair]:
    """As Menlo dealt before: those with the shortest routes, in a fixed disorder."""
    load: Counter[int] = Counter()
    pairs = set()
    for number, project in enumerate(problem.projects):
        able = [j for j in problem.judges if project in problem.allowed[j]]
        able.sort(key=lambda j, n=number: (load[j], (j * 7919 + n) % 997))
        for judge in able[: problem.wanted]:
            pairs.add((judge, project))
            load[judge] += 1
    return pairs


def dealt_at_random(problem: Problem, seed: int) -> set[Pair]:
    """Those with the shortest routes, by lot where they are alike."""
    rng = np.random.default_rng(seed)
    load: Counter[int] = Counter()
    pairs = set()
    for project in rng.permutation(np.array(problem.projects)).tolist():
        able = [j for j in problem.judges if project in problem.allowed[j]]
        lots = dict(zip(able, rng.random(len(able)), strict=True))
        able.sort(key=lambda j, lots=lots: (load[j], lots[j]))
        for judge in able[: problem.wanted]:
            pairs.add((judge, project))
            load[judge] += 1
    return pairs


def routes_of(pairs: set[Pair], problem: Problem) -> dict[int, list[int]]:
    """By table, each from another start: as they were walked before."""
    routes = {}
    for number, judge in enumerate(problem.judges):
        route = sorted(p for j, p in pairs if j == judge)
        start = len(route) * number // len(problem.judges)
        routes[judge] = route[start:] + route[:start]
    return routes


def lap_of(problem: Problem, routes: Mapping[int, Sequence[int]]) -> float:
    """The part of the ring that a judge walks, on the average."""
    place = {p: n for n, p in enumerate(problem.projects)}
    size = len(place)
    return mean(
        sum((place[b] - place[a]) % size for a, b in pairwise(route)) / size
        for route in routes.values()
        if route
    )


def queues_of(routes: Mapping[int, Sequence[int]]) -> float:
    """The share of visits that find another judge at the table, all being as quick."""
    visits = Counter(
        (step, project)
        for route in routes.values()
        for step, project in enumerate(route)
    )
    return sum(n for n in visits.values() if n > 1) / sum(visits.values())


def main(sizes: list[tuple[int, int]], wanted: int) -> None:
    print(
        "judges projects | mixing: greedy random  plan | plan/greedy plan/random"
        " | lap: greedy plan | queues: greedy plan | loads | seconds again moved"
    )
    for judges, projects in sizes:
        everything = range(projects)
        problem = Problem(
            judges=range(judges),
            projects=everything,
            allowed=dict.fromkeys(range(judges), frozenset(everything)),
            wanted=wanted,
            is_fresh=True,
        )
        begun = time.perf_counter()
        result = plan(problem)
        seconds = time.perf_counter() - begun
        greedy = dealt_greedily(problem)
        by_chance = mean(mixing_of(dealt_at_random(problem, s)) for s in range(5))
        before = mixing_of(greedy)
        fixed = {(j, p) for j, r in result.routes.items() for p in r[: len(r) // 3]}
        begun = time.perf_counter()
        again = plan(
            replace(
                problem,
                judges=range(1, judges),
                fixed=fixed,
                dealt=result.pairs - fixed,
                first={j: r[0] for j, r in result.routes.items()},
                is_fresh=False,
            )
        )
        later = time.perf_counter() - begun
        moved = sum(j != 0 for j, _p in result.pairs - again.pairs)
        walked, planned = routes_of(greedy, problem), result.routes
        low, high = result.loads
        print(
            f"{judges:6} {projects:8} |        {before:6.3f} {by_chance:6.3f}"
            f" {result.mixing:5.3f} | {result.mixing / max(before, 1e-9):11.1f}"
            f" {result.mixing / by_chance:11.2f} |"
            f"        {lap_of(problem, walked):.2f} {lap_of(problem, planned):.2f} |"
            f"        {queues_of(walked):.2f}   {queues_of(planned):.2f} |"
            f" {low}-{high} | {seconds:7.2f} {later:5.2f} {moved:5}"
        )


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    main(
        [(numbers[0], numbers[1])] if numbers else SIZES,
        numbers[2] if len(numbers) > 2 else 3,
    )
