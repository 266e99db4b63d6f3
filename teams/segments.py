from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event, Registration
from notifications.segments import segment
from teams.models import Membership


@segment("without_team", _("People without a team"))
def without_team(event: Event) -> QuerySet[User]:
    return User.objects.filter(
        registrations__in=event.registrations.taking_part().filter(
            role=Registration.Role.ATTENDEE  # mentors need none
        )
    ).exclude(memberships__event=event)


@segment("small_teams", _("People in teams that are too small"))
def in_small_teams(event: Event) -> QuerySet[User]:
    small = (
        event.teams.active()
        .annotate(size=Count("memberships"))
        .filter(size__lt=event.min_team_size)
    )
    return User.objects.filter(memberships__team__in=small)


@segment("captains", _("Captains"))
def captains(event: Event) -> QuerySet[User]:
    return User.objects.filter(
        memberships__event=event, memberships__role=Membership.Role.CAPTAIN
    )
