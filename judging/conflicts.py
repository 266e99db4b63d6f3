"""Which projects a judge must not score. Holds for everybody, superusers included."""

from django.db.models import Q

from judging.models import Judge
from submissions.models import Project
from teams.models import Membership


def in_conflict(judge: Judge) -> Q:
    """Projects of a team that the judge sits in, or that they step back from.

    A seat is theirs by account or by address.
    """
    me = Q(user__email__iexact=judge.email)
    if judge.user_id:
        me |= Q(user=judge.user_id)
    seats = Membership.objects.filter(me, event=judge.event_id)
    return Q(team__in=seats.values("team")) | Q(pk__in=judge.recusals.values("project"))


def conflicts_of(judge: Judge) -> set[int]:
    """Numbers of the projects that this judge does not score."""
    return set(Project.objects.filter(in_conflict(judge)).values_list("pk", flat=True))
