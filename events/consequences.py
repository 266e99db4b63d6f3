"""What a change of an event does to people, to be confirmed before it is made.

Nobody is ever dropped by such a change; whoever makes it only has to have read it. Apps
above this one add what they know, each in its ``consequences.py``.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.wall_clock import move
from events.models import Event

# From the event as it is and the fields as they will be: sentences.
Consequence = Callable[[Event, Mapping[str, Any]], Iterator[str]]
register: list[Consequence] = []
MOST_NAMES = 20


def consequence(find: Consequence) -> Consequence:
    register.append(find)
    return find


def consequences(event: Event, changed: Mapping[str, Any]) -> list[str]:
    return [text for find in register for text in find(event, changed)]


def name_some(names: list[str]) -> str:
    """The first twenty, and how many more there are."""
    shown = ", ".join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    if more <= 0:
        return shown
    return f"{shown} {ngettext('and %d more', 'and %d more', more) % more}"


@consequence
def fewer_places(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    capacity = changed.get("capacity")
    if capacity is None or capacity == event.capacity:
        return
    holding = event.registrations.holding_a_place().select_related("user")
    last = [str(row.user) for row in holding.order_by("queued_at", "pk")[capacity:]]
    if last:
        yield _(
            "%(taken)d people have a place, and there would be %(places)d. All of them "
            "keep it; nobody new gets one. The last to come were: %(names)s."
        ) % {
            "taken": capacity + len(last),
            "places": capacity,
            "names": name_some(last),
        }


@consequence
def another_zone(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    name = changed.get("time_zone")
    if not name or name == event.time_zone:
        return
    zone = ZoneInfo(name)
    moves = [
        _("%(what)s: %(before)s → %(after)s")
        % {
            "what": what,
            "before": moment(at, event.zone),
            "after": moment(later, zone),
        }
        for what, at, later in moments(event, zone, changed)
        if abs(later - at) >= timedelta(minutes=1)  # seconds are not typed
    ]
    if moves:
        yield _(
            "The time zone changes from %(old)s to %(new)s. The hours on the clock "
            "stay as they are typed, so these move:\n%(moves)s"
        ) % {"old": event.time_zone, "new": name, "moves": "\n".join(moves)}


def moments(
    event: Event, zone: ZoneInfo, changed: Mapping[str, Any]
) -> Iterator[tuple[str | Promise, datetime, datetime]]:
    """What, when it is, and when it will be: phases and agenda by the same clock."""

    def by_the_clock(at: datetime) -> datetime:
        return move(at, timedelta(), event.zone, zone)

    yield _("doors open"), event.starts_at, changed.get("starts_at", event.starts_at)
    yield _("it is over"), event.ends_at, changed.get("ends_at", event.ends_at)
    for window in event.windows.all():
        opens = _("%(phase)s opens") % {"phase": window}
        closes = _("%(phase)s closes") % {"phase": window}
        yield opens, window.opens_at, by_the_clock(window.opens_at)
        yield closes, window.closes_at, by_the_clock(window.closes_at)
    for item in event.agenda.all():
        yield item.title, item.starts_at, by_the_clock(item.starts_at)


def moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{date_format(local, 'D j M, H:i')} {local.tzname()}"
