"""Where the cards' chains end, kept in the event's log.

A card knows the end of its own chain, and whoever can write to the database can write
that as well. What the sealed log has noted cannot be taken out without a trace.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from events.log import record
from events.models import AuditEntry, Event, Phase
from judging import chain
from judging.models import Comparison, Scorecard

logger = logging.getLogger(__name__)

NOTED = "judging.arrivals_noted"
# So long after judging an organiser may still let in what came late.
AFTERWARDS = timedelta(days=1)


def note_all_arrivals() -> None:
    """Note what arrived at each event that is being judged."""
    now = timezone.now()
    events = Event.objects.filter(
        windows__phase=Phase.JUDGING,
        windows__opens_at__lte=now,
        windows__closes_at__gt=now - AFTERWARDS,
    )
    for event in events:
        try:
            note_arrivals(event)
        except Exception:  # the other events have cards as well
            logger.exception("What arrived at %s was not noted", event.slug)


@transaction.atomic
def note_arrivals(event: Event) -> None:
    """Write down what the log does not know yet; nothing new, no entry."""
    known = AuditEntry.objects.filter(chain=event.pk, verb=NOTED)
    cards, comparisons = {}, set()
    for details in known.order_by("pk").values_list("details", flat=True):
        cards.update(details["cards"])
        comparisons.update(details["comparisons"])
    ends = Scorecard.objects.filter(round__event=event, received__gt=0)
    new_cards = {
        str(pk): [received, head]
        for pk, received, head in ends.values_list("pk", "received", "chain")
        if received > cards.get(str(pk), [0])[0]
    }
    # What is scored is no part of a card's chain, and a card never changes it.
    places = ends.filter(pk__in=new_cards).values_list("pk", "round_id", "project_id")
    new_comparisons = {
        str(one.pk): chain.content_digest(one)
        for one in Comparison.objects.filter(round__event=event)
        if str(one.pk) not in comparisons
    }
    if new_cards or new_comparisons:
        record(
            None,
            NOTED,
            event,
            event=event,
            cards=new_cards,
            places={str(pk): [in_round, project] for pk, in_round, project in places},
            comparisons=new_comparisons,
            number=len(new_cards) + len(new_comparisons),
        )
