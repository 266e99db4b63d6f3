from events import hooks
from teams.reminders import attendees_without_a_team
from teams.segments import captains, in_small_teams, without_team
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


def test_teams_that_are_too_small_are_told_and_found(
    sign_in, event, team, captain, attendee
):
    event.min_team_size = 2
    event.save()
    page = team.get_absolute_url()

    said = sign_in(captain).get(page).content.decode()

    assert "Teams here are at least 2 people: one more is needed." in " ".join(
        said.split()
    )
    assert list(in_small_teams(event)) == [captain]
    event.min_team_size = 1
    event.save()
    assert "Teams here are at least" not in sign_in(captain).get(page).content.decode()
    assert not in_small_teams(event).exists()
