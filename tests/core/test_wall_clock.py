"""Sums of dates by the clock on the wall, in zones that change it differently."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from core.wall_clock import before, move, move_span, shift_between, to_the_quarter

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",  # half an hour
        "Africa/Casablanca",  # back for Ramadan
        "America/Santiago",
        "Asia/Kathmandu",
        "UTC",
    )
]
moments = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    datetime(2032, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(second=0, microsecond=0))
shifts = st.integers(-800, 800).map(lambda days: timedelta(days=days))


def on_the_wall(at, zone):
    return at.astimezone(zone).replace(tzinfo=None)


def exists_once(wall, zone):
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return first.utcoffset() == second.utcoffset()


@given(at=moments, by=shifts, zone=st.sampled_from(ZONES))
def test_a_moved_moment_keeps_its_hour_on_the_clock(at, by, zone):
    wanted = on_the_wall(at, zone) + by

    moved = move(at, by, zone)

    if exists_once(wanted, zone):
        assert on_the_wall(moved, zone) == wanted
        assert shift_between(at, moved, zone) == by
    else:  # skipped: later by the gap; twice: the first of the two
        assert on_the_wall(moved, zone) - wanted in (HOUR, HOUR / 2, timedelta())


@given(
    at=moments,
    minutes=st.integers(1, 3000),
    by=shifts,
    zone=st.sampled_from(ZONES),
)
def test_what_is_moved_still_ends_after_it_starts(at, minutes, by, zone):
    start, end = move_span(at, at + timedelta(minutes=minutes), by, zone)

    assert end > start
    assert start == move(at, by, zone)


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ((2026, 3, 22, 2, 30), "29 Mar 03:30 CEST"),  # 02:30 does not exist
        ((2026, 10, 18, 2, 30), "25 Oct 02:30 CEST"),  # the first of two
        ((2026, 10, 24, 9, 0), "31 Oct 09:00 CET"),
        ((2026, 3, 24, 9, 0), "31 Mar 09:00 CEST"),
    ],
)
def test_a_week_later_across_the_change(wall, expected):
    moved = move(datetime(*wall, tzinfo=BERLIN), timedelta(weeks=1), BERLIN)

    assert f"{moved.astimezone(BERLIN):%d %b %H:%M %Z}" == expected


def test_not_moving_changes_nothing_even_in_the_second_of_two_hours():
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    assert move(second, timedelta(), BERLIN) == second


def test_days_before_go_by_the_clock_and_hours_as_they_pass():
    deadline = datetime(2026, 10, 25, 18, tzinfo=BERLIN)

    assert before(deadline, timedelta(days=1), BERLIN) == datetime(
        2026, 10, 24, 18, tzinfo=BERLIN
    )
    assert before(deadline, timedelta(hours=2), BERLIN) == deadline - 2 * HOUR
    assert before(deadline, timedelta(days=1, hours=2), BERLIN) == datetime(
        2026, 10, 24, 16, tzinfo=BERLIN
    )


@given(at=moments, zone=st.sampled_from(ZONES))
def test_the_nearest_quarter_is_on_the_clock_and_near(at, zone):
    rounded = to_the_quarter(at, zone)

    assert rounded.astimezone(zone).minute % 15 == 0
    assert abs(rounded - at) <= timedelta(minutes=7, seconds=30)


# Sums with an event's moments that are right as time passes, and why.
AS_TIME_PASSES = {
    "events/models/windows.py": {
        "ends_at - starts_at",  # shares of the day
        "ends_at - demos",
        "demos_at - starts_at",
        "starts_at + (demos_at - starts_at) / 2",
    },
    # An event that would end before it starts keeps its length.
    "core/wall_clock.py": {"start + (ends_at - starts_at)", "ends_at - starts_at"},
    "events/planning.py": {
        "starts_at + (source.ends_at - source.starts_at)",
        "source.ends_at - source.starts_at",
    },
    # What was just typed carries its zone, so Python adds by the clock.
    "events/admin/forms.py": {"starts_at + DEFAULT_LENGTH"},
    # About a day, to tell a slip of the year from a breakfast.
    "events/consequences.py": {
        "changed.get('starts_at', event.starts_at) - timedelta(days=1)",
        "changed.get('ends_at', event.ends_at) + timedelta(days=1)",
        "event.starts_at - timedelta(days=1)",
        "event.ends_at + timedelta(days=1)",
    },
    # For calendars, which want an end; and a night that belongs to the day before.
    "events/calendars.py": {"item.starts_at + USUAL_LENGTH"},
    "events/days.py": {"event.ends_at.astimezone(event.zone) - NIGHT"},
    # Minutes of grace after a deadline.
    "judging/actions/cards.py": {"closes_at + grace"},
    "judging/actions/pairs.py": {"closes_at + grace"},
}
MOMENTS = ("starts_at", "ends_at", "opens_at", "closes_at")


def sums_of_moments(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.BinOp | ast.AugAssign) or not isinstance(
            node.op, ast.Add | ast.Sub
        ):
            continue
        text = ast.unparse(node)
        if any(name in text for name in MOMENTS) and "[" not in text:
            yield text


def test_every_sum_with_an_events_moment_goes_by_the_clock_or_says_why_not():
    found = {}
    for app in sorted({path.parent.name for path in Path().glob("*/apps.py")}):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            name = str(path.relative_to(settings.BASE_DIR))
            if "/migrations/" in name or name.startswith("dashboard/demo/"):
                continue
            if sums := set(sums_of_moments(path)):
                found[name] = sums

    assert found == AS_TIME_PASSES
