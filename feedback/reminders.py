"""Two nudges and no more, a day or longer after the invitation."""

from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core import wall_clock
from events.models import Event, Phase
from feedback.models import Invitation
from notifications.outbox import Topic
from notifications.reminders import Addressee, remind

PEACE = timedelta(days=1)
LAST_DAY = timedelta(days=1)


def _unanswered(event: Event) -> list[Addressee]:
    day_ago = timezone.now() - PEACE
    waiting = Invitation.objects.unanswered().filter(
        Q(user__is_active=True) | Q(user__isnull=True),
        survey__event=event,
        survey__closed_at__isnull=True,
        survey__opened_at__lte=day_ago,
        created_at__lte=day_ago,
    )
    return [
        Addressee(
            address=invitation.user.email if invitation.user else invitation.address,
            name="",
            path=reverse("feedback:survey", args=[invitation.token]),
            user=invitation.user,
        )
        for invitation in waiting.select_related("user")
    ]


@remind(
    "feedback/email/survey_nudge",
    phase=Phase.SURVEY,
    before=timedelta(days=3),
    topic=Topic.SURVEY,
    once=True,
)
def survey_unanswered(event: Event) -> list[Addressee]:
    """The first nudge; in the last day it would only double the second."""
    window = event.window(Phase.SURVEY)
    if window:
        last_day = wall_clock.before(window.closes_at, LAST_DAY, event.zone)
        if last_day <= timezone.now():
            return []
    return _unanswered(event)


@remind(
    "feedback/email/survey_last_call",
    phase=Phase.SURVEY,
    before=LAST_DAY,
    topic=Topic.SURVEY,
    once=True,
)
def survey_last_call(event: Event) -> list[Addressee]:
    return _unanswered(event)
