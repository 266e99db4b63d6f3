"""Which tools the public projects name, and with which others.

Openly counted: a team's tools stand on its project page.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from events.models import Event
from feedback.landscape.network import LEAST_TOGETHER, Kind, Network, network
from feedback.landscape.rooms import Overlap, State, overlap, state
from feedback.landscape.verdicts import Verdict
from feedback.statistics import Estimate, pairs, share_with_interval
from submissions.models import Project, Tool, ToolCategory, ToolUse

MATRIX_SIZE = 8
PAIRS_SHOWN = 10
TRENDS_SHOWN = 9


@dataclass(frozen=True)
class ToolRow:
    tool: Tool
    teams: int
    events: int
    verdict: Verdict | None
    desired: Estimate | None = None

    @cached_property
    def url(self) -> str:
        return self.tool.get_absolute_url()


@dataclass(frozen=True)
class Together:
    """Two tools, or one tool beside another that the reader knows of."""

    tools: tuple[Tool, ...]
    count: int
    lift: float


@dataclass(frozen=True)
class Link:
    """A line of the network, with the tools themselves."""

    first: Tool
    second: Tool
    kind: Kind
    together: int
    expected: float
    q: float

    @property
    def lift(self) -> float:
        return self.together / self.expected

    @property
    def is_together(self) -> bool:
        return self.kind is Kind.TOGETHER

    def beside(self, tool: Tool) -> Tool:
        return self.second if self.first == tool else self.first


@dataclass(frozen=True)
class MatrixCell:
    count: int
    lift: float | None  # none on the diagonal
    heat: int  # 0 to 4: how dark it is drawn


@dataclass(frozen=True)
class MatrixRow:
    tool: Tool
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True)
class Baskets:
    """Tools by project, and when and where; all that the counts are made of."""

    tools: Mapping[int, frozenset[int]]
    event_of: Mapping[int, int]

    @cached_property
    def events(self) -> frozenset[int]:
        return frozenset(self.event_of.values())

    def of(self, events: frozenset[int]) -> "Baskets":
        kept = {pk: event for pk, event in self.event_of.items() if event in events}
        return Baskets({pk: self.tools[pk] for pk in kept}, kept)

    @cached_property
    def teams(self) -> Counter[int]:
        return Counter(tool for tools in self.tools.values() for tool in tools)

    @cached_property
    def events_by_tool(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for project, tools in self.tools.items():
            for tool in tools:
                found[tool].add(self.event_of[project])
        return found


@dataclass(frozen=True)
class Stacks:
    rows: tuple[ToolRow, ...]
    projects: int
    matrix: tuple[MatrixRow, ...]
    together: tuple[Together, ...]

    @cached_property
    def used(self) -> int:
        """How many tools some team has; others are only wished for, or remembered."""
        return sum(row.teams > 0 for row in self.rows)

    @cached_property
    def most_teams(self) -> int:
        return max((row.teams for row in self.rows), default=0)

    @cached_property
    def has_verdicts(self) -> bool:
        return any(row.verdict for row in self.rows)

    @cached_property
    def has_wishes(self) -> bool:
        return any(row.desired for row in self.rows)


@dataclass(frozen=True)
class Room:
    """One need, and the tools that fill it."""

    category: ToolCategory
    rows: tuple[ToolRow, ...]
    open_source: Estimate | None  # of all the times that a team named one
    overlap: Overlap
    pair: tuple[Tool, ...]  # the two that stand in one stack most often
    state: State


@dataclass(frozen=True)
class Links:
    lines: tuple[Link, ...]
    tested: int

    @cached_property
    def together(self) -> tuple[Link, ...]:
        return tuple(line for line in self.lines if line.is_together)

    @cached_property
    def instead(self) -> tuple[Link, ...]:
        return tuple(line for line in self.lines if not line.is_together)


@dataclass(frozen=True)
class Share:
    """How many of the teams of one event used a tool."""

    event: Event
    teams: int
    of: int

    @property
    def value(self) -> float:
        return self.teams / self.of


@dataclass(frozen=True)
class Trend:
    tool: Tool
    shares: tuple[Share, ...]


def public_uses() -> QuerySet[ToolUse]:
    return ToolUse.objects.filter(
        project__in=Project.objects.in_gallery().filter(event__is_published=True)
    )


def baskets(uses: QuerySet[ToolUse]) -> Baskets:
    """One query."""
    tools: dict[int, set[int]] = defaultdict(set)
    event_of = {}
    for project, tool, event in uses.order_by("pk").values_list(
        "project_id",
        Coalesce("tool__merged_into_id", "tool_id"),
        "project__event_id",
    ):
        tools[project].add(tool)
        event_of[project] = event
    return Baskets({pk: frozenset(found) for pk, found in tools.items()}, event_of)


def tools_in(wanted: Iterable[int]) -> dict[int, Tool]:
    return Tool.objects.select_related("category").in_bulk([*wanted])


def stacks(
    found: Baskets,
    verdicts: Mapping[int, Verdict],
    desired: Mapping[int, Estimate],
) -> Stacks:
    tools = tools_in({*found.teams, *verdicts, *desired})
    rows = sorted(
        (
            ToolRow(
                tool,
                found.teams[pk],
                len(found.events_by_tool.get(pk, ())),
                verdicts.get(pk),
                desired.get(pk),
            )
            for pk, tool in tools.items()
        ),
        key=lambda row: (-row.teams, row.tool.name.casefold()),
    )
    return Stacks(
        rows=tuple(rows),
        projects=len(found.tools),
        matrix=_matrix(rows, found),
        together=tuple(
            Together((tools[p.first], tools[p.second]), p.count, p.lift)
            for p in pairs(found.tools.values(), LEAST_TOGETHER)[:PAIRS_SHOWN]
        ),
    )


def _matrix(rows: Sequence[ToolRow], found: Baskets) -> tuple[MatrixRow, ...]:
    shown = [row for row in rows if row.teams >= LEAST_TOGETHER][:MATRIX_SIZE]
    wanted = {row.tool.pk for row in shown}
    numbers = {
        (p.first, p.second): (p.count, p.lift)
        for p in pairs(tools & wanted for tools in found.tools.values())
    }
    most = max((count for count, _lift in numbers.values()), default=1)

    def cell(a: ToolRow, b: ToolRow) -> MatrixCell:
        if a is b:
            return MatrixCell(a.teams, None, 0)
        key = (min(a.tool.pk, b.tool.pk), max(a.tool.pk, b.tool.pk))
        count, lift = numbers.get(key, (0, 0.0))
        return MatrixCell(count, lift, -(-4 * count // most))

    return tuple(
        MatrixRow(row.tool, tuple(cell(row, other) for other in shown)) for row in shown
    )


def network_of(found: Baskets, category: Mapping[int, int]) -> Network:
    return network(
        [(found.event_of[project], tools) for project, tools in found.tools.items()],
        category,
    )


def links(found: Baskets, tools: Mapping[int, Tool]) -> Links:
    """What goes together and what stands in for what, beyond accident."""
    net = network_of(found, {pk: tool.category_id for pk, tool in tools.items()})
    return Links(
        tuple(
            Link(
                tools[edge.first],
                tools[edge.second],
                edge.kind,
                edge.together,
                edge.expected,
                edge.q,
            )
            for edge in net.edges
        ),
        net.tested,
    )


def open_source(rows: Iterable[ToolRow]) -> Estimate | None:
    uses = [(row.teams, row.tool.is_open_source) for row in rows]
    return share_with_interval(
        sum(teams for teams, is_open in uses if is_open),
        sum(teams for teams, _is_open in uses),
    )


def rooms(found: Baskets, rows: Iterable[ToolRow]) -> tuple[Room, ...]:
    by_category: dict[ToolCategory, list[ToolRow]] = defaultdict(list)
    for row in rows:
        by_category[row.tool.category].append(row)
    # Each team's tools by category, in one walk over all of them.
    category_of = {
        row.tool.pk: category.pk for category, own in by_category.items() for row in own
    }
    mine: dict[int, list[list[int]]] = defaultdict(list)
    for tools in found.tools.values():
        of_team: dict[int, list[int]] = defaultdict(list)
        for tool in tools:
            of_team[category_of[tool]].append(tool)
        for category, named in of_team.items():
            mine[category].append(named)
    return tuple(
        _room(category, own, mine[category.pk])
        for category, own in sorted(
            by_category.items(), key=lambda item: (item[0].order, item[0].name)
        )
    )


def _room(category: ToolCategory, rows: list[ToolRow], teams: list[list[int]]) -> Room:
    tools = {row.tool.pk: row.tool for row in rows}
    both = overlap(teams, tools)
    return Room(
        category=category,
        rows=tuple(rows),
        open_source=open_source(rows),
        overlap=both,
        pair=tuple(tools[pk] for pk in both.pair or ()),
        state=state(
            {row.tool.pk: row.teams for row in rows},
            {row.tool.pk: row.verdict.sus if row.verdict else None for row in rows},
            both,
        ),
    )


def trends(found: Baskets, rows: Iterable[ToolRow]) -> tuple[Trend, ...]:
    """The most used tools from event to event; nothing where there is but one."""
    events = sorted(
        Event.objects.in_bulk([*found.events]).values(),
        key=lambda event: (event.starts_at, event.pk),
    )
    if len(events) < 2:  # noqa: PLR2004 -- no way from one to another
        return ()
    sizes = Counter(found.event_of.values())
    used = Counter(
        (found.event_of[project], tool)
        for project, tools in found.tools.items()
        for tool in tools
    )
    return tuple(
        Trend(
            row.tool,
            tuple(
                Share(event, used[event.pk, row.tool.pk], sizes[event.pk])
                for event in events
            ),
        )
        for row in list(rows)[:TRENDS_SHOWN]
        if row.teams
    )
