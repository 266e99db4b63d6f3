from events import hooks
from teams.reminders import attendees_without_a_team
from teams.segments import captains, without_team
from tests.factories.events import RegistrationFactory


def test_only_attendees_without_a_team_are_reminded(event, attendee, captain):
    RegistrationFactory(event=event, role="mentor")
    RegistrationFactory(event=event, status="waitlisted")

    assert attendees_without_a_team(event) == [attendee]


def test_segments_tell_captains_from_people_without_a_team(event, attendee, captain):
    RegistrationFactory(event=event, role="mentor")

    assert set(without_team(event)) == {attendee}
    assert list(captains(event)) == [captain]


def test_who_cancels_their_place_leaves_their_team(event, team, captain, teammate):
    registration = captain.registrations.get()

    hooks.registration_cancelled.tell(registration, captain)

    assert [seat.user for seat in team.memberships.all()] == [teammate]
    assert team.memberships.get().role == "captain"
