from datetime import timedelta

from django.db.models import Q

from events.models import Event, Phase
from judging.models import Judge, Scorecard
from notifications.reminders import Addressee, remind


@remind("judging/email/scores_missing", phase=Phase.JUDGING, before=timedelta(hours=1))
def judges_with_missing_scores(event: Event) -> list[Addressee]:
    open_cards = Q(
        scorecards__in=Scorecard.objects.live().filter(
            status__in=[Scorecard.Status.TODO, Scorecard.Status.STARTED],
            round__closed_at=None,
        )
    )
    return [
        Addressee(judge.email, judge.name, judge.get_link_path())
        for judge in Judge.objects.present().filter(open_cards, event=event).distinct()
    ]
