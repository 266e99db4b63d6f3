"""Who came, as far as the desk's list tells.

A check-in before the day of the event was a rehearsal. And where only a few were
checked in, nobody kept the list: then everybody who was to come counts as having come.
"""

from datetime import datetime, time

from events.models import Event, Registration, RegistrationQuerySet

Status = Registration.Status
# At least one in so many of those who were to come, or the list was not kept.
KEPT_FROM = 4


def day_begins(event: Event) -> datetime:
    """Midnight before the doors open, where the event is."""
    day = event.starts_at.astimezone(event.zone).date()
    return datetime.combine(day, time.min, event.zone)


def arrived(event: Event) -> RegistrationQuerySet:
    """Checked in on the day, or later."""
    return event.registrations.filter(
        status=Status.CHECKED_IN, checked_in_at__gte=day_begins(event)
    )


def is_list_kept(event: Event) -> bool:
    here = arrived(event).count()
    return here > 0 and here * KEPT_FROM >= event.registrations.taking_part().count()


def who_came(event: Event) -> RegistrationQuerySet:
    """Those who arrived; everybody who was to come where no list was kept."""
    if is_list_kept(event):
        return arrived(event)
    return event.registrations.taking_part()


def who_did_not_come(event: Event) -> RegistrationQuerySet:
    """Nobody before the doors open, nor where no list was kept."""
    if not event.has_begun or not is_list_kept(event):
        return event.registrations.none()
    return event.registrations.taking_part().exclude(pk__in=arrived(event))
