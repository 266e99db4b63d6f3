"""The organisers' grid: projects by judges, and what it says about the round."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from judging.graph import Group, Pair, groups_of, mixing_of
from judging.hall import Hall, Status
from judging.models import Judge, Pairing
from submissions.models import Project

# A sign and a word for everything that can stand between a judge and a project.
STATES: dict[str, tuple[str, Promise]] = {
    "done": ("✓", _("scored")),
    "started": ("◐", _("started")),
    "todo": ("○", _("to see")),
    "busy": ("↻", _("busy, comes back")),
    "trouble": ("⚠", _("trouble, comes back")),
    "absent": ("∅", _("team was absent")),
    "conflict": ("≠", _("conflict of interest")),
    "forbidden": ("⊘", _("must not see it")),
    "none": ("·", _("does not see it")),
}
# Whoever is there comes, or comes back.
ON_THE_WAY = frozenset({"started", "todo", "busy", "trouble", "absent"})
# Who has done so many fewer than the others is behind.
BEHIND = 2
# Below this the judges are hardly linked: one missing card may tear them apart.
LOOSE = 0.08
SUGGESTIONS = 3


@dataclass(frozen=True)
class Cell:
    judge: Judge
    state: str
    is_pinned: bool

    @property
    def sign(self) -> str:
        return STATES[self.state][0]

    @property
    def word(self) -> Promise:
        return STATES[self.state][1]


@dataclass(frozen=True)
class Row:
    project: Project
    cells: list[Cell]
    scored: int
    planned: int
    wanted: int
    absences: int

    @property
    def is_short(self) -> bool:
        """Fewer judges are on their way than are wanted."""
        return self.planned < self.wanted


@dataclass(frozen=True)
class Column:
    judge: Judge
    done: int
    dealt: int
    # How many fewer than the others they have done, if that is much.
    behind: int


@dataclass(frozen=True)
class Meeting:
    """Groups that never meet, by name, and pins that would join them."""

    judges: list[Judge]
    projects: list[Project]
    pins: list[tuple[Judge, Project]]


@dataclass(frozen=True)
class Grid:
    rows: list[Row]
    columns: list[Column]
    groups: list[Meeting]
    mixing: float

    @property
    def scored(self) -> int:
        return sum(column.done for column in self.columns)

    @property
    def dealt(self) -> int:
        return sum(column.dealt for column in self.columns)

    @property
    def short(self) -> int:
        return sum(row.is_short for row in self.rows)

    @property
    def is_loose(self) -> bool:
        return self.mixing < LOOSE


def grid_of(hall: Hall) -> Grid:
    """Projects with the fewest scores first. No query: the hall has been read."""
    with_cards = {
        judge for judge, project in hall.cards if (judge, project) in _live(hall)
    }
    here = {judge.pk for judge in hall.present}
    judges = [j for j in hall.judges if j.pk in here | with_cards]
    rows = [_row(hall, project, judges) for project in hall.projects]
    done = {
        judge.pk: sum(row.cells[place].state == Status.DONE for row in rows)
        for place, judge in enumerate(judges)
    }
    usual = median([done[pk] for pk in here]) if here else 0
    columns = []
    for place, judge in enumerate(judges):
        dealt = sum(
            row.cells[place].state not in {"conflict", "forbidden", "none"}
            for row in rows
        )
        gap = int(usual - done[judge.pk])
        late = judge.pk in here and gap >= BEHIND and done[judge.pk] < dealt
        columns.append(Column(judge, done[judge.pk], dealt, gap if late else 0))
    pairs = _live(hall)
    return Grid(
        rows=sorted(rows, key=lambda row: (row.scored, row.planned)),
        columns=columns,
        groups=_meetings(hall, groups_of(pairs)),
        mixing=mixing_of(pairs),
    )


def _live(hall: Hall) -> set[Pair]:
    """What is scored, and what is on somebody's route."""
    here = {judge.pk for judge in hall.present}
    shown = {project.pk for project in hall.projects}
    return hall.fixed | {
        pair for pair in hall.dealt if pair[0] in here and pair[1] in shown
    }


def _row(hall: Hall, project: Project, judges: Iterable[Judge]) -> Row:
    cells = [
        Cell(
            judge,
            _state(hall, judge, project),
            hall.rules.get((judge.pk, project.pk)) == Pairing.Rule.PIN,
        )
        for judge in judges
    ]
    tally = Counter(cell.state for cell in cells)
    on_the_way = sum(cell.judge.is_here and cell.state in ON_THE_WAY for cell in cells)
    return Row(
        project=project,
        cells=cells,
        scored=tally["done"],
        planned=tally["done"] + on_the_way,
        wanted=hall.round.wanted_judges,
        absences=tally["absent"],
    )


def _state(hall: Hall, judge: Judge, project: Project) -> str:
    card = hall.card(judge, project)
    if hall.in_conflict(judge, project):
        return "conflict"
    if card is None:
        rule = hall.rules.get((judge.pk, project.pk))
        return "forbidden" if rule == Pairing.Rule.FORBID else "none"
    if card.is_begun:
        return card.status if card.status != Status.TODO else "started"
    return "todo" if judge.is_here else "none"


def _meetings(hall: Hall, groups: list[Group]) -> list[Meeting]:
    judges = {judge.pk: judge for judge in hall.judges}
    projects = {project.pk: project for project in hall.projects}
    return [
        Meeting(
            judges=[judges[pk] for pk in group.judges],
            projects=[projects[pk] for pk in group.projects],
            pins=[
                (judges[j], projects[p])
                for j, p in _pins(hall, groups[0], group)[:SUGGESTIONS]
            ]
            if group is not groups[0]
            else [],
        )
        for group in groups
    ]


def _pins(hall: Hall, one: Group, other: Group) -> list[Pair]:
    """Who may go over: those with the fewest cards first."""
    load = Counter(judge for judge, _project in _live(hall))
    ways = [
        (judge, project)
        for mine, theirs in ((other, one), (one, other))
        for judge in mine.judges
        for project in theirs.projects
        if project in hall.allowed.get(judge, ())
    ]
    best: dict[int, Pair] = {}
    for judge, project in ways:
        best.setdefault(judge, (judge, project))
    return sorted(best.values(), key=lambda pair: load[pair[0]])
