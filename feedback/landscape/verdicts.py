"""What people said of tools, in sums over groups of k. docs/adr/0021 has the rule.

Each question stands for itself: it is shown where enough people have answered *it*.
Answers are counted under the name under which they were given, and added up for the
tool that this name has become: a merge adds whole groups and makes no new ones.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    IntegerField,
    Model,
    Q,
    QuerySet,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import User
from events.models import Series
from feedback.models import Helped, InTheWay, Survey, ToolReview, Wish
from feedback.privacy import Cell, atoms, groups, shown_groups
from feedback.statistics import (
    Estimate,
    score_from_sums,
    share_with_interval,
    sus_equivalent,
)
from submissions.models import Tool

M = TypeVar("M", bound=Model)

THEMES_SHOWN = 3
Again = ToolReview.Again


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
    score: Estimate | None = None
    again: Estimate | None = None
    helped: tuple[Theme, ...] = ()
    in_the_way: tuple[Theme, ...] = ()
    quotes: tuple[str, ...] = ()

    @property
    def sus(self) -> float | None:
        return sus_equivalent(self.score.value) if self.score else None

    @property
    def sus_low(self) -> float | None:
        return sus_equivalent(self.score.low) if self.score else None

    @property
    def sus_high(self) -> float | None:
        return sus_equivalent(self.score.high) if self.score else None


class Tally(NamedTuple):
    """Sums over those who answered one question about one tool at one event.

    A tuple, as there are thousands of them on the way to one page.
    """

    series: int
    final_at: datetime
    event: int
    k: int
    shown_from: int
    size: int
    total: int = 0
    squares: int = 0


@dataclass(frozen=True)
class Point:
    """One group of answers on the way through the events; never fewer than k people."""

    events: tuple[int, ...]
    final_at: datetime
    score: Estimate


@dataclass(frozen=True)
class RoleVerdict:
    """What those who do the same thing said; the empty role is everybody else."""

    role: str
    score: Estimate

    @property
    def label(self) -> str:
        return str(dict(User.HeadlineRole.choices).get(self.role, ""))


def _number(condition: Q) -> Count:
    return Count("pk", filter=condition)


# The two items of UMUX-Lite make a score only together.
SCORED = Q(meets_my_needs__isnull=False, easy_to_use__isnull=False)
BOTH = F("meets_my_needs") + F("easy_to_use")


def _sum(value: Any) -> Coalesce:
    return Coalesce(Sum(Case(When(SCORED, then=value), output_field=IntegerField())), 0)


@dataclass(frozen=True)
class Surveys:
    """Whose answers they are, looked up once instead of joined to each row."""

    by_pk: Mapping[int, tuple[int, Any, int, int, int]]
    merged: Mapping[int, int]
    # Groups are made of all events, and shown if all of theirs are among these.
    public: AbstractSet[int]

    def show(self, group: Iterable[int], inside: AbstractSet[int] | None) -> bool:
        """Whether all events of a group may be told about, and are asked for."""
        return all(
            event in self.public and (inside is None or event in inside)
            for event in group
        )

    def cell(self, survey: int, size: int, total: int = 0, squares: int = 0) -> Tally:
        return Tally(*self.by_pk[survey], size, total, squares)

    def current(self, tool: int) -> int:
        """What the tool is called now: its own name, if it was not merged."""
        return self.merged.get(tool, tool)


def final_surveys(event: int | None = None) -> Surveys:
    """All closed ones; ``event`` may be shown even if it is not published."""
    rows = Survey.objects.filter(closed_at__isnull=False).values_list(
        "pk",
        Coalesce(
            "series_at_closing", "event__series_id", output_field=BigIntegerField()
        ),
        "closed_at",
        "event_id",
        "k",
        "event__privacy_k",
        "event__is_published",
    )
    by_pk, public = {}, {event or 0}
    for pk, series, closed_at, its_event, k, k_now, is_published in rows:
        by_pk[pk] = (series, closed_at, its_event, k, k_now)
        if is_published:
            public.add(its_event)
    merged = Tool.objects.filter(merged_into__isnull=False)
    return Surveys(
        by_pk, dict(merged.values_list("pk", "merged_into_id")), frozenset(public)
    )


def closed_in(rows: QuerySet[M], series: Series) -> QuerySet[M]:
    """What was said at the events that a series had when their surveys closed."""
    return rows.filter(
        Q(survey__series_at_closing=series.pk)
        | Q(survey__series_at_closing=None, survey__event__series=series)
    )


def _final(reviews: QuerySet[M]) -> QuerySet[M]:
    return reviews.filter(survey__closed_at__isnull=False).order_by()


def _tallies(reviews: QuerySet[ToolReview], *more: str) -> Iterable[tuple[Any, ...]]:
    """One row per name and survey (and ``more``), added up by the database.

    Each has how many there are, how many scored and the two sums of their scores, how
    many said whether they would use it again, and how many of them would.
    """
    rows: Iterable[tuple[Any, ...]] = (
        _final(reviews)
        .values("tool_id", "survey_id", *more)
        .annotate(
            n=Count("pk"),
            scored=_number(SCORED),
            total=_sum(BOTH),
            squares=_sum(BOTH * BOTH),
            said_again=_number(~Q(again="")),
            yes=_number(Q(again=Again.YES)),
        )
        .values_list(
            "tool_id",
            "survey_id",
            *more,
            "n",
            "scored",
            "total",
            "squares",
            "said_again",
            "yes",
        )
    )
    return rows


def verdicts(
    reviews: QuerySet[ToolReview],
    surveys: Surveys,
    events: AbstractSet[int] | None = None,
) -> dict[int, Verdict]:
    """By tool: how many answered, the score, and who would use it again.

    ``reviews`` are all of a series, or of everybody; ``events`` those to tell about.
    """
    reviewers, score, again = (_Question(surveys, events) for _n in range(3))
    for tool, survey, n, scored, total, squares, said, yes in _tallies(reviews):
        reviewers.add(tool, survey, n)
        score.add(tool, survey, scored, total, squares)
        again.add(tool, survey, said, yes)
    scores, shares = score.shown(), again.shown()
    return {
        tool: Verdict(
            reviewers=n,
            score=score_from_sums(*scores.get(tool, (0, 0, 0))),
            again=_share(shares.get(tool)),
        )
        for tool, (n, _total, _squares) in reviewers.shown().items()
    }


class _Question:
    """The sums over all that may be shown of one question, by tool."""

    def __init__(self, surveys: Surveys, events: AbstractSet[int] | None) -> None:
        self.surveys, self.events = surveys, events
        self.sums: dict[int, tuple[int, int, int]] = {}
        self.small: dict[int, list[Tally]] = defaultdict(list)

    def add(
        self, tool: int, survey: int, size: int, total: int = 0, squares: int = 0
    ) -> None:
        """``tool`` is the name under which it was reviewed.

        Most cells are a group of their own, and there are thousands; only those of
        fewer than k people are kept, to be grouped.
        """
        _series, _final_at, event, k, shown_from = self.surveys.by_pk[survey]
        if size < k:
            self.small[tool].append(self.surveys.cell(survey, size, total, squares))
        elif size >= shown_from and self.surveys.show([event], self.events):
            self._sum(tool, size, total, squares)

    def _sum(self, tool: int, size: int, total: int, squares: int) -> None:
        name = self.surveys.current(tool)
        n, sum_, sum_of_squares = self.sums.get(name, (0, 0, 0))
        self.sums[name] = n + size, sum_ + total, sum_of_squares + squares

    def shown(self) -> dict[int, tuple[int, int, int]]:
        """How many people, the sum of their answers and of the squares; once only."""
        while self.small:
            tool, cells = self.small.popitem()
            for group in groups(cells):
                if self.surveys.show((cell.event for cell in group), self.events):
                    for cell in group:
                        self._sum(tool, cell.size, cell.total, cell.squares)
        return self.sums


def _score(cells: Sequence[Tally]) -> Estimate | None:
    return score_from_sums(
        sum(cell.size for cell in cells),
        sum(cell.total for cell in cells),
        sum(cell.squares for cell in cells),
    )


def _share(sums: tuple[int, int, int] | None) -> Estimate | None:
    n, yes, _squares = sums or (0, 0, 0)
    return share_with_interval(yes, n)


def desired(
    wishes: QuerySet[Wish],
    surveys: Surveys,
    events: AbstractSet[int] | None = None,
) -> dict[int, Estimate]:
    """By tool: of those who did not use it and were asked, the share who want to."""
    wished = _Question(surveys, events)
    for tool, survey, n, yes in (
        _final(wishes)
        .values("tool_id", "survey_id")
        .annotate(n=Count("pk"), yes=_number(Q(wants_it=True)))
        .values_list("tool_id", "survey_id", "n", "yes")
    ):
        wished.add(tool, survey, n, yes)
    return {
        tool: share
        for tool, sums in wished.shown().items()
        if (share := _share(sums)) is not None
    }


def history(reviews: QuerySet[ToolReview], surveys: Surveys) -> list[Point]:
    """The score of one tool from group to group, in the order of time."""
    cells: dict[int, list[Tally]] = defaultdict(list)
    for tool, survey, _n, scored, total, squares, _said, _yes in _tallies(reviews):
        cells[tool].append(surveys.cell(survey, scored, total, squares))
    points = [
        Point(
            tuple(cell.event for cell in group),
            max(cell.final_at for cell in group),
            score,
        )
        for of_tool in cells.values()
        for group in groups(of_tool)
        if surveys.show((cell.event for cell in group), None)
        if (score := _score(group)) is not None
    ]
    return sorted(points, key=lambda point: (point.final_at, point.events))


def by_role(reviews: QuerySet[ToolReview], surveys: Surveys) -> list[RoleVerdict]:
    """The score of one tool by what people do, where that leaves nobody alone.

    Each group that is shown anyway is cut into roles of k or more, and the others are k
    or more too, or nobody. A group never changes, and so neither does how it is cut.
    """
    cells: dict[int, dict[int, list[Tally]]] = defaultdict(lambda: defaultdict(list))
    of_role: dict[tuple[int, int], dict[str, Tally]] = defaultdict(dict)
    for tool, survey, role, _n, scored, total, squares, _said, _yes in _tallies(
        reviews, "role"
    ):
        cell = surveys.cell(survey, scored, total, squares)
        cells[tool][cell.event].append(cell)
        of_role[tool, cell.event][role] = cell
    shown: dict[str, list[Tally]] = defaultdict(list)
    for tool, events in cells.items():
        for group in groups(_added(parts) for parts in events.values()):
            if not surveys.show((cell.event for cell in group), None):
                continue
            for role, parts in _cut(
                [of_role[tool, cell.event] for cell in group],
                max(max(cell.k, cell.shown_from) for cell in group),
            ).items():
                shown[role] += parts
    if not set(shown) - {""}:
        return []
    return sorted(
        (
            RoleVerdict(role, score)
            for role, parts in shown.items()
            if (score := _score(parts)) is not None
        ),
        key=lambda found: (not found.role, -found.score.n, found.role),
    )


def _added(parts: Sequence[Tally]) -> Tally:
    return parts[0]._replace(
        size=sum(part.size for part in parts),
        total=sum(part.total for part in parts),
        squares=sum(part.squares for part in parts),
    )


def _cut(events: Sequence[Mapping[str, Tally]], k: int) -> dict[str, list[Tally]]:
    sizes: dict[str, int] = defaultdict(int)
    for roles in events:
        for role, cell in roles.items():
            sizes[role] += cell.size
    named = set(shown_groups(sizes, k)[0]) - {""}
    found: dict[str, list[Tally]] = defaultdict(list)
    for roles in events:
        for role, cell in roles.items():
            found[role if role in named else ""].append(cell)
    return found


# --- What helped, what got in the way, and in what words ------------------------------


def with_voices(
    found: Mapping[int, Verdict], reviews: QuerySet[ToolReview], surveys: Surveys
) -> dict[int, Verdict]:
    """The same verdicts with what was ticked and what may be quoted.

    This reads each answer, so it is for the pages of one event or one tool.
    """
    by_name: dict[int, list[Any]] = defaultdict(list)
    for row in (
        _final(reviews)
        .order_by("pk")
        .values_list(
            "tool_id",
            "survey_id",
            "helped",
            "in_the_way",
            "remark",
            "may_quote",
            named=True,
        )
    ):
        by_name[row.tool_id].append(row)
    ticked: dict[int, list[Any]] = defaultdict(list)
    said: dict[int, list[Any]] = defaultdict(list)
    for name, rows in by_name.items():
        tool = surveys.current(name)
        said[tool] += _shown(rows, surveys, lambda _row: True)
        ticked[tool] += _shown(
            rows, surveys, lambda row: bool(row.helped or row.in_the_way)
        )
    return {
        tool: replace(
            verdict,
            helped=_themes(Helped, (row.helped for row in ticked[tool])),
            in_the_way=_themes(InTheWay, (row.in_the_way for row in ticked[tool])),
            quotes=tuple(
                row.remark for row in said[tool] if row.may_quote and row.remark
            ),
        )
        for tool, verdict in found.items()
    }


def _shown(
    rows: Iterable[Any], surveys: Surveys, has_answered: Callable[[Any], bool]
) -> list[Any]:
    """Of the reviews of one tool, those that may be told of for one question."""
    by_survey: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if has_answered(row):
            by_survey[row.survey_id].append(row)
    return [
        row
        for atom in atoms(
            Cell(series, closed_at, event, k, tuple(own), shown_from=k_now)
            for survey, own in by_survey.items()
            for series, closed_at, event, k, k_now in [surveys.by_pk[survey]]
        )
        if surveys.show(atom.events, None)
        for row in atom.answers
    ]


def _themes(
    kinds: type[Helped | InTheWay], lists: Iterable[Sequence[str]]
) -> tuple[Theme, ...]:
    counts: dict[str, int] = defaultdict(int)
    for slugs in lists:
        for slug in set(slugs):
            counts[slug] += 1
    found = [
        Theme(kind.value, str(kind.label), counts[kind.value])
        for kind in kinds
        if counts[kind.value]
    ]
    return tuple(sorted(found, key=lambda theme: -theme.count)[:THEMES_SHOWN])
