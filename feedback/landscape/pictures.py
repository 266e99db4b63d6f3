"""Which charts belong to which report, for pages and for files alike."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.landscape import charts
from feedback.landscape.stacks import Links, Room, Trend
from feedback.landscape.svg import Drawing, stacked
from feedback.reports import ToolReport

# The latest; all of them stand in the table.
GROUPS_DRAWN = 12


def people_words(n: int) -> str:
    return ngettext("{n} person", "{n} people", n).format(n=n)


def room_charts(rooms: tuple[Room, ...], most: int) -> list[tuple[Room, Drawing]]:
    return [(room, charts.room_chart(room, most)) for room in rooms]


def trend_charts(trends: tuple[Trend, ...]) -> list[Drawing]:
    highest = charts.highest_share(trends)
    return [charts.trend_chart(trend, highest) for trend in trends]


def rooms_sheet(rooms: tuple[Room, ...], most: int, columns: int = 3) -> Drawing:
    return stacked(
        [charts.room_chart(room, most, is_headed=True) for room in rooms],
        columns,
        title=_("The tooling landscape, room by room"),
        description=_(
            "A circle is a tool, its area how many teams used it, its number the score."
        ),
    )


def trends_sheet(trends: tuple[Trend, ...]) -> Drawing:
    return stacked(
        trend_charts(trends), 3, title=_("Tools from event to event, share of teams")
    )


def network_sheet(links: Links) -> Drawing:
    return charts.network_chart(links)


def history_chart(report: ToolReport) -> Drawing | None:
    """The score from event to event, then by what people do, if there are any."""
    if not report.history:
        return None
    tool = report.row.tool
    return charts.score_chart(
        [
            charts.Bar(" + ".join(event.name for event in events), point.score)
            for point, events in report.history[-GROUPS_DRAWN:]
        ],
        _("{tool}: the score from event to event").format(tool=tool.name),
        "history",
        people_words,
    )


def roles_chart(report: ToolReport) -> Drawing | None:
    if not report.by_role:
        return None
    return charts.score_chart(
        [
            charts.Bar(found.label or _("all others"), found.score)
            for found in report.by_role
        ],
        _("{tool}: the score by what people do").format(tool=report.row.tool.name),
        "roles",
        people_words,
    )
