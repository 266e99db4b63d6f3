"""Who may see whose page. Apps above say where people meet."""

from collections.abc import Callable

from django.db.models import Q

from accounts.models import User

Meeting = Callable[[User], Q]

meetings: list[Meeting] = []


def where_people_meet(meeting: Meeting) -> Meeting:
    """Register a condition on ``User`` rows that ``seeker`` may see."""
    meetings.append(meeting)
    return meeting


def visible_people(seeker: User) -> Q:
    allowed = Q(pk__in=[])
    for meeting in meetings:
        allowed |= meeting(seeker)
    return allowed
