"""What stacks and answers say together, in sums. docs/adr/0021 tells what is shown.

Which team used which tool stands on its public project page, so it is counted openly.
What people answered is shown through :mod:`feedback.privacy` only, and only once the
survey is closed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import QuerySet

from accounts.models import User
from events.models import Event, Series
from feedback.models import Helped, InTheWay, Survey, ToolReview
from feedback.privacy import shown, shown_groups
from feedback.statistics import (
    Estimate,
    mean_with_interval,
    pairs,
    share_with_interval,
    sus_equivalent,
    umux_lite,
)
from submissions.models import Project, Tool, ToolCategory, ToolUse

A = TypeVar("A")
Sets = dict[int, set[int]]

MATRIX_SIZE = 8
PAIRS_SHOWN = 10
THEMES_SHOWN = 3
PROJECTS_SHOWN = 60
# Together once is an accident.
LEAST_TOGETHER = 2


@dataclass(frozen=True)
class Theme:
    """One answer that could be ticked, and how many ticked it."""

    slug: str
    label: str
    count: int


@dataclass(frozen=True)
class Verdict:
    """What at least k people said about one tool."""

    reviewers: int
    score: Estimate | None
    again: Estimate | None
    helped: tuple[Theme, ...]
    in_the_way: tuple[Theme, ...]
    quotes: tuple[str, ...]

    @property
    def sus(self) -> float | None:
        return sus_equivalent(self.score.value) if self.score else None


@dataclass(frozen=True)
class ToolRow:
    tool: Tool
    teams: int
    events: int
    verdict: Verdict | None


@dataclass(frozen=True)
class Together:
    """Two tools, or one tool beside another that the reader knows of."""

    tools: tuple[Tool, ...]
    count: int
    lift: float


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
class Stacks:
    """Which tools the public projects name, and with which others."""

    rows: tuple[ToolRow, ...]
    projects: int
    matrix: tuple[MatrixRow, ...]
    together: tuple[Together, ...]

    @cached_property
    def most_teams(self) -> int:
        return max((row.teams for row in self.rows), default=0)

    @cached_property
    def has_verdicts(self) -> bool:
        return any(row.verdict for row in self.rows)


@dataclass(frozen=True)
class EventReport:
    stacks: Stacks
    survey: Survey | None
    answers: int  # 0 also where there are too few to say
    roles: tuple[Theme, ...]
    other_roles: int


@dataclass(frozen=True)
class Room:
    """One need, and the tools that fill it."""

    category: ToolCategory
    rows: tuple[ToolRow, ...]
    open_source: Estimate | None  # of all the times that a team named one


@dataclass(frozen=True)
class Landscape:
    rooms: tuple[Room, ...]
    stacks: Stacks
    events: int
    open_source: Estimate | None


@dataclass(frozen=True)
class ToolReport:
    row: ToolRow
    uses: tuple[ToolUse, ...]
    goes_with: tuple[Together, ...]


@dataclass(frozen=True)
class Progress:
    """How far a survey is, for organisers."""

    invited: int
    started: int
    finished: int
    come_again: Estimate | None
    wishes: tuple[str, ...]
    remarks: tuple[tuple[Tool, str], ...] = ()

    @property
    def rate(self) -> int:
        return round(self.finished / self.invited * 100) if self.invited else 0


def _themes(
    kinds: type[Helped | InTheWay], lists: Iterable[Sequence[str]]
) -> tuple[Theme, ...]:
    counts = Counter(slug for slugs in lists for slug in set(slugs))
    found = [
        Theme(kind.value, str(kind.label), counts[kind.value])
        for kind in kinds
        if counts[kind.value]
    ]
    return tuple(sorted(found, key=lambda theme: -theme.count)[:THEMES_SHOWN])


def _verdict(rows: Sequence[Any]) -> Verdict | None:
    """Each question stands for itself: it is shown if enough have answered *it*."""
    reviewers = shown(rows, lambda row: row)
    if not reviewers:
        return None
    scores = shown(
        rows,
        lambda row: (
            umux_lite(row.meets_my_needs, row.easy_to_use)
            if row.meets_my_needs and row.easy_to_use
            else None
        ),
    )
    again = shown(rows, lambda row: row.again or None)
    ticked = shown(
        rows,
        lambda row: (
            (row.helped, row.in_the_way) if row.helped or row.in_the_way else None
        ),
    )
    return Verdict(
        reviewers=len(reviewers),
        score=mean_with_interval(scores),
        again=share_with_interval(again.count(ToolReview.Again.YES), len(again)),
        helped=_themes(Helped, (helped for helped, _other in ticked)),
        in_the_way=_themes(InTheWay, (in_the_way for _other, in_the_way in ticked)),
        quotes=tuple(row.remark for row in reviewers if row.may_quote and row.remark),
    )


def _verdicts(reviews: QuerySet[ToolReview]) -> dict[int, Verdict]:
    by_tool: dict[int, list[Any]] = defaultdict(list)
    for row in (
        reviews.filter(survey__closed_at__isnull=False)
        .order_by("pk")
        .values_list(
            "tool_id",
            "survey__event_id",
            "survey__event__series_id",
            "survey__k",
            "survey__closed_at",
            "meets_my_needs",
            "easy_to_use",
            "again",
            "helped",
            "in_the_way",
            "remark",
            "may_quote",
            named=True,
        )
    ):
        by_tool[row.tool_id].append(row)
    return {
        tool: verdict
        for tool, rows in by_tool.items()
        if (verdict := _verdict(rows)) is not None
    }


def _public_uses() -> QuerySet[ToolUse]:
    return ToolUse.objects.filter(
        project__in=Project.objects.in_gallery().filter(event__is_published=True)
    )


def _baskets(uses: QuerySet[ToolUse]) -> tuple[Sets, Sets]:
    """Tools by project, and events by tool; one query."""
    tools: Sets = defaultdict(set)
    events: Sets = defaultdict(set)
    for project, tool, event in uses.order_by("pk").values_list(
        "project_id", "tool_id", "project__event_id"
    ):
        tools[project].add(tool)
        events[tool].add(event)
    return tools, events


def _stacks(uses: QuerySet[ToolUse], verdicts: Mapping[int, Verdict]) -> Stacks:
    baskets, events = _baskets(uses)
    teams = Counter(tool for tools in baskets.values() for tool in tools)
    tools = Tool.objects.select_related("category").in_bulk([*teams, *verdicts])
    rows = sorted(
        (
            ToolRow(tool, teams[pk], len(events[pk]), verdicts.get(pk))
            for pk, tool in tools.items()
        ),
        key=lambda row: (-row.teams, row.tool.name.casefold()),
    )
    found = pairs(baskets.values())
    return Stacks(
        rows=tuple(rows),
        projects=len(baskets),
        matrix=_matrix(rows, {(p.first, p.second): (p.count, p.lift) for p in found}),
        together=tuple(
            Together((tools[p.first], tools[p.second]), p.count, p.lift)
            for p in found
            if p.count >= LEAST_TOGETHER
        )[:PAIRS_SHOWN],
    )


def _matrix(
    rows: Sequence[ToolRow],
    found: Mapping[tuple[int, int], tuple[int, float]],
) -> tuple[MatrixRow, ...]:
    shown = [row for row in rows if row.teams >= LEAST_TOGETHER][:MATRIX_SIZE]
    most = max((count for count, _lift in found.values()), default=1)

    def cell(a: ToolRow, b: ToolRow) -> MatrixCell:
        if a is b:
            return MatrixCell(a.teams, None, 0)
        key = (min(a.tool.pk, b.tool.pk), max(a.tool.pk, b.tool.pk))
        count, lift = found.get(key, (0, 0.0))
        return MatrixCell(count, lift, -(-4 * count // most))

    return tuple(
        MatrixRow(row.tool, tuple(cell(row, other) for other in shown)) for row in shown
    )


def event_report(event: Event) -> EventReport:
    survey = Survey.objects.filter(event=event).first()
    reviews = ToolReview.objects.filter(survey__event=event)
    roles: tuple[Theme, ...] = ()
    answers = others = 0
    if survey and survey.closed_at:
        said = list(survey.responses.values_list("role", flat=True))
        if len(said) >= survey.k:
            answers = len(said)
            large, others = shown_groups(
                Counter(role for role in said if role), survey.k
            )
            labels = dict(User.HeadlineRole.choices)
            roles = tuple(
                Theme(role, str(labels.get(role, role)), count)
                for role, count in sorted(large.items(), key=lambda item: -item[1])
            )
    return EventReport(
        stacks=_stacks(_public_uses().filter(project__event=event), _verdicts(reviews)),
        survey=survey,
        answers=answers,
        roles=roles,
        other_roles=others,
    )


def _open_source(rows: Iterable[ToolRow]) -> Estimate | None:
    uses = [(row.teams, row.tool.is_open_source) for row in rows]
    return share_with_interval(
        sum(teams for teams, is_open in uses if is_open),
        sum(teams for teams, _is_open in uses),
    )


def landscape(series: Series | None = None) -> Landscape:
    """All published events, or those of one series."""
    uses = _public_uses()
    reviews = ToolReview.objects.final()
    if series is not None:
        uses = uses.filter(project__event__series=series)
        reviews = reviews.filter(survey__event__series=series)
    stacks = _stacks(uses, _verdicts(reviews))
    rooms: dict[ToolCategory, list[ToolRow]] = defaultdict(list)
    for row in stacks.rows:
        rooms[row.tool.category].append(row)
    return Landscape(
        rooms=tuple(
            Room(category, tuple(rows), _open_source(rows))
            for category, rows in sorted(
                rooms.items(), key=lambda item: (item[0].order, item[0].name)
            )
        ),
        stacks=stacks,
        events=uses.order_by().values("project__event").distinct().count(),
        open_source=_open_source(stacks.rows),
    )


def tool_report(tool: Tool) -> ToolReport:
    baskets, events = _baskets(_public_uses())
    found = [
        pair
        for pair in pairs(baskets.values())
        if tool.pk in {pair.first, pair.second} and pair.count >= LEAST_TOGETHER
    ][:PAIRS_SHOWN]
    others = Tool.objects.in_bulk(
        [p.second if p.first == tool.pk else p.first for p in found]
    )
    verdicts = _verdicts(ToolReview.objects.final().filter(tool=tool))
    uses = (
        _public_uses()
        .filter(tool=tool)
        .select_related("project__event")
        .order_by("-project__event__starts_at", "project__title")
    )
    return ToolReport(
        row=ToolRow(
            tool,
            sum(tool.pk in basket for basket in baskets.values()),
            len(events[tool.pk]),
            verdicts.get(tool.pk),
        ),
        uses=tuple(uses[:PROJECTS_SHOWN]),
        goes_with=tuple(
            Together(
                (others[p.second if p.first == tool.pk else p.first],),
                p.count,
                p.lift,
            )
            for p in found
        ),
    )


def _remarks(survey: Survey, k: int) -> tuple[tuple[Tool, str], ...]:
    """What people wrote about tools of k reviewers, for organisers: quotable or not."""
    reviews = list(survey.reviews.select_related("tool").order_by("tool__name", "pk"))
    reviewers = Counter(review.tool_id for review in reviews)
    return tuple(
        (review.tool, review.remark)
        for review in reviews
        if review.remark and reviewers[review.tool_id] >= k
    )


def progress(survey: Survey) -> Progress:
    """Counts at any time; what people said about the day once it is closed."""
    come_again: Estimate | None = None
    wishes: tuple[str, ...] = ()
    remarks: tuple[tuple[Tool, str], ...] = ()
    responses, k = survey.responses.all(), survey.k
    if survey.closed_at:
        said = list(
            responses.order_by("pk").values_list("come_again", "what_to_change")
        )
        points = [mark for mark, _wish in said if mark is not None]
        if len(points) >= k:
            come_again = mean_with_interval(points, highest=10)
        if len(said) >= k:
            wishes = tuple(wish for _mark, wish in said if wish)
        remarks = _remarks(survey, k)
    return Progress(
        invited=survey.invitations.count(),
        started=responses.count(),
        finished=survey.invitations.filter(finished_at__isnull=False).count(),
        come_again=come_again,
        wishes=wishes,
        remarks=remarks,
    )
