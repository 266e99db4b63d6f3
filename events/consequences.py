"""What a change of an event does to people, to be confirmed before it is made.

Nobody is ever dropped by such a change; whoever makes it only has to have read it. Apps
above this one add what they know, each in its ``consequences.py``.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
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


def day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{date_format(local, 'D j M Y, H:i')} {local.tzname()}"


def people_who_know(event: Event) -> int:
    """How many have registered for what is published."""
    if not event.is_published:
        return 0
    return event.registrations.standing().count()


def news_for_people(event: Event, changed: Mapping[str, Any]) -> list[str]:
    """What those who have registered would have to be told, a line each."""
    zone = ZoneInfo(changed.get("time_zone") or event.time_zone)
    starts_at = changed.get("starts_at", event.starts_at)
    ends_at = changed.get("ends_at", event.ends_at)
    news = []
    for what, before, after in [
        (_("It begins"), event.starts_at, starts_at),
        (_("It ends"), event.ends_at, ends_at),
    ]:
        old, new = day(before, event.zone), day(after, zone)
        if old != new:
            news.append(f"{what}: {old} → {new}")
    place = changed.get("venue", event.venue)
    if place != event.venue:
        nowhere = _("not known yet")
        news.append(f"{_('The place')}: {event.venue or nowhere} → {place or nowhere}")
    return news + earlier_phases(event, changed, zone)


def earlier_phases(
    event: Event, changed: Mapping[str, Any], zone: ZoneInfo
) -> list[str]:
    """Phases that would begin later or end earlier than people have read, or never."""
    if "windows" not in changed:
        return []
    planned = {window.phase: window for window in changed["windows"]}
    now = timezone.now()
    news = []
    for window in event.windows.all():
        new = planned.get(window.phase)
        if new is None:
            news.append(_("%(phase)s: not any more") % {"phase": window})
            continue
        moves = [
            (_("%(phase)s opens"), window.opens_at, new.opens_at, 1),
            (_("%(phase)s closes"), window.closes_at, new.closes_at, -1),
        ]
        for what, before, after, worse in moves:
            if before > now and worse * (after - before) >= timedelta(minutes=1):
                news.append(
                    f"{what % {'phase': window}}: {day(before, event.zone)} → "
                    f"{day(after, zone)}"
                )
    return news


@consequence
def people_have_read_otherwise(
    event: Event, changed: Mapping[str, Any]
) -> Iterator[str]:
    news = news_for_people(event, changed)
    people = people_who_know(event) if news else 0
    if people:
        yield ngettext(
            "%(people)d person has registered and knows it otherwise:\n%(news)s",
            "%(people)d people have registered and know it otherwise:\n%(news)s",
            people,
        ) % {"people": people, "news": "\n".join(news)}


@consequence
def open_again(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    """Phases that have ended: what came late would count, or work change once more."""
    if not event.is_published:
        return
    zone = ZoneInfo(changed.get("time_zone") or event.time_zone)
    planned = {window.phase: window for window in changed.get("windows", ())}
    now = timezone.now()
    phases = [
        _("%(phase)s, until %(day)s")
        % {"phase": window, "day": day(planned[window.phase].closes_at, zone)}
        for window in event.windows.all()
        if window.closes_at <= now
        and window.phase in planned
        and planned[window.phase].closes_at > now
    ]
    if phases:
        yield _(
            "These phases are over, and would be open again for everybody:\n%(phases)s"
        ) % {"phases": "\n".join(phases)}


@consequence
def taken_off_the_site(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    if changed.get("is_published", True) or not (people := people_who_know(event)):
        return
    yield ngettext(
        "%(people)d person has registered. Unpublished, the event's pages, their "
        "ticket and all links in mails lead nowhere, and nobody moves up from the "
        "waiting list.",
        "%(people)d people have registered. Unpublished, the event's pages, their "
        "tickets and all links in mails lead nowhere, and nobody moves up from the "
        "waiting list.",
        people,
    ) % {"people": people}


@consequence
def another_address(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    slug = changed.get("slug", event.slug)
    if slug != event.slug and people_who_know(event):
        yield _(
            "The address changes from %(old)s to %(new)s. Links in mails and on "
            "tickets keep leading here; no other event can have the old address."
        ) % {"old": event.slug, "new": slug}


@consequence
def other_conduct(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    new = changed.get("code_of_conduct", event.code_of_conduct)
    if new == event.code_of_conduct or not event.code_of_conduct:
        return
    people = event.registrations.standing().exclude(conduct_digest="").count()
    if people:
        yield ngettext(
            "%(people)d person has accepted the code of conduct as it was. They keep "
            "seeing what they accepted, and are not asked again.",
            "%(people)d people have accepted the code of conduct as it was. They keep "
            "seeing what they accepted, and are not asked again.",
            people,
        ) % {"people": people}


@consequence
def other_hosts(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    series = changed.get("series")
    if series is not None and series != event.series:
        yield _(
            "From then on the organisers of %(new)s run this event, and those of "
            "%(old)s no longer do."
        ) % {"new": series, "old": event.series}


@consequence
def published_in_the_past(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    """Of a new event, too: ``event`` is not saved then."""
    ends_at = changed.get("ends_at") or event.ends_at
    is_shown = changed.get("is_published", event.is_published)
    is_news = not event.is_published or ends_at != event.ends_at
    if is_shown and is_news and ends_at < timezone.now():
        zone = ZoneInfo(changed.get("time_zone") or event.time_zone)
        yield _(
            "This event was over on %(day)s. Is the year right? Published, it stands "
            "among the past events."
        ) % {"day": day(ends_at, zone)}


@consequence
def items_on_other_days(event: Event, changed: Mapping[str, Any]) -> Iterator[str]:
    """Parts of the agenda more than a day away from the event, once it is public."""
    if "agenda" not in changed or not changed.get("is_published", event.is_published):
        return
    begins = changed.get("starts_at", event.starts_at) - timedelta(days=1)
    over = changed.get("ends_at", event.ends_at) + timedelta(days=1)
    known = {(item.pk, item.starts_at) for item in event.agenda.all()}
    is_moved = (begins, over) != (
        event.starts_at - timedelta(days=1),
        event.ends_at + timedelta(days=1),
    )
    is_news = is_moved or not event.is_published
    zone = ZoneInfo(changed.get("time_zone") or event.time_zone)
    outside = [
        f"{item.title}: {day(item.starts_at, zone)}"
        for item in changed["agenda"]
        if not begins <= item.starts_at <= over
        and (is_news or (item.pk, item.starts_at) not in known)
    ]
    if outside:
        yield _("These parts of the agenda are not on the event's days:\n%(items)s") % {
            "items": "\n".join(outside)
        }
