"""Who may do what in the queue for help. Read the table at the bottom first."""

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.permissions import explain
from events.models import Registration
from events.rules import event_of, is_organiser, takes_part
from mentoring.models import HelpRequest
from teams.models import Membership


@rules.predicate
def is_mentor(user: Any, obj: Any) -> bool:
    event = event_of(obj)
    return (
        isinstance(user, User)
        and event is not None
        and event.registrations.taking_part()
        .filter(user=user, role=Registration.Role.MENTOR)
        .exists()
    )


@rules.predicate
def is_in_team(user: User, request: HelpRequest) -> bool:
    return Membership.objects.filter(team=request.team_id, user=user).exists()


@rules.predicate
def has_team(user: Any, obj: Any) -> bool:
    event = event_of(obj)
    return (
        isinstance(user, User)
        and event is not None
        and Membership.objects.filter(event=event, user=user).exists()
    )


@rules.predicate
def is_helper(user: User, request: HelpRequest) -> bool:
    return request.taken_by_id is not None and request.taken_by_id == user.pk


explain(has_team, _("Help goes to teams. Please join or found one first."))
explain(is_mentor, _("This is for the mentors of the event."))

rules.add_perm("mentoring.view_queue", takes_part | is_organiser)
rules.add_perm("mentoring.ask_for_help", has_team & takes_part)
rules.add_perm("mentoring.offer_help", is_mentor)
rules.add_perm("mentoring.take_request", is_mentor | is_organiser)
rules.add_perm("mentoring.close_request", is_helper | is_in_team | is_organiser)
rules.add_perm("mentoring.withdraw_request", is_in_team | is_organiser)
rules.add_perm("mentoring.thank_for_request", is_in_team)
