"""An event for calendar programs (RFC 5545), which ask again (RFC 7986)."""

from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from django.conf import settings
from icalendar import Calendar
from icalendar import Event as Entry

from events.models import AgendaItem, Event

ASK_AGAIN = timedelta(hours=1)
# Of an item that nobody gave an end, and that nothing follows.
USUAL_LENGTH = timedelta(hours=1)


def calendar_of(event: Event, link: str) -> bytes:
    """The whole event and each item of its agenda; times in UTC, so no zone is lost.

    The same row gives the same bytes. Of an event that was taken off the site remains
    that it is cancelled, for calendars that have it.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//{settings.SITE_NAME}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", event.name)
    calendar.add("x-wr-timezone", event.time_zone)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(
        _entry(
            event,
            uid=f"event-{event.pk}",
            name=event.name,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            changed_at=event.updated_at,
            where=event.venue,
            about=event.tagline,
            link=link,
        )
    )
    items = list(event.agenda.all()) if event.is_published else []
    for item, following in zip_longest(items, items[1:]):
        calendar.add_component(
            _entry(
                event,
                uid=f"agenda-{item.pk}",
                name=f"{event.name}: {item.title}",
                starts_at=item.starts_at,
                ends_at=item.ends_at or _usual_end(item, following),
                changed_at=item.updated_at,
                where=", ".join(filter(None, [item.room, event.venue])),
                about=item.description,
                link=link,
            )
        )
    return bytes(calendar.to_ical())


def _usual_end(item: AgendaItem, following: AgendaItem | None) -> datetime:
    """When the next thing begins, if that is soon."""
    end = item.starts_at + USUAL_LENGTH
    if following and item.starts_at < following.starts_at < end:
        return following.starts_at
    return end


def _entry(
    event: Event,
    *,
    uid: str,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    changed_at: datetime,
    where: str,
    about: str,
    link: str,
) -> Entry:
    entry = Entry()
    host = settings.SITE_URL.partition("//")[2]
    # A later change has a higher number, and never a lower one (RFC 5545, 3.8.7.4).
    number = int((changed_at - event.created_at).total_seconds())
    entry.add("uid", f"{uid}@{host}")
    entry.add("dtstamp", changed_at)
    entry.add("last-modified", changed_at)
    entry.add("sequence", max(number, 0))
    entry.add("status", "CONFIRMED" if event.is_published else "CANCELLED")
    entry.add("summary", name)
    entry.add("dtstart", starts_at.astimezone(UTC))
    entry.add("dtend", ends_at.astimezone(UTC))
    if where:
        entry.add("location", where)
    if about:
        entry.add("description", about)
    entry.add("url", link)
    return entry
