"""A reminder that waited is asked for once more before it leaves."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from events.models import Phase
from notifications import delivery
from notifications.actions import answer_held
from notifications.models import Notification, ReminderRule
from notifications.reminders import queue_reminders, register
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.notifications import NotificationFactory

pytestmark = pytest.mark.django_db
Status = Notification.Status
KINDS = sorted(register)


def owed(event, kind, monkeypatch):
    """A reminder of this kind that its person still needs."""
    reminder = register[kind]
    closes = timezone.now() + timedelta(hours=1)
    window, _made = event.windows.update_or_create(
        phase=reminder.phase,
        defaults={"opens_at": timezone.now(), "closes_at": closes},
    )
    person = UserFactory()
    wanted = [person]
    monkeypatch.setitem(
        register, kind, type(reminder)(**{**vars(reminder), "who": lambda _e: wanted})
    )
    row = NotificationFactory(
        key=f"reminder:{kind}:{event.pk}:x:{person.pk}",
        event=event,
        recipient=person,
        topic=reminder.topic,
        template=reminder.template,
        expires_at=closes,
    )
    return row, window, wanted


def done_meanwhile(_event, _kind, _window, wanted):
    wanted.clear()


def switched_off_meanwhile(event, kind, _window, _wanted):
    ReminderRule.objects.create(event=event, kind=kind, hours_before=5, is_on=False)


def deadline_moved_meanwhile(_event, _kind, window, _wanted):
    window.closes_at += timedelta(minutes=30)
    window.save()


def nothing(*_everything):
    pass


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (nothing, ""),
        (done_meanwhile, "has done it"),
        (switched_off_meanwhile, "switched this reminder off"),
        (deadline_moved_meanwhile, "deadline has moved"),
    ],
)
def test_no_reminder_leaves_that_nobody_needs_any_more(
    event, kind, happens, reason, monkeypatch, mailoutbox
):
    row, window, wanted = owed(event, kind, monkeypatch)

    happens(event, kind, window, wanted)
    delivery.deliver(row.pk)

    row.refresh_from_db()
    assert reason in row.error
    assert row.status == (Status.CANCELLED if reason else Status.SENT)
    assert len(mailoutbox) == (not reason)


@pytest.fixture
def last_call(time_machine):
    """Somebody who came last time is owed the last call for a house with one seat."""
    time_machine.move_to(datetime(2026, 11, 23, 21, 30, tzinfo=UTC), tick=False)
    now = timezone.now()
    event = EventFactory(
        capacity=1,
        holds_mail=False,
        starts_at=now + timedelta(days=3),
        ends_at=now + timedelta(days=4),
    )
    event.windows.update_or_create(
        phase=Phase.REGISTRATION,
        defaults={"opens_at": now, "closes_at": now + timedelta(days=1)},
    )
    past = EventFactory(
        series=event.series,
        starts_at=now - timedelta(days=40),
        ends_at=now - timedelta(days=39),
    )
    person = RegistrationFactory(
        event=past, status="checked_in", checked_in_at=past.starts_at
    ).user

    def owe(**fields):
        type(person).objects.filter(pk=person.pk).update(
            **{name: value for name, value in fields.items() if name != "holds_mail"}
        )
        event.holds_mail = fields.get("holds_mail", False)
        event.save()
        queue_reminders()
        return Notification.objects.get(template__endswith="registration_closes")

    owe.event = event
    return owe


def test_a_last_call_that_waits_for_the_morning_needs_room_then(
    last_call, time_machine, mailoutbox
):
    row = last_call(quiet_from=time(22), quiet_until=time(7), time_zone="Europe/Berlin")
    delivery.deliver(row.pk)
    row.refresh_from_db()
    assert row.status == Status.QUEUED
    RegistrationFactory(event=last_call.event)

    time_machine.move_to(row.send_after, tick=False)
    delivery.deliver(row.pk)

    row.refresh_from_db()
    assert (row.status, mailoutbox) == (Status.CANCELLED, [])


@pytest.mark.parametrize("is_full", [True, False])
def test_a_last_call_that_waits_for_an_organiser_needs_room_then(
    last_call, organiser, is_full, mailoutbox
):
    row = last_call(holds_mail=True)
    assert row.status == Status.HELD
    if is_full:
        RegistrationFactory(event=last_call.event)

    answer_held(last_call.event, organiser, row.template, send=True)
    delivery.deliver(row.pk)

    row.refresh_from_db()
    assert row.status == (Status.CANCELLED if is_full else Status.SENT)
