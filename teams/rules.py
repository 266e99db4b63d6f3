"""Who may do what with a team. Read the table at the bottom first.

When it may be done is asked by the actions.
"""

import rules
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.permissions import explain
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
def may_be_joined(user: User, team: Team) -> bool:
    return team.join_policy == Team.JoinPolicy.OPEN


@rules.predicate
def may_be_asked(user: User, team: Team) -> bool:
    return team.join_policy != Team.JoinPolicy.INVITE


@rules.predicate
def is_own_request(user: User, request: JoinRequest) -> bool:
    return request.user_id == user.pk


explain(is_member, _("This is for the members of the team."))
explain(is_captain, _("Only the captain of the team can do this."))
explain(may_be_joined, _("One cannot simply join this team. Ask its captain."))
explain(may_be_asked, _("This team takes people by its link or code only."))

rules.add_perm("teams.view_team", rules.always_allow)
rules.add_perm("teams.see_team_inside", is_member | is_organiser)
rules.add_perm("teams.join_team", takes_part & ~is_member & may_be_joined)
rules.add_perm("teams.join_team_by_code", takes_part & ~is_member)
rules.add_perm("teams.ask_team", takes_part & ~is_member & may_be_asked)
rules.add_perm("teams.leave_team", is_member)
rules.add_perm("teams.edit_team", is_captain | is_organiser)
rules.add_perm("teams.lead_team", is_captain | is_organiser)
rules.add_perm("teams.withdraw_request", is_own_request)
