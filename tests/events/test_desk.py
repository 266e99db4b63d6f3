from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from events import actions
from events.models import Event, Registration
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory

Status = Registration.Status
pytestmark = pytest.mark.django_db


def url(name, event, *args):
    return reverse(f"events:{name}", args=[event.slug, *args])


def shown(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def guest(event):
    return RegistrationFactory(event=event, user__display_name="Gus Guest")


@pytest.fixture
def phone(sign_in, organiser):
    return sign_in(organiser)


def status_of(registration):
    registration.refresh_from_db()
    return registration.status


def test_desk_finds_people_by_name(phone, event, guest):
    RegistrationFactory(event=event, user__display_name="Somebody Else")

    html = shown(phone.get(url("desk", event), {"q": "gus"}))

    assert "Gus Guest" in html
    assert "Somebody Else" not in html
    assert url("check_in", event, guest.ticket) in html
    assert "Nobody of that name" in shown(phone.get(url("desk", event), {"q": "zz"}))


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}-{2}", "{3}", "{4}"])
def test_desk_finds_a_ticket_by_its_code(phone, event, guest, typed):
    code = guest.ticket
    address = f"https://menlo.example.org{url('check_in', event, code)}"

    response = phone.get(
        url("desk", event),
        {"q": typed.format(code, code[:4], code[4:], code.lower(), address)},
    )

    assert response["Location"] == url("check_in", event, code)


def test_desk_counts_and_lists_who_came(phone, event, guest, organiser):
    RegistrationFactory(event=event)
    assert "Nobody is here yet" in shown(phone.get(url("desk", event)))
    actions.check_in(guest, organiser)

    html = shown(phone.get(url("desk", event)))

    assert "1 / 2" in html
    assert "Gus Guest" in html


@pytest.mark.parametrize("typed", ["\0", "x" * 300])
def test_desk_bears_strange_words(phone, event, typed):
    assert "Nobody is here yet" in shown(phone.get(url("desk", event), {"q": typed}))


def test_one_tap_checks_in(phone, event, guest):
    address = url("check_in", event, guest.ticket)
    html = shown(phone.get(address))
    assert "Gus Guest" in html
    assert status_of(guest) == Status.CONFIRMED

    response = phone.post(address, follow=True)

    assert "Gus Guest is checked in. Welcome!" in shown(response)
    assert status_of(guest) == Status.CHECKED_IN


def test_a_copied_ticket_says_when_it_was_used(phone, event, guest, time_machine):
    Event.objects.update(time_zone="Europe/Berlin")
    time_machine.move_to(datetime.now(UTC).replace(hour=8, minute=12), tick=False)
    address = url("check_in", event, guest.ticket)
    phone.post(address)
    expected = datetime.now(UTC).astimezone(Event.objects.get().zone)
    time_machine.move_to(datetime.now(UTC) + timedelta(minutes=30))

    words = f"already checked in at {expected:%H:%M}"
    assert words in shown(phone.post(address, follow=True))
    assert "Already checked in" in shown(phone.get(address))


def test_who_has_no_place_is_not_checked_in(phone, event):
    waiting = RegistrationFactory(event=event, status=Status.WAITLISTED)
    address = url("check_in", event, waiting.ticket)
    assert "no confirmed place" in shown(phone.get(address))

    response = phone.post(address, follow=True)

    assert "no confirmed place" in shown(response)
    assert status_of(waiting) == Status.WAITLISTED


def test_undo(phone, event, guest, organiser):
    actions.check_in(guest, organiser)

    response = phone.post(url("undo_check_in", event, guest.ticket), follow=True)

    assert "no longer checked in" in shown(response)
    assert status_of(guest) == Status.CONFIRMED


def test_own_ticket_says_to_show_it(sign_in, event, guest):
    client = sign_in(guest.user)
    address = url("check_in", event, guest.ticket)

    assert "This is your ticket" in shown(client.get(address))
    assert client.post(address).status_code == 403
    assert client.post(url("undo_check_in", event, guest.ticket)).status_code == 403
    assert status_of(guest) == Status.CONFIRMED


def test_a_ticket_is_nothing_to_others(sign_in, event, guest, other_organiser):
    address = url("check_in", event, guest.ticket)
    for user in (UserFactory(), other_organiser, RegistrationFactory(event=event).user):
        client = sign_in(user)
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
        assert client.get(url("desk", event)).status_code == 403
    assert status_of(guest) == Status.CONFIRMED


def test_tickets_open_no_other_event(phone, event, organiser, guest):
    other = EventFactory(series=event.series)

    assert phone.post(url("check_in", other, guest.ticket)).status_code == 404
    assert phone.post(url("check_in", event, "FORGED22")).status_code == 404
    assert status_of(guest) == Status.CONFIRMED


def test_desk_asks_the_same_few_questions_of_the_database(
    phone, event, guest, django_assert_max_num_queries
):
    with django_assert_max_num_queries(10) as few:
        phone.get(url("desk", event), {"q": "gus"})
    RegistrationFactory.create_batch(5, event=event, user__display_name="Gus Too")
    with django_assert_max_num_queries(len(few)):
        phone.get(url("desk", event), {"q": "gus"})
