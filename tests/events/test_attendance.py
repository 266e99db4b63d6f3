"""Who came, where the desk kept its list and where it did not."""

from datetime import UTC, datetime, timedelta

import pytest

from events import actions, attendance
from events.models import Registration
from feedback.actions import open_survey, people_to_ask
from feedback.models import Invitation
from notifications import segments
from notifications.models import Notification
from recap.actions.certificates import due
from recap.facts import numbers_of
from tests.factories.events import EventFactory, RegistrationFactory

pytestmark = pytest.mark.django_db
DOORS = datetime(2027, 2, 20, 8, tzinfo=UTC)


@pytest.fixture
def event(time_machine):
    """Twelve people are to come to a day in Berlin."""
    time_machine.move_to(DOORS - timedelta(days=3), tick=False)
    event = EventFactory(
        starts_at=DOORS,
        ends_at=DOORS + timedelta(hours=9),
        time_zone="Europe/Berlin",
        phases=["survey"],
    )
    event.windows.update(
        opens_at=DOORS + timedelta(hours=9), closes_at=DOORS + timedelta(days=14)
    )
    RegistrationFactory.create_batch(12, event=event)
    return event


@pytest.fixture
def people(event):
    return list(event.registrations.order_by("pk"))


def who(users):
    return set(users.values_list("pk", flat=True))


def everything_that_asks_who_came(event):
    """For each place that uses the list: the people of it, or how many."""
    return {
        "survey": who(people_to_ask(event)),
        "certificates": {one.user.pk for one in due(event)},
        "recap": numbers_of(event).came,
    }


def everybody(event, registrations):
    users = {one.user_id for one in registrations}
    return {"survey": users, "certificates": users, "recap": len(users)}


def test_a_rehearsal_takes_nothing_from_anybody(event, people, organiser, time_machine):
    actions.check_in(people[0], organiser)

    assert everything_that_asks_who_came(event) == everybody(event, people)
    assert not segments.came(event).exists()
    assert not segments.did_not_come(event).exists()
    time_machine.move_to(DOORS + timedelta(hours=10))
    assert everything_that_asks_who_came(event) == everybody(event, people)
    assert not segments.did_not_come(event).exists()


def test_one_tap_on_the_day_is_no_list(event, people, organiser, time_machine):
    time_machine.move_to(DOORS + timedelta(hours=1))
    actions.check_in(people[0], organiser)

    assert everything_that_asks_who_came(event) == everybody(event, people)
    assert not segments.did_not_come(event).exists()
    assert who(segments.came(event)) == {people[0].user_id}


def test_a_list_that_was_kept_counts(event, people, organiser, time_machine):
    actions.check_in(people[11], organiser)  # at a rehearsal, and did not come
    time_machine.move_to(DOORS - timedelta(minutes=40))
    for one in people[:4]:
        actions.check_in(one, organiser)

    assert everything_that_asks_who_came(event) == everybody(event, people[:4])
    assert not segments.did_not_come(event).exists()  # the doors are not open yet
    time_machine.move_to(DOORS + timedelta(hours=1))
    assert who(segments.did_not_come(event)) == {one.user_id for one in people[4:]}


def test_who_was_rehearsed_with_comes_for_the_first_time(
    event, people, organiser, time_machine
):
    actions.check_in(people[0], organiser)
    assert actions.check_in(people[0], organiser)[1] is False
    time_machine.move_to(DOORS)

    arrived, is_news = actions.check_in(people[0], organiser)

    assert (is_news, arrived.checked_in_at) == (True, DOORS)
    assert actions.check_in(people[0], organiser)[1] is False
    assert attendance.arrived(event).get() == people[0]


def test_the_day_begins_at_midnight_where_the_event_is(event):
    assert attendance.day_begins(event) == datetime(2027, 2, 19, 23, tzinfo=UTC)


def test_who_is_checked_in_late_is_asked_late(event, people, organiser, time_machine):
    time_machine.move_to(DOORS + timedelta(hours=1))
    for one in people[:6]:
        actions.check_in(one, organiser)
    time_machine.move_to(DOORS + timedelta(hours=10))
    open_survey(event)
    assert Invitation.objects.count() == 6

    for _attempt in range(2):
        actions.check_in(people[6], organiser)
    actions.check_in(people[0], organiser)

    assert Invitation.objects.count() == 7
    mails = Notification.objects.filter(topic="survey")
    assert mails.filter(recipient=people[6].user).count() == 1


def test_who_is_checked_in_before_or_after_the_survey_is_not_asked(
    event, people, organiser, time_machine
):
    time_machine.move_to(DOORS + timedelta(hours=1))
    actions.check_in(people[0], organiser)

    assert not Notification.objects.exists()
    assert (
        event.registrations.filter(status=Registration.Status.CHECKED_IN).count() == 1
    )


def test_the_desk_says_that_it_is_not_today(sign_in, event, people, organiser):
    client = sign_in(organiser)

    page = client.post(
        f"/events/{event.slug}/desk/{people[0].ticket}/", follow=True
    ).content.decode()

    assert "as a rehearsal: the event is not today" in page
