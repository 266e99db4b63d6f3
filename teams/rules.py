"""Who may do what with a team. Read the table at the bottom first."""

import rules

from accounts.models import User
from events.rules import is_organiser, takes_part
from teams.models import JoinRequest, Membership, Team


@rules.predicate
def is_member(user: User, team: Team) -> bool:
    return any(seat.user_id == user.pk for seat in team.memberships.all())


@rules.predicate
def is_captain(user: User, team: Team) -> bool:
    return any(
        seat.user_id == user.pk and seat.role == Membership.Role.CAPTAIN
        for seat in team.memberships.all()
    )


@rules.predicate
def is_forming(user: User, team: Team) -> bool:
    return team.is_forming


@rules.predicate
def may_be_joined(user: User, team: Team) -> bool:
    return team.is_forming and team.join_policy == Team.JoinPolicy.OPEN


@rules.predicate
def may_be_asked(user: User, team: Team) -> bool:
    return team.is_forming and team.join_policy != Team.JoinPolicy.INVITE


@rules.predicate
def is_own_request(user: User, request: JoinRequest) -> bool:
    return request.user_id == user.pk


rules.add_perm("teams.view_team", rules.always_allow)
rules.add_perm("teams.see_team_inside", is_member | is_organiser)
rules.add_perm("teams.join_team", takes_part & ~is_member & may_be_joined)
rules.add_perm("teams.join_team_by_code", takes_part & ~is_member & is_forming)
rules.add_perm("teams.ask_team", takes_part & ~is_member & may_be_asked)
rules.add_perm("teams.leave_team", is_member & is_forming)
rules.add_perm("teams.edit_team", is_captain | is_organiser)
rules.add_perm("teams.lead_team", is_captain | is_organiser)
rules.add_perm("teams.withdraw_request", is_own_request)
