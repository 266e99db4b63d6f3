"""What stacks and answers say together, for pages. docs/adr/0021 tells what is shown.

Which team used which tool stands on its public project page, so it is counted openly.
What people answered is shown through :mod:`feedback.landscape.verdicts` only, and only
once the survey is closed.
"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from events.models import Event, Series
from feedback.landscape.lessons import Lesson, lessons_about
from feedback.landscape.network import LEAST_TOGETHER
from feedback.landscape.remarks import Remark
from feedback.landscape.stacks import (
    PAIRS_SHOWN,
    Baskets,
    Link,
    Links,
    Room,
    Share,
    Stacks,
    Together,
    ToolRow,
    Trend,
    baskets,
    links,
    open_source,
    public_uses,
    rooms,
    stacks,
    tools_in,
    trends,
)
from feedback.landscape.themes import remarks_of
from feedback.landscape.verdicts import (
    Point,
    RoleVerdict,
    Theme,
    by_role,
    closed_in,
    desired,
    final_surveys,
    history,
    verdicts,
    with_voices,
)
from feedback.models import Survey, ToolReview, Wish
from feedback.privacy import shown_groups
from feedback.statistics import Estimate, mean_with_interval, pairs
from submissions.models import Tool, ToolUse

__all__ = [
    "EventReport",
    "Landscape",
    "Link",
    "Progress",
    "ToolReport",
    "ToolRow",
    "event_report",
    "landscape",
    "progress",
    "tool_report",
]

PROJECTS_SHOWN = 60


@dataclass(frozen=True)
class EventReport:
    stacks: Stacks
    rooms: tuple[Room, ...]
    links: Links
    survey: Survey | None
    answers: int  # 0 also where there are too few to say
    roles: tuple[Theme, ...]
    other_roles: int
    open_source: Estimate | None


@dataclass(frozen=True)
class Landscape:
    rooms: tuple[Room, ...]
    stacks: Stacks
    links: Links
    trends: tuple[Trend, ...]
    events: int
    years: tuple[int, ...]  # to choose from, the latest first
    open_source: Estimate | None


@dataclass(frozen=True)
class ToolReport:
    row: ToolRow
    uses: tuple[ToolUse, ...]
    goes_with: tuple[Together, ...]
    links: tuple[Link, ...]  # those of them that are no accident
    instead: tuple[Link, ...]
    by_role: tuple[RoleVerdict, ...]
    history: tuple[tuple[Point, tuple[Event, ...]], ...]
    shares: tuple[Share, ...]
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Progress:
    """How far a survey is, for organisers."""

    invited: int
    started: int
    finished: int
    come_again: Estimate | None
    wishes: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def rate(self) -> int:
        return round(self.finished / self.invited * 100) if self.invited else 0


def event_report(event: Event) -> EventReport:
    survey = Survey.objects.filter(event=event).first()
    reviews = ToolReview.objects.filter(survey__event=event)
    roles: tuple[Theme, ...] = ()
    answers = others = 0
    if survey and survey.closed_at:
        by_whom = list(survey.responses.values_list("role", flat=True))
        k = max(survey.k, event.privacy_k)
        if len(by_whom) >= k:
            answers = len(by_whom)
            large, others = shown_groups(Counter(role for role in by_whom if role), k)
            labels = dict(User.HeadlineRole.choices)
            roles = tuple(
                Theme(role, str(labels.get(role, role)), count)
                for role, count in sorted(large.items(), key=lambda item: -item[1])
            )
    found = baskets(public_uses().filter(project__event=event))
    surveys = final_surveys(event.pk)
    said = verdicts(reviews, surveys)
    told = stacks(
        found,
        with_voices(said, reviews, surveys),
        desired(Wish.objects.filter(survey__event=event), surveys),
    )
    return EventReport(
        stacks=told,
        rooms=rooms(found, told.rows),
        links=links(found, {row.tool.pk: row.tool for row in told.rows}),
        survey=survey,
        answers=answers,
        roles=roles,
        other_roles=others,
        open_source=open_source(told.rows),
    )


def landscape(series: Series | None = None, year: int | None = None) -> Landscape:
    """All published events, or those of one series or one year.

    Groups of answers are made from all events that a series had when they closed,
    published or not, whatever is asked for; then those are shown that lie wholly in it.
    Else two years, or the same page before and after an event was published or moved,
    would group the same people in two ways, and a difference would tell of a few.
    """
    uses = public_uses()
    reviews: QuerySet[ToolReview] = ToolReview.objects.final()
    wishes: QuerySet[Wish] = Wish.objects.final()
    events = Event.objects.filter(is_published=True)
    if series is not None:
        uses = uses.filter(project__event__series=series)
        reviews = closed_in(reviews, series)
        wishes = closed_in(wishes, series)
        events = events.filter(series=series)
    everything = baskets(uses)
    year_of = {event.pk: event.year for event in events.only("starts_at", "time_zone")}
    inside: frozenset[int] | None = None
    found = everything
    if year is not None:
        inside = frozenset(pk for pk, its_year in year_of.items() if its_year == year)
        found = everything.of(inside)
    surveys = final_surveys()
    told = stacks(
        found,
        verdicts(reviews, surveys, inside),
        desired(wishes, surveys, inside),
    )
    return Landscape(
        rooms=rooms(found, told.rows),
        stacks=told,
        links=links(found, {row.tool.pk: row.tool for row in told.rows}),
        trends=trends(found, told.rows),
        events=len(found.events),
        years=tuple(sorted({year_of[pk] for pk in everything.events}, reverse=True)),
        open_source=open_source(told.rows),
    )


def tool_report(tool: Tool) -> ToolReport:
    found = baskets(public_uses())
    both = [
        pair
        for pair in pairs(found.tools.values(), LEAST_TOGETHER)
        if tool.pk in {pair.first, pair.second}
    ][:PAIRS_SHOWN]
    everyone = tools_in({*found.teams, tool.pk})
    lines = _lines_of(tool, found, everyone)
    known_as = Q(tool=tool) | Q(tool__merged_into=tool)
    reviews = ToolReview.objects.final().filter(known_as)
    wishes = Wish.objects.final().filter(known_as)
    own = _with_shares(tool, found)
    surveys = final_surveys()
    points = history(reviews, surveys)
    events = Event.objects.in_bulk([pk for point in points for pk in point.events])
    return ToolReport(
        row=ToolRow(
            tool,
            found.teams[tool.pk],
            len(found.events_by_tool.get(tool.pk, ())),
            with_voices(verdicts(reviews, surveys), reviews, surveys).get(tool.pk),
            desired(wishes, surveys).get(tool.pk),
        ),
        uses=tuple(
            public_uses()
            .filter(tool=tool)
            .select_related("project__event")
            .order_by("-project__event__starts_at", "project__title")[:PROJECTS_SHOWN]
        ),
        goes_with=tuple(
            Together(
                (everyone[p.second if p.first == tool.pk else p.first],),
                p.count,
                p.lift,
            )
            for p in both
        ),
        links=tuple(line for line in lines if line.is_together),
        instead=tuple(line for line in lines if not line.is_together),
        by_role=tuple(by_role(reviews, surveys)),
        history=tuple(
            (point, tuple(events[pk] for pk in point.events)) for point in points
        ),
        shares=own,
        lessons=lessons_about(tool),
    )


def _lines_of(tool: Tool, found: Baskets, tools: dict[int, Tool]) -> list[Link]:
    return [
        line for line in links(found, tools).lines if tool in {line.first, line.second}
    ]


def _with_shares(tool: Tool, found: Baskets) -> tuple[Share, ...]:
    row = ToolRow(tool, found.teams[tool.pk], 0, None)
    return next((trend.shares for trend in trends(found, [row])), ())


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
    responses = survey.responses.all()
    if survey.closed_at:
        said = responses.order_by("pk").values_list("come_again", flat=True)
        marks = [mark for mark in said if mark is not None]
        if len(marks) >= survey.k_now:
            come_again = mean_with_interval(marks, highest=10)
    remarks = remarks_of(survey)
    return Progress(
        invited=survey.invitations.count(),
        started=responses.count(),
        finished=survey.invitations.filter(finished_at__isnull=False).count(),
        come_again=come_again,
        wishes=tuple(remark.text for remark in remarks if not remark.about),
        remarks=tuple(remark for remark in remarks if remark.about),
    )
