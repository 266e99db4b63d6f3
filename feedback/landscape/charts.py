"""The pictures of the landscape. Each has a table behind it that says the same.

All are 340 wide, which a phone shows as it is; wider screens put them side by side.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.numeric import csgraph, np, sparse
from feedback.landscape.rooms import USUAL_SUS, State
from feedback.landscape.stacks import Link, Links, Room, Share, ToolRow, Trend
from feedback.landscape.svg import Drawing, lines_of, number, shortened
from feedback.statistics import Estimate, score_at
from submissions.models import Tool

WIDTH = 340.0
EDGE = 14.0
BIGGEST = 34.0  # radius of the tool that most teams use
SMALLEST = 5.0
WITH_NUMBER = 14.0  # from this radius on the score stands inside
TOOLS_DRAWN = 16
LINES_DRAWN = 40
LETTERS = 12  # of a name below a circle
ROW = 32.0
DOTS = 12  # with more, dots would hide their line
# Where a score is low, below the usual, good, very good.
BANDS = (50.0, score_at(USUAL_SUS), 80.0)


def band(score: Estimate | None) -> int:
    """0 where there is none, then 1 (low) to 4 (very good)."""
    return 0 if score is None else 1 + sum(score.value >= edge for edge in BANDS)


def band_words() -> list[str]:
    low, usual, high = (number(round(edge)) for edge in BANDS)
    return [
        _("too few answers"),
        _("below {low}").format(low=low),
        _("{low} to {usual}").format(low=low, usual=usual),
        _("{usual} to {high}").format(usual=usual, high=high),
        _("{high} and more").format(high=high),
    ]


def state_words(state: State) -> str:
    return {
        State.SETTLED: _("settled"),
        State.CROWDED: _("crowded"),
        State.GAP: _("gap"),
        State.OPEN: _("open"),
    }[state]


def teams_words(teams: int) -> str:
    return ngettext("{n} team", "{n} teams", teams).format(n=teams)


def describe(row: ToolRow) -> str:
    score = row.verdict.score if row.verdict else None
    if score is None:
        return _("{tool}: {teams}, too few answers for a score").format(
            tool=row.tool.name, teams=teams_words(row.teams)
        )
    return _("{tool}: {teams}, score {score}, from {low} to {high}").format(
        tool=row.tool.name,
        teams=teams_words(row.teams),
        score=round(score.value),
        low=round(score.low),
        high=round(score.high),
    )


# --- Rooms ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Bubble:
    row: ToolRow
    radius: float

    @property
    def score(self) -> Estimate | None:
        return self.row.verdict.score if self.row.verdict else None

    @cached_property
    def description(self) -> str:
        return describe(self.row)

    @property
    def inside(self) -> bool:
        return self.radius >= WITH_NUMBER

    @cached_property
    def words(self) -> list[str]:
        name = lines_of(self.row.tool.name, LETTERS)
        if self.score and not self.inside:
            return [*name, str(round(self.score.value))]
        return name

    @property
    def width(self) -> float:
        return max(2 * self.radius + 8, 78.0)

    @property
    def height(self) -> float:
        return 2 * self.radius + 6 + 14 * len(self.words)


def room_chart(room: Room, most: int, *, is_headed: bool = False) -> Drawing:
    """One category: each tool a circle, its area the teams, its number the score."""
    bubbles = [
        _Bubble(row, max(SMALLEST, BIGGEST * math.sqrt(row.teams / max(most, 1))))
        for row in room.rows[:TOOLS_DRAWN]
    ]
    chart = Drawing(
        WIDTH,
        0,
        _("{category}: {state}").format(
            category=room.category.name, state=state_words(room.state)
        ),
        "; ".join(bubble.description for bubble in bubbles),
        ident=f"room-{room.category.slug}",
    )
    top = 4.0
    if is_headed:
        chart.add("rect", "chart__frame", x=0.5, y=0.5, width=WIDTH - 1, height=0, rx=3)
        name = shortened(room.category.name, 30)
        chart.text(EDGE, 24, name, "chart__strong", size=15)
        chart.text(
            WIDTH - EDGE, 24, state_words(room.state), "chart__soft", anchor="end"
        )
        top = 40.0
    for line in _rows_of(bubbles):
        tallest = max(2 * bubble.radius for bubble in line)
        spare = (WIDTH - 2 * EDGE - sum(bubble.width for bubble in line)) / len(line)
        x = EDGE
        for bubble in line:
            _draw(chart, bubble, x + (bubble.width + spare) / 2, top + tallest / 2)
            x += bubble.width + spare
        top += (
            max(
                tallest / 2 + bubble.radius + 6 + 14 * len(bubble.words)
                for bubble in line
            )
            + 12
        )
    left = len(room.rows) - len(bubbles)
    if left > 0:
        words = ngettext(
            "and {n} more in the table", "and {n} more in the table", left
        ).format(n=left)
        chart.text(WIDTH / 2, top + 6, words, "chart__soft", anchor="middle")
        top += 20
    chart.height = top
    if is_headed:
        chart.shapes[0].set("height", number(top - 1))
    return chart


def _rows_of(bubbles: Sequence[_Bubble]) -> list[list[_Bubble]]:
    lines: list[list[_Bubble]] = []
    used = WIDTH
    for bubble in bubbles:
        if used + bubble.width > WIDTH - 2 * EDGE:
            lines.append([])
            used = 0
        lines[-1].append(bubble)
        used += bubble.width
    return lines


def _draw(chart: Drawing, bubble: _Bubble, x: float, y: float) -> None:
    row, radius = bubble.row, bubble.radius
    link = chart.link(row.url, bubble.description)
    chart.note(link, bubble.description)
    look = f"band-{band(bubble.score)}"
    chart.add("circle", look, to=link, cx=x, cy=y, r=radius)
    if bubble.score and bubble.inside:
        chart.text(
            x,
            y + 5,
            str(round(bubble.score.value)),
            "chart__strong",
            size=15,
            anchor="middle",
            to=link,
        )
    for number_, line in enumerate(bubble.words, start=1):
        chart.text(
            x, y + radius + 2 + 14 * number_, line, size=12, anchor="middle", to=link
        )


# --- What goes with what --------------------------------------------------------------


def in_order(lines: Sequence[Link]) -> list[Tool]:
    """The tools so that those with a line between them stand close to each other.

    Reverse Cuthill-McKee keeps a matrix's entries near its diagonal, which is the same
    thing. It draws no lots: the same lines give the same order.
    """
    tools = sorted(
        {tool for line in lines for tool in (line.first, line.second)},
        key=lambda tool: (tool.category.order, tool.category.name, tool.name),
    )
    if not tools:
        return []
    place = {tool: n for n, tool in enumerate(tools)}
    ends = np.array(
        [(place[line.first], place[line.second]) for line in lines], np.int32
    ).reshape(-1, 2)
    rows = np.concatenate([ends[:, 0], ends[:, 1]])
    columns = np.concatenate([ends[:, 1], ends[:, 0]])
    matrix = sparse.coo_array((np.ones(len(rows)), (rows, columns)), (len(tools),) * 2)
    order = csgraph.reverse_cuthill_mckee(matrix.tocsr(), symmetric_mode=True)
    return [tools[n] for n in order]


def link_words(line: Link) -> str:
    sentence = (
        _("{first} and {second} go together: {teams}, {expected} by chance")
        if line.is_together
        else _("{first} or {second}: {teams} with both, {expected} by chance")
    )
    return sentence.format(
        first=line.first.name,
        second=line.second.name,
        teams=teams_words(line.together),
        expected=f"{line.expected:.1f}",
    )


def network_chart(links: Links) -> Drawing:
    """Names below one another, and an arc for each line: no label hides another."""
    lines = links.lines[:LINES_DRAWN]
    tools = in_order(lines)
    place = {tool: EDGE + ROW * (n + 0.5) for n, tool in enumerate(tools)}
    axis = 152.0
    chart = Drawing(
        WIDTH,
        ROW * len(tools) + 2 * EDGE,
        _("Tools that go together, and tools that replace one another"),
        ". ".join(map(link_words, lines)),
        ident="network",
    )
    for line in lines:
        top, bottom = sorted((place[line.first], place[line.second]))
        reach = min(WIDTH - axis - EDGE, 14 + (bottom - top) * 0.62)
        arc = chart.add(
            "path",
            "chart__together" if line.is_together else "chart__instead",
            d=f"M{number(axis + 8)} {number(top)} "
            f"C{number(axis + reach * 4 / 3)} {number(top)} "
            f"{number(axis + reach * 4 / 3)} {number(bottom)} "
            f"{number(axis + 8)} {number(bottom)}",
            stroke_width=1.5 + min(line.lift, 4) * 0.6 if line.is_together else 2,
        )
        chart.note(arc, link_words(line))
    for tool, y in place.items():
        link = chart.link(tool.get_absolute_url(), tool.name)
        chart.add("circle", "chart__dot", to=link, cx=axis, cy=y, r=5)
        chart.text(axis - 12, y + 4.5, shortened(tool.name, 19), anchor="end", to=link)
    return chart


# --- From event to event --------------------------------------------------------------


def trend_chart(trend: Trend, highest: float) -> Drawing:
    """The share of teams that used a tool, at one event after the other."""
    shares = trend.shares
    width, height, left, bottom = 162.0, 84.0, 6.0, 66.0
    chart = Drawing(
        width,
        height,
        _("{tool}: teams that used it, in percent").format(tool=trend.tool.name),
        ", ".join(
            _("{event}: {teams} of {of}").format(
                event=share.event.name, teams=share.teams, of=share.of
            )
            for share in shares
        ),
        ident=f"trend-{trend.tool.slug}",
    )
    step = (width - 2 * left - 34) / max(len(shares) - 1, 1)
    points = [
        (left + n * step, bottom - 46 * share.value / (highest or 1))
        for n, share in enumerate(shares)
    ]
    chart.text(left, 13, shortened(trend.tool.name, 22), "chart__strong", size=13)
    chart.add("line", "chart__rule", x1=left, x2=width - left, y1=bottom, y2=bottom)
    chart.add(
        "polyline",
        "chart__line",
        points=" ".join(f"{number(x)},{number(y)}" for x, y in points),
    )
    for (x, y), share in zip(points, shares, strict=True):
        radius = 3 if len(shares) <= DOTS else 1.5
        dot = chart.add("circle", "chart__dot", cx=x, cy=y, r=radius)
        chart.note(dot, f"{share.event.name}: {share.teams} / {share.of}")
    x, y = points[-1]
    chart.text(x + 6, y + 4, f"{shares[-1].value * 100:.0f} %", size=12)
    for end, anchor in ((0, "start"), (-1, "end")):
        chart.text(
            points[end][0],
            height - 4,
            str(shares[end].event.year),
            "chart__soft",
            size=11,
            anchor=anchor,
        )
    return chart


def highest_share(trends: Sequence[Trend]) -> float:
    return max((share.value for trend in trends for share in trend.shares), default=1.0)


def shares_trend(tool: Tool, shares: tuple[Share, ...]) -> Drawing:
    trend = Trend(tool, shares)
    return trend_chart(trend, highest_share([trend]))


# --- Scores with their intervals ------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    label: str
    score: Estimate


def score_chart(
    bars: Sequence[Bar], title: str, ident: str, n_words: Callable[[int], str]
) -> Drawing:
    """One line each: the mean in its interval, on the scale from 0 to 100."""
    chart = Drawing(
        WIDTH,
        44 * len(bars) + 34,
        title,
        "; ".join(
            _("{label}: {score}, from {low} to {high}, {people}").format(
                label=bar.label,
                score=round(bar.score.value),
                low=round(bar.score.low),
                high=round(bar.score.high),
                people=n_words(bar.score.n),
            )
            for bar in bars
        ),
        ident=ident,
    )

    def at(value: float) -> float:
        return EDGE + value * (WIDTH - 2 * EDGE) / 100

    bottom = 44.0 * len(bars) + 8
    usual = at(score_at(USUAL_SUS))
    chart.add("line", "chart__usual", x1=usual, x2=usual, y1=8, y2=bottom)
    for n, bar in enumerate(bars):
        y = 44.0 * n + 36
        chart.text(EDGE, y - 14, shortened(bar.label, 34))
        chart.text(
            WIDTH - EDGE,
            y - 14,
            f"{bar.score.value:.0f} · {n_words(bar.score.n)}",
            "chart__soft",
            anchor="end",
        )
        chart.add("line", "chart__rule", x1=at(0), x2=at(100), y1=y, y2=y)
        chart.add(
            "line",
            "chart__range",
            x1=at(bar.score.low),
            x2=at(bar.score.high),
            y1=y,
            y2=y,
        )
        value = at(bar.score.value)
        chart.add("line", "chart__value", x1=value, x2=value, y1=y - 6, y2=y + 6)
    for value, anchor in ((0, "start"), (100, "end")):
        chart.text(
            at(value), bottom + 18, str(value), "chart__soft", size=11, anchor=anchor
        )
    chart.text(usual, bottom + 18, _("usual"), "chart__soft", size=11, anchor="middle")
    return chart
