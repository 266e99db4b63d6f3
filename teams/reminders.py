from datetime import timedelta

from accounts.models import User
from events.models import Event, Phase, Registration
from notifications.reminders import remind


@remind("teams/email/find_a_team", phase=Phase.TEAM_FORMATION, before=timedelta(days=1))
def attendees_without_a_team(event: Event) -> list[User]:
    return list(
        User.objects.filter(
            registrations__in=event.registrations.taking_part().filter(
                role=Registration.Role.ATTENDEE
            )
        ).exclude(memberships__event=event)
    )
