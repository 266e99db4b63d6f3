"""Two nudges and no more, a day or longer after the invitation."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from events.models import Event, Phase
from feedback.models import Invitation
from notifications.outbox import Topic
from notifications.reminders import remind

PEACE = timedelta(days=1)


def _unanswered(event: Event) -> list[User]:
    waiting = Invitation.objects.unanswered().filter(
        survey__event=event,
        survey__closed_at__isnull=True,
        survey__opened_at__lte=timezone.now() - PEACE,
        user__is_active=True,
    )
    return [invitation.user for invitation in waiting.select_related("user")]


@remind(
    "feedback/email/survey_nudge",
    phase=Phase.SURVEY,
    before=timedelta(days=3),
    topic=Topic.SURVEY,
)
def survey_unanswered(event: Event) -> list[User]:
    """The first nudge; in the last day it would only double the second."""
    window = event.window(Phase.SURVEY)
    if window and window.closes_at - timezone.now() <= timedelta(days=1):
        return []
    return _unanswered(event)


@remind(
    "feedback/email/survey_last_call",
    phase=Phase.SURVEY,
    before=timedelta(days=1),
    topic=Topic.SURVEY,
)
def survey_last_call(event: Event) -> list[User]:
    return _unanswered(event)
