"""Which judge sees which project, solved. Plain Python: no Django, no database.

Four steps, each of which keeps what the ones before have reached:

1. **counts**: every project gets the wanted number of judges, from those who may;
2. **loads**: cards move along cost-reducing paths until no move makes the judges' loads
   more even; then they are as even as can be (Harvey, Ladner, Lovász and Tamir, 2006);
3. **mixing**: two judges swap two projects wherever that brings the judges closer
   together; counts and loads stay. How close says :func:`judging.graph.mixing_of`: the
   higher it is, the better a judge's severity can be told from what they saw;
4. **connection**: groups that would never meet are joined by swaps, or by a card more.

The tables stand in a ring. Each judge has a home in it and sees, as far as the steps
allow, the half of the ring around it: routes are short and start all over the room.

What was scored or started stays. What was dealt stays unless a step needs it, so a plan
that is made again after something has happened moves little.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import gcd

from core.numeric import Bools, Floats, Ints, csgraph, np, sparse
from judging.board import Board
from judging.graph import (
    Group,
    Pair,
    groups_of,
    mixing,
    parts,
)

# Up to here every judge sees every project: the fairest comparison there is.
ALL_SEE_ALL = 12
WANTED = 3
SEED = 1975
# The part of the room that is a judge's own, where there are more tables than this.
WINDOW = 0.5
SMALL_ROOM = 40
# What it costs to share a project with somebody whom one meets elsewhere, in cards.
ACQUAINTANCE = 0.2
# What it costs to wait for somebody at a table, in walks around the room.
QUEUE = 0.2
# Small plans take no time: the best of several is kept, of so many cells in all.
CELLS = 4000
STARTS = 6


@dataclass(frozen=True)
class Problem:
    """Who may see what, what is wanted, and what stands. A pair is (judge, project)."""

    # Those who can be dealt something.
    judges: Sequence[int]
    # In the order of the tables.
    projects: Sequence[int]
    # For each judge; without conflicts, other tracks and what an organiser forbids.
    allowed: Mapping[int, Collection[int]]
    wanted: int = WANTED
    pins: Collection[Pair] = ()
    # Scored or started, also by judges who have left.
    fixed: Collection[Pair] = ()
    # Dealt, and not begun.
    dealt: Collection[Pair] = ()
    # What each judge goes to first, where that is settled.
    first: Mapping[int, int] = field(default_factory=dict)
    # Whether judges walk; else all see the projects one after another.
    is_walk: bool = True
    # Whether what is dealt may move for better mixing, and not only because it must.
    is_fresh: bool = False
    seed: int = SEED


@dataclass(frozen=True)
class Plan:
    # For each judge who is there, in the order in which to see them, from the first on.
    routes: dict[int, list[int]]
    # How many judges each project lacks, where too few may see it.
    missing: dict[int, int]
    # The smallest and the largest load.
    loads: tuple[int, int]
    # More than one: these never meet.
    groups: list[Group]
    mixing: float
    # Whether it differs from what was dealt.
    is_changed: bool

    @property
    def pairs(self) -> set[Pair]:
        return {(j, p) for j, route in self.routes.items() for p in route}


def plan(problem: Problem) -> Plan:
    """Solve it; the same problem gives the same plan.

    A plan that needs no change is not changed.
    """
    best = _solve(problem)
    cells = len(problem.judges) * len(problem.projects) or CELLS
    if problem.is_fresh and best.is_changed:
        for more in range(1, min(CELLS // cells, STARTS)):
            other = _solve(replace(problem, dealt=(), seed=problem.seed + more))
            if len(other.groups) <= len(best.groups) and other.loads == best.loads:
                best = max(best, other, key=lambda plan: plan.mixing)
    return best


def _solve(problem: Problem) -> Plan:
    table = _Table(problem)
    before = table.x.copy()
    if table.all_see_all:
        table.x |= table.may
    else:
        table.deal()
        table.even()
        if problem.is_fresh and (table.x != before).any():
            table.mix()
        table.connect()
    return table.read(is_changed=bool((table.x != before).any()))


class _Table(Board):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.rng = np.random.default_rng(problem.seed)
        present = list(dict.fromkeys(problem.judges))
        gone = sorted({j for j, _p in problem.fixed} - set(present))
        self.judges = present + gone
        self.projects = list(dict.fromkeys(problem.projects))
        self.row = {j: n for n, j in enumerate(self.judges)}
        self.column = {p: n for n, p in enumerate(self.projects)}
        self.present = np.arange(len(self.judges)) < len(present)
        self.may = self._matrix(
            (j, p) for j in present for p in problem.allowed.get(j, ())
        )
        fixed = self._matrix(problem.fixed)
        self.stays = fixed | (self._matrix(problem.pins) & self.may)
        self.x = self.stays | (self._matrix(problem.dealt) & self.may)
        self.all_see_all = (
            len(self.projects) <= ALL_SEE_ALL or len(present) <= problem.wanted
        )
        self.want = np.minimum(problem.wanted, (self.may | fixed).sum(axis=0))
        self.begun = fixed.sum(axis=1)
        # So many open cards each can do in the time that is left. Who has more keeps
        # them, but who comes late does not get the whole of what others had time for.
        open_cards = int(np.maximum(self.want - fixed.sum(axis=0), 0).sum())
        fair = -(-open_cards // max(len(present), 1))
        self.fair = np.maximum(fair, self._open()) if fixed.any() else np.inf
        self.home = self._homes()
        self.outside = self._outside()

    def _matrix(self, pairs: Iterable[Pair]) -> Bools:
        x = np.zeros((len(self.judges), len(self.projects)), dtype=bool)
        for j, p in pairs:
            if j in self.row and p in self.column:
                x[self.row[j], self.column[p]] = True
        return x

    def _homes(self) -> Floats:
        """Where in the ring, from 0 to 1, each judge is at home."""
        # Neighbours in the list, such as judges of one track, live far apart.
        slots = max(len(self.judges), 1)
        stride = max(round(slots * 0.618), 1)
        while gcd(stride, slots) > 1:
            stride += 1
        home = np.arange(len(self.judges)) * stride % slots / slots
        # Who has a route lives where it leads.
        heading = self.x @ np.exp(2j * np.pi * self._places())
        settled = np.abs(heading) > 1e-9  # noqa: PLR2004 -- not all around the ring
        home[settled] = np.angle(heading[settled]) / (2 * np.pi) % 1
        return home

    def _places(self) -> Floats:
        places: Floats = np.arange(len(self.projects)) / max(len(self.projects), 1)
        return places

    def _outside(self) -> Floats:
        """How far each table is out of each judge's part of the room."""
        apart = np.abs((self._places() - self.home[:, None] + 0.5) % 1 - 0.5)
        beyond: Floats = np.maximum(2 * apart - WINDOW, 0)
        far = self.problem.is_walk and len(self.projects) > SMALL_ROOM
        return beyond if far else beyond * 0

    # --- Counts

    def deal(self) -> None:
        """Give every project the judges it wants, from those who may."""
        self._trim()
        cards = self._open()
        price = self._price(cards + 1)
        met = self.x @ self.x.T.astype(np.int64)
        order = self.rng.permutation(len(self.projects))
        able = self.may.sum(axis=0)
        for p in order[np.argsort(able[order], kind="stable")]:
            for _card in range(self.want[p] - self.x[:, p].sum()):
                free = np.flatnonzero(self.may[:, p] & ~self.x[:, p])
                # Who shares other projects with its judges mixes little.
                there = np.flatnonzero(self.x[:, p])
                known = met[free[:, None], there].sum(axis=1) * ACQUAINTANCE
                cost = price[free] + self.outside[free, p] + known
                j = free[np.argmin(cost + self.rng.random(len(free)) / 1000)]
                self.x[j, p] = True
                met[j, there] += 1
                met[there, j] += 1
                cards[j] += 1
                price[j] = self._price(cards + 1)[j]

    def _trim(self) -> None:
        """Take back what is more than wanted, unless it holds the graph together."""
        for p in np.flatnonzero(self.x.sum(axis=0) > self.want):
            loose = np.flatnonzero(self.x[:, p] & ~self.stays[:, p])
            for j in sorted(loose, key=lambda j: (-self.x[j].sum(), j)):
                if self.x[:, p].sum() <= self.want[p]:
                    break
                before = parts(self.x)[0]
                self.x[j, p] = False
                self.x[j, p] = parts(self.x)[0] > before

    # --- Loads

    def _open(self) -> Ints:
        count: Ints = self.x.sum(axis=1) - self.begun
        return count

    def _price(self, card: Ints) -> Floats:
        """What each judge's so-and-so-manieth open card costs; it rises with each."""
        late = np.maximum(card - self.fair, 0)
        price: Floats = self.begun + card + late * len(self.projects)
        return price

    def even(self) -> None:
        """Move cards along paths from judge to judge until loads cannot be evener."""
        while path := self._path():
            for giver, taker in pairwise(path):
                movable = self.x[giver] & ~self.stays[giver]
                cards = np.flatnonzero(movable & self.may[taker] & ~self.x[taker])
                detour = self.outside[taker, cards] - self.outside[giver, cards]
                card = cards[np.argmin(detour)]
                self.x[giver, card], self.x[taker, card] = False, True

    def _path(self) -> list[int]:
        """The shortest of the ways that even out most; empty if there is none left."""
        loose = (self.x & ~self.stays).astype(np.float32)
        able = (self.may & ~self.x).astype(np.float32)
        steps, before = csgraph.dijkstra(
            sparse.csr_array(loose @ able.T > 0),
            unweighted=True,
            return_predecessors=True,
        )
        saved, spent = self._price(self._open()), self._price(self._open() + 1)
        gain = saved[:, None] - spent
        gain[np.isinf(steps)] = 0
        best = gain.max(initial=0)
        if best <= 0:
            return []
        steps[gain < best] = np.inf
        giver, taker = divmod(int(np.argmin(steps)), len(steps))
        path = [taker]
        while path[-1] != giver:
            path.append(int(before[giver, path[-1]]))
        return path[::-1]

    # --- Routes

    def read(self, *, is_changed: bool) -> Plan:
        counts = self.x.sum(axis=0)
        loads = self.x[self.present].sum(axis=1)
        lacking = np.maximum(self.problem.wanted - counts, 0)
        return Plan(
            routes=self._routes(),
            missing={
                self.projects[p]: int(lacking[p]) for p in np.flatnonzero(lacking)
            },
            loads=(int(min(loads, default=0)), int(max(loads, default=0))),
            groups=groups_of(
                (self.judges[j], self.projects[p]) for j, p in np.argwhere(self.x)
            ),
            mixing=mixing(self.x),
            is_changed=is_changed,
        )

    def _routes(self) -> dict[int, list[int]]:
        """Around the ring from a start that is settled, or that makes the way short.

        Nobody starts where others would already stand at their tables.
        """
        longest = int(self.x.sum(axis=1).max(initial=0))
        taken = np.zeros((longest, len(self.projects)), dtype=np.int64)
        settled = {
            j: column
            for j in np.flatnonzero(self.present)
            if (column := self.column.get(self.problem.first.get(self.judges[j], -1)))
            is not None
        }
        routes = {}
        for j in sorted(np.flatnonzero(self.present), key=lambda j: j not in settled):
            tables = np.flatnonzero(self.x[j])
            if self.problem.is_walk and len(tables):
                tables = np.roll(tables, -self._start(j, tables, settled.get(j), taken))
            taken[np.arange(len(tables)), tables] += 1
            routes[self.judges[j]] = [self.projects[p] for p in tables]
        return {judge: routes[judge] for judge in self.problem.judges}

    def _start(self, j: np.intp, tables: Ints, first: int | None, taken: Ints) -> int:
        size, stops = len(self.projects), len(tables)
        if first is not None:
            return int(np.argmin((tables - first) % size))
        gaps = (tables - np.roll(tables, 1)) % size
        begin = (self.home[j] - WINDOW / 2) % 1 * size
        away = np.abs((tables - begin + size / 2) % size - size / 2)
        order = tables[np.add.outer(np.arange(stops), np.arange(stops)) % stops]
        queues = taken[np.arange(stops), order].sum(axis=1)
        return int(np.argmin(away / 2 - gaps + queues * QUEUE * size))
