from datetime import timedelta

from django.db.models import QuerySet

from accounts.models import User
from events.models import Event, Phase
from notifications.reminders import remind
from submissions.models import Project


def waiting_people(event: Event) -> QuerySet[User]:
    """Members of teams that have handed in nothing."""
    return User.objects.filter(
        memberships__event=event, memberships__team__is_archived=False
    ).exclude(
        memberships__team__in=event.projects.exclude(
            status=Project.Status.DRAFT
        ).values("team")
    )


@remind("submissions/email/hand_it_in", phase=Phase.HACKING, before=timedelta(hours=2))
def teams_without_a_submission(event: Event) -> list[User]:
    return list(waiting_people(event))
