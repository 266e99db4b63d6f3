import pytest
from django.contrib.auth.models import AnonymousUser

from events.models import Registration
from events.rules import is_attendee, is_organiser, series_ids_of, takes_part
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory

pytestmark = pytest.mark.django_db
ORGANISERS_MAY = [
    "organise_event",
    "answer_registration",
    "check_in_event",
    "announce_event",
    "read_log_event",
]


@pytest.fixture
def cast(event, attendee, stranger, organiser, other_organiser):
    mentor = RegistrationFactory(event=event, role=Registration.Role.MENTOR).user
    return {
        "anonymous": AnonymousUser(),
        "attendee": attendee,
        "mentor": mentor,
        "stranger": stranger,
        "organiser": organiser,
        "other organiser": other_organiser,
        "superuser": UserFactory(is_superuser=True),
    }


def who_may(cast, permission, obj):
    return {
        role
        for role, user in cast.items()
        if user.has_perm(f"events.{permission}", obj)
    }


@pytest.mark.parametrize("permission", ORGANISERS_MAY)
def test_organisers_may(cast, event, permission):
    assert who_may(cast, permission, event) == {"organiser", "superuser"}


def test_who_sees_an_event(cast, event):
    assert who_may(cast, "view_event", event) == set(cast)
    event.is_published = False
    event.save()
    assert who_may(cast, "view_event", event) == {"organiser", "superuser"}


def test_who_may_register(cast, event):
    assert who_may(cast, "register_event", event) == set(cast) - {"anonymous"}


def test_who_sees_the_directory(cast, event):
    assert who_may(cast, "see_directory", event) == {
        "attendee",
        "mentor",
        "organiser",
        "superuser",
    }


def test_who_may_do_what_with_a_registration(cast, event, attendee):
    registration = event.registrations.get(user=attendee)

    for permission in ("see_registration", "cancel_registration"):
        assert who_may(cast, permission, registration) == {
            "attendee",
            "organiser",
            "superuser",
        }
    assert who_may(cast, "change_own_registration", registration) == {
        "attendee",
        "superuser",
    }


def test_organising_is_asked_of_events_series_and_what_they_hold(event, organiser):
    registration = RegistrationFactory(event=event)
    elsewhere = EventFactory()

    for mine in (event, event.series, registration, event.series.organiser_roles.get()):
        assert is_organiser(organiser, mine)
    assert is_organiser(UserFactory(is_superuser=True), elsewhere)
    for other in (elsewhere, elsewhere.series, RegistrationFactory(), None, object()):
        assert not is_organiser(organiser, other)


def test_taking_part_is_asked_of_confirmed_places(event, attendee, stranger):
    waiting = RegistrationFactory(event=event, status=Registration.Status.WAITLISTED)

    for predicate in (takes_part, is_attendee):
        assert predicate(attendee, event)
        assert predicate(attendee, event.registrations.first())
        assert not predicate(attendee, EventFactory())
        assert not predicate(attendee, None)
        assert not predicate(waiting.user, event)
        assert not predicate(stranger, event)
        assert not predicate(AnonymousUser(), event)


def test_organised_series_are_asked_for_once(
    event, organiser, django_assert_num_queries
):
    organiser.refresh_from_db()

    with django_assert_num_queries(1):
        assert series_ids_of(organiser) == {event.series_id}
        assert is_organiser(organiser, event)
