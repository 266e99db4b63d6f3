from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.actions import erase
from events import actions, hooks
from events.actions.registrations import (
    AlreadyHere,
    ConductHasChanged,
    EventIsFull,
    NoLongerAsking,
    PlaceIsGiven,
    RegistrationIsClosed,
    RegistrationWasDeclined,
)
from events.models import AuditEntry, Event, Phase, Registration
from notifications.models import Notification
from teams.models import Membership
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.races import race

Status = Registration.Status
pytestmark = pytest.mark.django_db


def coming(**fields):
    """An event whose doors open in two days; registration is open."""
    doors = timezone.now() + timedelta(days=2)
    return EventFactory(starts_at=doors, ends_at=doors + timedelta(hours=8), **fields)


@pytest.fixture
def event(db):
    return coming()


def register(event, user, **wishes):
    wishes.setdefault("conduct_digest", actions.conduct_digest(event))
    return actions.register_for_event(event, user, actions.Wishes(**wishes))


def mails():
    return sorted(
        Notification.objects.values_list("recipient__display_name", "template")
    )


def mail(user, occasion):
    return (user.display_name, f"notifications/email/registration_{occasion}")


def statuses(event):
    return Counter(event.registrations.values_list("status", flat=True))


def test_register_gives_a_place_and_tells(event, stranger):
    registration = register(
        event,
        stranger,
        answers={"1": "vegan"},
        in_directory=True,
        looking_for_team=True,
        pitch="Penguins",
    )

    registration.refresh_from_db()
    assert (registration.event, registration.user) == (event, stranger)
    assert registration.status == Status.CONFIRMED
    assert registration.answers == {"1": "vegan"}
    assert (registration.in_directory, registration.looking_for_team) == (True, True)
    assert registration.pitch == "Penguins"
    assert mails() == [mail(stranger, "confirmed")]
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.event) == (
        stranger,
        "events.registered",
        event,
    )


def test_register_keeps_which_code_of_conduct_was_accepted(stranger):
    event = coming(code_of_conduct="Be kind.")

    registration = register(event, stranger)

    assert registration.conduct_digest == actions.conduct_digest(event)
    assert timezone.now() - registration.conduct_accepted_at < timedelta(minutes=1)


def test_register_refuses_consent_to_an_older_text(stranger):
    event = coming(code_of_conduct="Be kind.")
    digest = actions.conduct_digest(event)
    Event.objects.update(code_of_conduct="Be very kind.")

    with pytest.raises(ConductHasChanged):
        register(event, stranger, conduct_digest=digest)

    assert not event.registrations.exists()


def test_register_twice_is_registering_once(event, stranger):
    first = register(event, stranger)

    again = register(event, stranger, pitch="other words")

    assert (again.pk, again.pitch) == (first.pk, "")
    assert mails() == [mail(stranger, "confirmed")]


@pytest.mark.parametrize(
    "standing", [Status.PENDING, Status.WAITLISTED, Status.CHECKED_IN]
)
def test_register_changes_nothing_for_who_has_asked(event, standing):
    arrived = timezone.now() if standing == Status.CHECKED_IN else None
    registration = RegistrationFactory(
        event=event, status=standing, checked_in_at=arrived
    )

    assert register(event, registration.user).status == standing
    assert mails() == []


@pytest.mark.parametrize("when", ["before", "after", "never", "draft"])
def test_register_refuses_when_registration_is_not_open(stranger, when):
    event = coming(phases=[] if when == "never" else [Phase.REGISTRATION])
    shift = timedelta(days=-2) if when == "after" else timedelta(days=2)
    if when in {"before", "after"}:
        window = event.windows.get()
        window.opens_at += shift
        window.closes_at += shift
        window.save()
    Event.objects.filter(pk=event.pk).update(is_published=when != "draft")

    with pytest.raises(RegistrationIsClosed):
        register(event, stranger)

    assert not event.registrations.exists()


def test_registration_closes_to_the_second_on_the_servers_clock(time_machine):
    event = coming(phases=[Phase.REGISTRATION])
    closes_at = event.windows.get().closes_at
    early, late = UserFactory.create_batch(2)

    time_machine.move_to(closes_at - timedelta(seconds=1), tick=False)
    assert register(event, early).status == Status.CONFIRMED
    time_machine.move_to(closes_at, tick=False)
    with pytest.raises(RegistrationIsClosed):
        register(event, late)

    assert list(event.registrations.values_list("user", flat=True)) == [early.pk]


def test_register_refuses_who_was_declined(event):
    declined = RegistrationFactory(event=event, status=Status.DECLINED)

    with pytest.raises(RegistrationWasDeclined):
        register(event, declined.user)


def test_register_again_after_cancelling(event, stranger):
    first = register(event, stranger)
    actions.cancel_registration(first, stranger)

    again = register(event, stranger, pitch="I am back")

    assert (again.pk, again.status) == (first.pk, Status.CONFIRMED)
    assert mails() == [mail(stranger, "confirmed")] * 2


def test_register_puts_people_on_the_waiting_list_when_full(stranger):
    event = coming(capacity=1)
    RegistrationFactory(event=event)

    registration = register(event, stranger)

    assert registration.status == Status.WAITLISTED
    assert mails() == [mail(stranger, "waitlisted")]


def test_register_waits_for_approval(stranger):
    event = coming(needs_approval=True, capacity=1)

    registration = register(event, stranger)

    assert registration.status == Status.PENDING
    assert mails() == [mail(stranger, "received")]


def test_register_lets_nobody_overtake_those_who_wait(stranger):
    event = coming(capacity=1)
    waiting = RegistrationFactory(event=event, status=Status.WAITLISTED)

    registration = register(event, stranger)

    waiting.refresh_from_db()
    assert (waiting.status, registration.status) == (
        Status.CONFIRMED,
        Status.WAITLISTED,
    )


@pytest.mark.django_db(transaction=True)
def test_register_never_gives_more_places_than_there_are():
    event = coming(capacity=3)
    rivals = UserFactory.create_batch(8)

    answers = race(*(partial(register, event, rival) for rival in rivals))

    expected = {Status.CONFIRMED: 3, Status.WAITLISTED: 5}
    assert Counter(answer.status for answer in answers) == expected
    assert statuses(event) == expected


@pytest.mark.django_db(transaction=True)
def test_a_double_click_registers_once(event, stranger):
    answers = race(*[partial(register, event, stranger)] * 4)

    assert len({answer.pk for answer in answers}) == 1
    assert event.registrations.count() == 1
    assert mails() == [mail(stranger, "confirmed")]


def test_cancel_hands_the_place_to_the_first_who_waits():
    event = coming(capacity=1)
    holder = RegistrationFactory(event=event, looking_for_team=True, in_directory=True)
    first = RegistrationFactory(event=event, status=Status.WAITLISTED)
    second = RegistrationFactory(event=event, status=Status.WAITLISTED)

    actions.cancel_registration(holder, holder.user)

    holder.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert holder.status == Status.CANCELLED
    assert (holder.looking_for_team, holder.in_directory) == (False, False)
    assert (first.status, second.status) == (Status.CONFIRMED, Status.WAITLISTED)
    assert mails() == [mail(first.user, "promoted")]


def test_cancel_twice_is_cancelling_once(event, attendee):
    registration = event.registrations.get()
    actions.cancel_registration(registration, attendee)

    actions.cancel_registration(registration, attendee)

    assert statuses(event) == {Status.CANCELLED: 1}
    assert AuditEntry.objects.filter(verb="events.cancelled").count() == 1


def test_cancel_refuses_after_check_in(event, attendee, organiser):
    registration = event.registrations.get()
    actions.check_in(registration, organiser)

    with pytest.raises(AlreadyHere):
        actions.cancel_registration(registration, attendee)

    assert statuses(event) == {Status.CHECKED_IN: 1}


def test_cancel_by_an_organiser_tells_the_person(event, attendee, organiser):
    actions.cancel_registration(event.registrations.get(), organiser)

    assert mails() == [mail(attendee, "cancelled")]


def test_cancel_frees_the_seat_in_a_team(event, team, teammate):
    actions.cancel_registration(event.registrations.get(user=teammate), teammate)

    assert not Membership.objects.filter(user=teammate).exists()


def test_cancel_undoes_everything_if_a_listener_fails(event, attendee):
    def fail(registration, user):
        raise RuntimeError

    hooks.registration_cancelled(fail)
    try:
        with pytest.raises(RuntimeError):
            actions.cancel_registration(event.registrations.get(), attendee)
    finally:
        hooks.registration_cancelled._listeners.remove(fail)

    assert statuses(event) == {Status.CONFIRMED: 1}


@pytest.mark.django_db(transaction=True)
def test_places_that_come_back_are_never_given_twice():
    event = coming(capacity=4)
    leavers = RegistrationFactory.create_batch(4, event=event)
    RegistrationFactory.create_batch(3, event=event, status=Status.WAITLISTED)
    newcomers = UserFactory.create_batch(2)

    race(
        *(partial(actions.cancel_registration, r, r.user) for r in leavers[:2]),
        *(partial(register, event, newcomer) for newcomer in newcomers),
    )

    assert statuses(event) == {
        Status.CONFIRMED: 4,
        Status.CANCELLED: 2,
        Status.WAITLISTED: 3,
    }
    promoted = Notification.objects.filter(
        template="notifications/email/registration_promoted"
    )
    assert promoted.count() == 2


def test_nobody_is_promoted_to_an_event_that_is_over(time_machine):
    event = coming(capacity=1)
    holder = RegistrationFactory(event=event)
    RegistrationFactory(event=event, status=Status.WAITLISTED)
    time_machine.move_to(event.ends_at)

    actions.cancel_registration(holder, holder.user)

    assert statuses(event) == {Status.CANCELLED: 1, Status.WAITLISTED: 1}


def test_approve_gives_the_place_that_was_kept(organiser, event):
    registration = RegistrationFactory(event=event, status=Status.PENDING)

    for _attempt in range(2):
        actions.approve_registration(registration, organiser)

    assert statuses(event) == {Status.CONFIRMED: 1}
    assert mails() == [mail(registration.user, "confirmed")]


def test_approve_takes_somebody_from_the_waiting_list(organiser, event):
    registration = RegistrationFactory(event=event, status=Status.WAITLISTED)

    actions.approve_registration(registration, organiser)

    assert statuses(event) == {Status.CONFIRMED: 1}


@pytest.mark.parametrize("status", [Status.WAITLISTED, Status.DECLINED])
def test_approve_refuses_without_room(organiser, event, status):
    Event.objects.filter(pk=event.pk).update(capacity=1)
    RegistrationFactory(event=event)
    registration = RegistrationFactory(event=event, status=status)

    with pytest.raises(EventIsFull):
        actions.approve_registration(registration, organiser)


@pytest.mark.parametrize(
    "answer", [actions.approve_registration, actions.decline_registration]
)
def test_no_answer_to_who_has_cancelled(organiser, event, answer):
    registration = RegistrationFactory(event=event, status=Status.CANCELLED)

    with pytest.raises(NoLongerAsking):
        answer(registration, organiser)


def test_decline_tells_and_hands_on_the_place(organiser, event):
    Event.objects.filter(pk=event.pk).update(capacity=1, needs_approval=True)
    pending = RegistrationFactory(event=event, status=Status.PENDING)
    waiting = RegistrationFactory(event=event, status=Status.WAITLISTED)

    for _attempt in range(2):
        actions.decline_registration(pending, organiser)

    assert statuses(event) == {Status.DECLINED: 1, Status.PENDING: 1}
    assert mails() == sorted(
        [mail(pending.user, "declined"), mail(waiting.user, "received")]
    )


def test_decline_refuses_who_has_a_place(organiser, event):
    with pytest.raises(PlaceIsGiven):
        actions.decline_registration(RegistrationFactory(event=event), organiser)


def test_raising_the_capacity_promotes_in_order(organiser, event):
    Event.objects.filter(pk=event.pk).update(capacity=1)
    RegistrationFactory(event=event)
    waiting = RegistrationFactory.create_batch(3, event=event, status=Status.WAITLISTED)
    Event.objects.filter(pk=event.pk).update(capacity=3)

    assert actions.fill_places(event, organiser) == 2

    for registration in waiting:
        registration.refresh_from_db()
    assert [registration.status for registration in waiting] == [
        Status.CONFIRMED,
        Status.CONFIRMED,
        Status.WAITLISTED,
    ]


def test_lowering_the_capacity_drops_nobody(event, organiser):
    RegistrationFactory.create_batch(3, event=event)
    Event.objects.filter(pk=event.pk).update(capacity=1)

    assert actions.fill_places(event, organiser) == 0
    assert statuses(event) == {Status.CONFIRMED: 3}


def test_without_a_limit_everybody_who_waits_is_promoted(event, organiser):
    RegistrationFactory.create_batch(2, event=event, status=Status.WAITLISTED)

    assert actions.fill_places(event, organiser) == 2


def test_people_who_wait_for_approval_take_no_place_and_any_is_accepted(organiser):
    event = coming(needs_approval=True, capacity=2)
    anna, ben, cem = (register(event, UserFactory()) for _person in range(3))
    assert statuses(event) == {Status.PENDING: 3}
    assert not event.registrations.holding_a_place().exists()

    actions.approve_registration(cem, organiser)
    actions.approve_registration(ben, organiser)
    with pytest.raises(EventIsFull):
        actions.approve_registration(anna, organiser)

    assert statuses(event) == {Status.CONFIRMED: 2, Status.PENDING: 1}
    assert register(event, UserFactory()).status == Status.WAITLISTED


def test_with_approval_as_many_move_up_as_may_get_a_place(organiser):
    event = coming(needs_approval=True, capacity=3)
    RegistrationFactory(event=event, status=Status.PENDING)
    RegistrationFactory.create_batch(4, event=event, status=Status.WAITLISTED)

    assert actions.fill_places(event, organiser) == 2

    assert statuses(event) == {Status.PENDING: 3, Status.WAITLISTED: 2}


def open_doors(event):
    Event.objects.filter(pk=event.pk).update(starts_at=timezone.now())


def close_registration(event):
    event.windows.filter(phase=Phase.REGISTRATION).update(closes_at=timezone.now())


def take_off_the_site(event):
    Event.objects.filter(pk=event.pk).update(is_published=False)


def one_leaves(event, holder, organiser):
    actions.cancel_registration(holder, holder.user)


def one_is_declined(event, holder, organiser):
    holder.status = Status.PENDING
    holder.save()
    actions.decline_registration(holder, organiser)


def one_becomes_a_mentor(event, holder, organiser):
    actions.change_role(holder, organiser, "mentor")


def one_is_erased(event, holder, organiser):
    erase(holder.user)


def there_is_more_room(event, holder, organiser):
    Event.objects.filter(pk=event.pk).update(capacity=2)
    actions.fill_places(event, organiser)


WAYS = [
    one_leaves,
    one_is_declined,
    one_becomes_a_mentor,
    one_is_erased,
    there_is_more_room,
]
# What an organiser does on purpose fills places after registration, too.
BY_ORGANISERS = {one_becomes_a_mentor, there_is_more_room}


@pytest.mark.parametrize("way", WAYS)
def test_every_free_place_goes_to_the_first_who_waits(organiser, way):
    event = coming(capacity=1)
    holder = RegistrationFactory(event=event)
    waiting = RegistrationFactory(event=event, status=Status.WAITLISTED)

    way(event, holder, organiser)

    waiting.refresh_from_db()
    assert waiting.status == Status.CONFIRMED
    assert mail(waiting.user, "promoted") in mails()


@pytest.mark.parametrize("closed", [open_doors, close_registration, take_off_the_site])
@pytest.mark.parametrize("way", WAYS)
def test_nobody_is_called_too_late(organiser, way, closed):
    event = coming(capacity=1)
    holder = RegistrationFactory(event=event)
    waiting = RegistrationFactory(event=event, status=Status.WAITLISTED)
    closed(event)

    way(event, holder, organiser)

    waiting.refresh_from_db()
    is_called = closed is close_registration and way in BY_ORGANISERS
    assert (waiting.status == Status.CONFIRMED) is is_called
    assert (mail(waiting.user, "promoted") in mails()) is is_called


def test_who_comes_to_the_doors_does_not_overtake_the_queue(stranger):
    event = coming(capacity=2)
    RegistrationFactory(event=event, status=Status.WAITLISTED)
    open_doors(event)

    assert register(event, stranger).status == Status.WAITLISTED


def test_mentors_need_no_place(organiser):
    event = coming(capacity=1)
    attendee = RegistrationFactory(event=event)
    mentor = RegistrationFactory(event=event, status=Status.WAITLISTED, role="mentor")
    pending = RegistrationFactory(event=event, status=Status.PENDING, role="mentor")

    actions.approve_registration(mentor, organiser)
    actions.approve_registration(pending, organiser)

    assert statuses(event) == {Status.CONFIRMED: 3}
    assert event.registrations.holding_a_place().get() == attendee
    with pytest.raises(EventIsFull):
        actions.change_role(mentor, organiser, "attendee")


def test_who_waits_and_becomes_a_mentor_waits_no_longer(organiser):
    event = coming(capacity=1)
    RegistrationFactory(event=event)
    waiting = RegistrationFactory(event=event, status=Status.WAITLISTED)

    actions.change_role(waiting, organiser, "mentor")

    waiting.refresh_from_db()
    assert waiting.status == Status.CONFIRMED


def test_looking_for_a_team_makes_one_visible(event, attendee):
    registration = event.registrations.get()

    actions.set_looking(registration, is_looking=True)
    registration.refresh_from_db()
    assert (registration.looking_for_team, registration.in_directory) == (True, True)

    actions.set_looking(registration, is_looking=False)
    registration.refresh_from_db()
    assert (registration.looking_for_team, registration.in_directory) == (False, True)


def test_who_has_no_place_cannot_look_for_a_team(event):
    registration = RegistrationFactory(event=event, status=Status.CANCELLED)

    actions.set_looking(registration, is_looking=True)

    registration.refresh_from_db()
    assert not registration.looking_for_team
