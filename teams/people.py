from typing import Any

from django.db.models import Q

from accounts.hooks import holds_personal_data, on_erasure
from accounts.models import User
from accounts.visibility import where_people_meet
from teams.actions import locked, vacate
from teams.models import Team


@holds_personal_data("teams")
def teams(user: User) -> list[dict[str, Any]]:
    return [
        {"team": seat.team.name, "event": seat.event.name, "role": seat.role}
        for seat in user.memberships.select_related("team", "event")
    ]


@on_erasure
def leave_all_teams(user: User) -> None:
    """So that no team is left without a captain."""
    for team in Team.objects.of(user).order_by("pk"):
        vacate(locked(team), user)


@where_people_meet
def in_the_same_team(seeker: User) -> Q:
    return Q(memberships__team__in=Team.objects.of(seeker))
