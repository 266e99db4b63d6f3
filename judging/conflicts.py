"""Which projects a judge must not score. Holds for everybody, superusers included."""

from django.db.models import Q

from judging.models import Judge
from teams.models import Membership


def own_teams(judge: Judge) -> set[int]:
    """Teams of the event that the judge sits in, by account or by address."""
    me = Q(user__email__iexact=judge.email)
    if judge.user_id:
        me |= Q(user=judge.user_id)
    return set(
        Membership.objects.filter(me, event=judge.event_id).values_list(
            "team_id", flat=True
        )
    )


def conflicts_of(judge: Judge) -> set[int]:
    """Numbers of the projects that this judge does not score."""
    own = own_teams(judge)
    mine = judge.event.projects.filter(team__in=own).values_list("pk", flat=True)
    declared = judge.recusals.values_list("project_id", flat=True)
    return {*mine, *declared}
