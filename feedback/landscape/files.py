"""The landscape as files: the same figures as the pages, with the same gaps (G42).

Tables are written for spreadsheets: nothing in them is taken for a formula. There is no
column that the page behind it does not show.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse

from core.csv_files import csv_answer
from feedback.landscape.stacks import Links, Room, ToolRow, Trend
from feedback.landscape.svg import Drawing
from feedback.landscape.verdicts import Theme
from feedback.reports import ToolReport
from feedback.statistics import Estimate
from submissions.catalogue import landscape_yml

TOOL_COLUMNS = (
    "tool", "category", "open_source", "teams", "reviewers",
    "score", "score_low", "score_high", "sus_equivalent",
    "again", "again_low", "again_high",
    "desired", "desired_low", "desired_high",
    "helped", "in_the_way",
)  # fmt: skip


def answer(content: str, kind: str, name: str) -> HttpResponse:
    """A file to keep, which no browser takes for anything else."""
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def table(
    request: HttpRequest, name: str, columns: Iterable[str], rows: Iterable[list[Any]]
) -> HttpResponse:
    return csv_answer(request, name, [columns, *rows])


def drawing(name: str, picture: Drawing) -> HttpResponse:
    return answer(picture.file(), "image/svg+xml", f"{name}.svg")


def data(name: str, content: Mapping[str, Any]) -> HttpResponse:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return answer(text, "application/json", f"{name}.json")


def rounded(value: float, digits: int) -> Decimal:
    """With all its digits, so that 0.50 does not become 0.5."""
    return Decimal(f"{value:.{digits}f}")


def three(estimate: Estimate | None, digits: int) -> list[Decimal | str]:
    if estimate is None:
        return ["", "", ""]
    return [
        rounded(number, digits)
        for number in (estimate.value, estimate.low, estimate.high)
    ]


def ticks(themes: Iterable[Theme]) -> str:
    return " ".join(f"{theme.slug}:{theme.count}" for theme in themes)


def tool_cells(row: ToolRow) -> list[Any]:
    verdict = row.verdict
    return [
        row.tool.name,
        row.tool.category.name,
        "yes" if row.tool.is_open_source else "no",
        row.teams,
        verdict.reviewers if verdict else "",
        *three(verdict.score if verdict else None, 1),
        rounded(verdict.sus, 1) if verdict and verdict.sus is not None else "",
        *three(verdict.again if verdict else None, 3),
        *three(row.desired, 3),
        ticks(verdict.helped) if verdict else "",
        ticks(verdict.in_the_way) if verdict else "",
    ]


def tools_table(
    request: HttpRequest, name: str, rows: Iterable[ToolRow]
) -> HttpResponse:
    return table(request, name, TOOL_COLUMNS, map(tool_cells, rows))


ROOM_COLUMNS = (
    "category", "state", "tools", "teams", "teams_with_two_or_more", "most_common_pair",
    "teams_with_this_pair", "open_source_share",
)  # fmt: skip


def rooms_table(request: HttpRequest, name: str, rooms: Iterable[Room]) -> HttpResponse:
    return table(
        request,
        name,
        ROOM_COLUMNS,
        (
            [
                room.category.name,
                room.state.value,
                len(room.rows),
                room.overlap.of,
                room.overlap.teams,
                " + ".join(tool.name for tool in room.pair),
                room.overlap.pair_teams,
                rounded(room.open_source.value, 3) if room.open_source else "",
            ]
            for room in rooms
        ),
    )


NETWORK_COLUMNS = (
    "first", "second", "kind", "teams_with_both", "expected_by_chance", "lift", "q",
)  # fmt: skip


def network_table(request: HttpRequest, name: str, links: Links) -> HttpResponse:
    return table(
        request,
        name,
        NETWORK_COLUMNS,
        (
            [
                line.first.name,
                line.second.name,
                line.kind.value,
                line.together,
                rounded(line.expected, 2),
                rounded(line.lift, 2),
                rounded(line.q, 4),
            ]
            for line in links.lines
        ),
    )


def trends_table(
    request: HttpRequest, name: str, trends: Iterable[Trend]
) -> HttpResponse:
    return table(
        request,
        name,
        ("tool", "event", "date", "teams", "of"),
        (
            [
                trend.tool.name,
                share.event.name,
                f"{share.event.starts_at.astimezone(share.event.zone):%Y-%m-%d}",
                share.teams,
                share.of,
            ]
            for trend in trends
            for share in trend.shares
        ),
    )


def history_table(request: HttpRequest, name: str, report: ToolReport) -> HttpResponse:
    return table(
        request,
        name,
        ("events", "score", "score_low", "score_high", "people"),
        (
            [
                " + ".join(event.name for event in events),
                *three(point.score, 1),
                point.score.n,
            ]
            for point, events in report.history
        ),
    )


def _estimate(estimate: Estimate | None, digits: int) -> dict[str, float] | None:
    if estimate is None:
        return None
    return {
        "value": round(estimate.value, digits),
        "low": round(estimate.low, digits),
        "high": round(estimate.high, digits),
        "n": estimate.n,
    }


def tool_data(row: ToolRow) -> dict[str, Any]:
    verdict = row.verdict
    return {
        "name": row.tool.name,
        "slug": row.tool.slug,
        "homepage": row.tool.homepage,
        "repository": row.tool.repository,
        "open_source": row.tool.is_open_source,
        "teams": row.teams,
        "events": row.events,
        "desired": _estimate(row.desired, 3),
        "verdict": verdict
        and {
            "reviewers": verdict.reviewers,
            "umux_lite": _estimate(verdict.score, 1),
            "sus_equivalent": round(verdict.sus, 1)
            if verdict.sus is not None
            else None,
            "again": _estimate(verdict.again, 3),
            "helped": {theme.slug: theme.count for theme in verdict.helped},
            "in_the_way": {theme.slug: theme.count for theme in verdict.in_the_way},
        },
    }


def landscape_data(rooms: Iterable[Room], links: Links) -> dict[str, Any]:
    return {
        "rooms": [
            {
                "category": room.category.name,
                "state": room.state.value,
                "teams": room.overlap.of,
                "teams_with_two_or_more": room.overlap.teams,
                "open_source": _estimate(room.open_source, 3),
                "tools": [tool_data(row) for row in room.rows],
            }
            for room in rooms
        ],
        "links": [
            {
                "tools": [line.first.slug, line.second.slug],
                "kind": line.kind.value,
                "teams_with_both": line.together,
                "expected_by_chance": round(line.expected, 2),
                "q": round(line.q, 4),
            }
            for line in links.lines
        ],
        "notes": {
            "interval": 0.9,
            "answers": "A null stands where too few people have answered.",
        },
    }


def landscape_file(rooms: Iterable[Room]) -> str:
    """As ``landscape.yml``, with how many teams and events used each tool."""
    rooms = list(rooms)
    return landscape_yml.dump(
        [(room.category, [row.tool for row in room.rows]) for room in rooms],
        {
            row.tool.pk: {"teams": str(row.teams), "events": str(row.events)}
            for room in rooms
            for row in room.rows
        },
    )
