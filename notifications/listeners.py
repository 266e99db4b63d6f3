"""Mails about people's places and the organisers' news; events knows no mail."""

from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from core.markdown import as_text
from events import hooks
from events.attendance import who_came
from events.models import Announcement, Event, Phase, Registration
from notifications.outbox import Topic, notify
from notifications.reminders import remind


def _tell(registration: Registration, occasion: str) -> None:
    event = registration.event
    # Who registers anew after cancelling is told anew: the time of asking differs.
    asked = f"{registration.queued_at:%Y%m%d%H%M%S%f}"
    notify(
        [registration.user],
        f"notifications/email/registration_{occasion}",
        key=f"registration-{occasion}:{registration.pk}:{asked}",
        event=event,
        context={
            "event_name": event.name,
            "place": event.venue,
            "starts": starts_of(event),
            "path": registration.get_absolute_url(),
        },
    )


@hooks.registration_received
def tell_received(registration: Registration) -> None:
    _tell(registration, "received")


@hooks.registration_confirmed
def tell_confirmed(registration: Registration) -> None:
    _tell(registration, "confirmed")


@hooks.registration_waitlisted
def tell_waitlisted(registration: Registration) -> None:
    _tell(registration, "waitlisted")


@hooks.registration_promoted
def tell_promoted(registration: Registration) -> None:
    _tell(registration, "promoted")


@hooks.registration_declined
def tell_declined(registration: Registration) -> None:
    _tell(registration, "declined")


@hooks.registration_cancelled
def tell_cancelled(registration: Registration, user: User) -> None:
    """A person knows what they did themselves; an organiser's doing is news."""
    if user.pk != registration.user_id:
        _tell(registration, "cancelled")


@hooks.announcement_published
def mail_announcement(announcement: Announcement, by_mail: bool) -> None:  # noqa: FBT001
    if not by_mail:
        return
    event = announcement.event
    notify(
        User.objects.filter(registrations__in=event.registrations.taking_part()),
        "notifications/email/announcement",
        key=f"announcement:{announcement.pk}",
        event=event,
        topic=Topic.NEWS,
        context={
            "event_name": event.name,
            "text": as_text(announcement.text),
            "path": event.get_absolute_url(),
        },
    )


def _people_of(event: Event) -> QuerySet[User]:
    """Who has a place or waits for one."""
    return User.objects.filter(
        is_active=True, registrations__in=event.registrations.standing()
    )


def starts_of(event: Event) -> str:
    starts = event.starts_at.astimezone(event.zone)
    return f"{date_format(starts, 'l j F Y, H:i')} {starts.tzname()}"


@hooks.event_changed
def mail_changes(event: Event, news: list[str]) -> None:
    notify(
        _people_of(event),
        "notifications/email/event_changed",
        key=f"event-changed:{event.pk}:{event.updated_at:%Y%m%d%H%M%S%f}",
        event=event,
        context={
            "event_name": event.name,
            "news": news,
            "path": reverse("events:registration", args=[event.slug]),
        },
    )


@hooks.event_called_off
def mail_called_off(event: Event) -> None:
    notify(
        _people_of(event),
        "notifications/email/event_called_off",
        key=f"event-called-off:{event.pk}:{event.updated_at:%Y%m%d%H%M%S%f}",
        event=event,
        context={
            "event_name": event.name,
            "place": event.venue,
            "starts": starts_of(event),
            "path": "/",
        },
    )


@hooks.event_copied
def copy_words(source: Event, event: Event) -> None:
    """The organisers' own words and the hours of their reminders go along."""
    for rows in (source.mail_texts.all(), source.reminder_rules.all()):
        for row in rows:
            row.pk = None
            row._state.adding = True
            row.event = event
            row.save()


@remind(
    "notifications/email/registration_closes",
    phase=Phase.REGISTRATION,
    before=timedelta(days=2),
)
def registration_closes(event: Event) -> list[User]:
    """Who came to the series before and has not answered yet; while there is room."""
    if not event.has_room:
        return []
    earlier = Event.objects.filter(
        series=event.series_id,
        ends_at__lte=min(event.starts_at, timezone.now()),
    )
    came = {
        user
        for past in earlier
        for user in who_came(past).values_list("user", flat=True)
    }
    people = User.objects.filter(pk__in=came, is_active=True)
    return list(people.exclude(registrations__event=event))
