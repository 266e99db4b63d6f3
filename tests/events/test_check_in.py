from functools import partial

import pytest
from django.utils import timezone

from events import actions
from events.actions.check_in import NotConfirmed
from events.models import AuditEntry, Registration
from tests.factories.events import RegistrationFactory
from tests.races import race

Status = Registration.Status


def verbs():
    return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_check_in_notes_the_time(event, attendee, organiser):
    registration, is_news = actions.check_in(event.registrations.get(), organiser)

    registration.refresh_from_db()
    assert is_news
    assert registration.status == Status.CHECKED_IN
    assert registration.checked_in_at <= timezone.now()
    assert verbs() == ["events.checked_in"]


def test_a_ticket_shown_twice_keeps_its_first_time(event, attendee, organiser):
    first, _news = actions.check_in(event.registrations.get(), organiser)

    again, is_news = actions.check_in(event.registrations.get(), organiser)

    assert not is_news
    assert again.checked_in_at == first.checked_in_at
    assert verbs() == ["events.checked_in"]


@pytest.mark.parametrize(
    "status", [Status.PENDING, Status.WAITLISTED, Status.CANCELLED, Status.DECLINED]
)
def test_check_in_refuses_who_has_no_place(event, organiser, status):
    registration = RegistrationFactory(event=event, status=status)

    with pytest.raises(NotConfirmed):
        actions.check_in(registration, organiser)

    registration.refresh_from_db()
    assert (registration.status, registration.checked_in_at) == (status, None)


def test_undo_check_in_gives_the_place_back(event, attendee, organiser):
    registration, _news = actions.check_in(event.registrations.get(), organiser)

    for _attempt in range(2):
        actions.undo_check_in(registration, organiser)

    registration.refresh_from_db()
    assert (registration.status, registration.checked_in_at) == (Status.CONFIRMED, None)
    assert verbs() == ["events.checked_in", "events.check_in_undone"]


@pytest.mark.django_db(transaction=True)
def test_two_phones_check_one_person_in_once(event, attendee, organiser):
    registration = event.registrations.get()

    answers = race(*[partial(actions.check_in, registration, organiser)] * 4)

    assert sorted(is_news for _registration, is_news in answers) == [
        False,
        False,
        False,
        True,
    ]
    assert verbs() == ["events.checked_in"]
