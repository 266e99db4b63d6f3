"""Numbers across apps, for organisers. A fixed number of queries for any events."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from events.models import Event, Registration
from judging.models import Judge, Scorecard
from notifications.reports import stuck_by_event
from submissions.models import Project
from teams.models import Team

# What organisers count as registered; the waiting list stands beside it.
ASKED = (*Registration.HOLDING, Registration.Status.PENDING)


@dataclass(frozen=True)
class EventNumbers:
    """How one event stands right now; all fields count rows."""

    event: Event
    registered: int
    pending: int
    waitlisted: int
    checked_in: int
    teams: int
    teams_without_project: int
    drafts: int
    submitted: int
    judges: int
    judges_without_scores: int
    cards: int
    cards_done: int
    mails_stuck: int

    @property
    def cards_percent(self) -> int:
        return round(100 * self.cards_done / self.cards) if self.cards else 0


def _tally(rows: QuerySet, *fields: str) -> Counter[tuple[int, str]]:  # type: ignore[type-arg]
    """Count rows by these fields, in one query."""
    counted = rows.order_by().values_list(*fields).annotate(n=Count("pk"))
    return Counter({tuple(row[:-1]): row[-1] for row in counted})


def numbers_of(events: Iterable[Event]) -> list[EventNumbers]:
    events = list(events)
    places = _tally(Registration.objects.filter(event__in=events), "event_id", "status")
    projects = _tally(Project.objects.filter(event__in=events), "event_id", "status")
    cards = _tally(
        Scorecard.objects.live().filter(round__event__in=events),
        "round__event_id",
        "status",
    )
    teams: dict[int, Any] = {
        row["event_id"]: row
        for row in Team.objects.active()
        .filter(event__in=events)
        .order_by()
        .values("event_id")
        .annotate(n=Count("pk"), bare=Count("pk", filter=Q(project__isnull=True)))
    }
    judges: dict[int, int] = dict(
        Judge.objects.active()
        .filter(event__in=events)
        .order_by()
        .values_list("event_id")
        .annotate(n=Count("pk"))
    )
    busy: dict[int, int] = dict(
        Judge.objects.active()
        .filter(event__in=events, scorecards__scored_at__isnull=False)
        .order_by()
        .values_list("event_id")
        .annotate(n=Count("pk", distinct=True))
    )
    stuck = stuck_by_event([event.pk for event in events])
    return [
        EventNumbers(
            event=event,
            registered=sum(places[event.pk, s] for s in ASKED),
            pending=places[event.pk, Registration.Status.PENDING],
            waitlisted=places[event.pk, Registration.Status.WAITLISTED],
            checked_in=places[event.pk, Registration.Status.CHECKED_IN],
            teams=teams.get(event.pk, {}).get("n", 0),
            teams_without_project=teams.get(event.pk, {}).get("bare", 0),
            drafts=projects[event.pk, Project.Status.DRAFT],
            submitted=projects[event.pk, Project.Status.SUBMITTED],
            judges=judges.get(event.pk, 0),
            judges_without_scores=judges.get(event.pk, 0) - busy.get(event.pk, 0),
            cards=sum(cards[event.pk, s] for s in Scorecard.Status.values),
            cards_done=cards[event.pk, Scorecard.Status.DONE],
            mails_stuck=stuck.get(event.pk, 0),
        )
        for event in events
    ]
