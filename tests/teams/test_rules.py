import pytest

from teams.actions import TeamsAreClosed
from teams.models import Team
from teams.views import why_no_seat
from tests.factories.events import RegistrationFactory

PERMISSIONS = [
    "view_team",
    "see_team_inside",
    "join_team",
    "join_team_by_code",
    "ask_team",
    "leave_team",
    "edit_team",
    "lead_team",
]
TABLE = {
    "stranger": {"view_team"},
    "attendee": {"view_team", "join_team", "join_team_by_code", "ask_team"},
    "teammate": {"view_team", "see_team_inside", "leave_team"},
    "captain": {"view_team", "see_team_inside", "leave_team", "edit_team", "lead_team"},
    "organiser": {"view_team", "see_team_inside", "edit_team", "lead_team"},
    "other_organiser": {"view_team"},
}


@pytest.mark.parametrize("role", TABLE)
def test_who_may_do_what_with_an_open_team(role, team, request):
    user = request.getfixturevalue(role)
    team.join_policy = Team.JoinPolicy.OPEN
    team.save()
    team = Team.objects.with_roster().get(pk=team.pk)

    allowed = {name for name in PERMISSIONS if user.has_perm(f"teams.{name}", team)}

    assert allowed == TABLE[role]


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("open", {"join_team", "join_team_by_code", "ask_team"}),
        ("request", {"join_team_by_code", "ask_team"}),
        ("invite", {"join_team_by_code"}),
    ],
)
def test_the_policy_decides_how_one_gets_in(policy, allowed, team, attendee):
    team.join_policy = policy
    team.save()

    found = {
        name
        for name in ("join_team", "join_team_by_code", "ask_team")
        if attendee.has_perm(f"teams.{name}", team)
    }

    assert found == allowed


def test_a_rule_says_who_and_never_when(team, event):
    """The action says when: what came too late is not "for other people"."""
    user = RegistrationFactory(event=event).user
    team.join_policy = Team.JoinPolicy.OPEN
    event.windows.all().delete()

    assert user.has_perm("teams.join_team", team)
    assert isinstance(why_no_seat(team, user), TeamsAreClosed)
