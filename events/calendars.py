"""An event for calendar programs (RFC 5545)."""

from datetime import UTC, datetime

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar
from icalendar import Event as Entry

from events.models import Event


def calendar_of(event: Event, link: str) -> bytes:
    """The whole event and each item of its agenda; times in UTC, so no zone is lost."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//{settings.SITE_NAME}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", event.name)
    calendar.add("x-wr-timezone", event.time_zone)
    calendar.add_component(
        _entry(
            uid=f"event-{event.pk}",
            name=event.name,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            where=event.venue,
            about=event.tagline,
            link=link,
        )
    )
    for item in event.agenda.all():
        calendar.add_component(
            _entry(
                uid=f"agenda-{item.pk}",
                name=f"{event.name}: {item.title}",
                starts_at=item.starts_at,
                ends_at=item.ends_at,
                where=", ".join(filter(None, [item.room, event.venue])),
                about=item.description,
                link=link,
            )
        )
    return bytes(calendar.to_ical())


def _entry(
    *,
    uid: str,
    name: str,
    starts_at: datetime,
    ends_at: datetime | None,
    where: str,
    about: str,
    link: str,
) -> Entry:
    entry = Entry()
    host = settings.SITE_URL.partition("//")[2]
    entry.add("uid", f"{uid}@{host}")
    entry.add("dtstamp", timezone.now())
    entry.add("summary", name)
    entry.add("dtstart", starts_at.astimezone(UTC))
    if ends_at is not None:
        entry.add("dtend", ends_at.astimezone(UTC))
    if where:
        entry.add("location", where)
    if about:
        entry.add("description", about)
    entry.add("url", link)
    return entry
