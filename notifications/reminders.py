"""Whom to remind before which deadline. Apps above register theirs with ``remind``.

Nothing is planned days ahead: each minute the sweep asks who should be reminded *now*.
The outbox's unique key (reminder, event, deadline, person) is the memory, so two
sweeps, a dead beat or a late one change nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from core import wall_clock
from events.models import Event, Phase, PhaseWindow
from notifications import delivery
from notifications.models import Notification, ReminderRule, Topic
from notifications.outbox import notify, notify_address


@dataclass(frozen=True)
class Addressee:
    """Somebody with a link of their own into Menlo; they may have no account."""

    address: str
    name: str
    path: str
    user: User | None = None


Who = Callable[[Event], Iterable[User | Addressee]]


@dataclass(frozen=True)
class Reminder:
    kind: str
    template: str
    phase: Phase
    before: timedelta
    topic: Topic
    who: Who
    # Also if its deadline moves: the same person is never asked again.
    once: bool = False


register: dict[str, Reminder] = {}


def remind(
    template: str,
    *,
    phase: Phase,
    before: timedelta,
    topic: Topic = Topic.REMINDER,
    once: bool = False,
) -> Callable[[Who], Who]:
    """Mail those whom the function names, once, from ``before`` the end of ``phase``.

    The function is asked when the moment has come, so it knows who still needs it. A
    moved deadline is another occasion, unless ``once`` says that it is not.
    """

    def add(who: Who) -> Who:
        kind = f"{who.__module__.partition('.')[0]}.{getattr(who, '__name__', '')}"
        register[kind] = Reminder(kind, template, phase, before, topic, who, once)
        return who

    return add


def queue_due() -> None:
    """Owe each reminder whose time has come and whose deadline has not passed."""
    now = timezone.now()
    windows = (
        PhaseWindow.objects.filter(
            closes_at__gt=now,
            opens_at__lte=now,
            event__is_published=True,
            phase__in={reminder.phase for reminder in register.values()},
        )
        .select_related("event")
        .prefetch_related("event__windows", "event__reminder_rules")
    )
    for window in windows:
        for reminder in register.values():
            if reminder.phase == window.phase and _is_time(reminder, window):
                _queue(reminder, window)


def _is_time(reminder: Reminder, window: PhaseWindow) -> bool:
    before = reminder.before
    rule = _rule_of(reminder, window.event)
    if rule is not None:
        if not rule.is_on:
            return False
        before = timedelta(hours=rule.hours_before)
    begins = wall_clock.before(window.closes_at, before, window.event.zone)
    return begins <= timezone.now()


def _rule_of(reminder: Reminder, event: Event) -> ReminderRule | None:
    rules = event.reminder_rules.all()
    return next((rule for rule in rules if rule.kind == reminder.kind), None)


def _queue(reminder: Reminder, window: PhaseWindow) -> None:
    event = window.event
    local = window.closes_at.astimezone(event.zone)
    occasion = "once" if reminder.once else f"{window.closes_at:%Y%m%dT%H%M%S}"
    key = f"reminder:{reminder.kind}:{event.pk}:{occasion}"
    context = {
        "event": event.name,
        "deadline": f"{date_format(local, 'l j F, H:i')} {local.tzname()}",
    }
    people = list(reminder.who(event))
    paths = {
        person.user.pk: person.path
        for person in people
        if isinstance(person, Addressee) and person.user
    }
    accounts = (p if isinstance(p, User) else p.user for p in people)
    notify(
        [user for user in accounts if user],
        reminder.template,
        key=key,
        event=event,
        topic=reminder.topic,
        context={**context, "path": event.get_absolute_url()},
        paths=paths,
        expires_at=window.closes_at,
    )
    for person in people:
        if isinstance(person, Addressee) and person.user is None:
            notify_address(
                person.address,
                reminder.template,
                key=f"{key}:{person.address}",
                event=event,
                topic=reminder.topic,
                context={**context, "name": person.name, "path": person.path},
                expires_at=window.closes_at,
            )


@delivery.doubts.append
def is_out_of_date(notification: Notification) -> str:
    """A reminder may have waited for the morning, or for an organiser's yes."""
    word, _colon, rest = notification.key.partition(":")
    reminder = register.get(rest.partition(":")[0]) if word == "reminder" else None
    event = notification.event
    if reminder is None or event is None:
        return ""
    window = event.window(reminder.phase)
    if window is None or window.closes_at != notification.expires_at:
        return "The deadline has moved."
    rule = _rule_of(reminder, event)
    if rule is not None and not rule.is_on:
        return "The organisers have switched this reminder off."
    addresses = {
        person.address if isinstance(person, Addressee) else person.email
        for person in reminder.who(event)
    }
    person = notification.recipient
    if (person.email if person else notification.address) not in addresses:
        return "The person has done it, or takes no part any more."
    return ""


# Beat knows it by this name; it lives here because tasks lie below the register.
@shared_task(name="notifications.tasks.queue_reminders")
def queue_reminders() -> None:
    queue_due()
