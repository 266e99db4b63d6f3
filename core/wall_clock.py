"""Adding to moments as people mean it: by the clock on the wall of a place.

"A week later" and "the day before" keep the hour on the clock, also where the clock
changes in between. Two hours of a year are special. One that does not exist (it is
skipped in spring) becomes the same time after the gap: 02:30 is read as 03:30. One that
comes twice (in autumn) is its first.
"""

from datetime import UTC, datetime, timedelta, tzinfo

QUARTER = timedelta(minutes=15)


def move(
    at: datetime, by: timedelta, zone: tzinfo, to: tzinfo | None = None
) -> datetime:
    """``at`` plus ``by`` on the clock of ``zone``; read in zone ``to``, if any."""
    if not by and to is None:
        return at  # also in the second of two equal hours
    there = (at.astimezone(zone).replace(tzinfo=None) + by).replace(tzinfo=to or zone)
    return there.astimezone(UTC)


def move_span(
    starts_at: datetime, ends_at: datetime, by: timedelta, zone: tzinfo
) -> tuple[datetime, datetime]:
    """Both ends by the clock. What would end before it starts keeps its length.

    That happens only where one of the ends falls into an hour that the clock skips or
    has twice.
    """
    start, end = move(starts_at, by, zone), move(ends_at, by, zone)
    return start, end if end > start else start + (ends_at - starts_at)


def shift_between(then: datetime, now: datetime, zone: tzinfo) -> timedelta:
    """How far apart two moments are on the clock of ``zone``."""
    there = now.astimezone(zone).replace(tzinfo=None)
    return there - then.astimezone(zone).replace(tzinfo=None)


def before(at: datetime, lead: timedelta, zone: tzinfo) -> datetime:
    """``lead`` before ``at``: its whole days by the clock, its hours as they pass."""
    days = timedelta(days=lead.days)
    return move(at, -days, zone) - (lead - days)


def to_the_quarter(at: datetime, zone: tzinfo) -> datetime:
    """The nearest quarter of an hour on the clock of ``zone``."""
    local = at.astimezone(zone)
    past = timedelta(
        minutes=local.minute % 15, seconds=local.second, microseconds=local.microsecond
    )
    return at + (QUARTER - past if past * 2 >= QUARTER else -past)
