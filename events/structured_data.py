"""What search engines read about an event: https://schema.org/Hackathon."""

from typing import Any

from django.utils import timezone

from events.models import Event, Phase


def hackathon(event: Event, url: str) -> dict[str, Any]:
    """The event in the words of schema.org."""
    zone = event.zone
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Hackathon",
        "name": event.name,
        "url": url,
        "startDate": timezone.localtime(event.starts_at, zone).isoformat(),
        "endDate": timezone.localtime(event.ends_at, zone).isoformat(),
        "eventStatus": "https://schema.org/EventScheduled",
        "organizer": {
            "@type": "Organization",
            "name": event.series.name,
            **({"url": event.series.website} if event.series.website else {}),
        },
        "isAccessibleForFree": True,
    }
    if event.tagline:
        described["description"] = event.tagline
    if event.venue:
        described["location"] = {
            "@type": "Place",
            "name": event.venue,
            "address": event.venue,
        }
        described["eventAttendanceMode"] = (
            "https://schema.org/OfflineEventAttendanceMode"
        )
    if event.capacity:
        described["maximumAttendeeCapacity"] = event.capacity
    window = event.window(Phase.REGISTRATION)
    if window:
        described["offers"] = {
            "@type": "Offer",
            "price": 0,
            "priceCurrency": "EUR",
            "url": url,
            "validFrom": timezone.localtime(window.opens_at, zone).isoformat(),
        }
    return described
