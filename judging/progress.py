"""How far the judges are: one way of counting for organisers' pages and for phones.

A card counts if it is the judge's to score: dealt to them and not moved on, of a
project that is handed in, without a conflict of interest. Rounds that were closed are
counted apart, and what is half filled is not scored yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from events.models import Event
from judging.conflicts import conflicts_at
from judging.models import Judge, Scorecard
from submissions.models import Project


@dataclass
class Progress:
    judge: Judge
    done: int = 0
    half: int = 0
    dealt: int = 0
    closed_done: int = 0
    closed_dealt: int = 0


def progress_of(event: Event, judges: Iterable[Judge]) -> list[Progress]:
    """In as many queries for many judges as for one."""
    found = {judge.pk: Progress(judge) for judge in judges}
    conflicts = conflicts_at(event, [one.judge for one in found.values()])
    cards = (
        Scorecard.objects.live()
        .filter(
            round__event=event,
            judge__in=list(found),
            project__status=Project.Status.SUBMITTED,
        )
        .order_by()
        .values_list("judge", "project", "status", "round__closed_at")
    )
    for judge, project, status, closed_at in cards:
        if project in conflicts[judge]:
            continue
        one, is_done = found[judge], status == Scorecard.Status.DONE
        if closed_at is not None:
            one.closed_dealt += 1
            one.closed_done += is_done
            continue
        one.dealt += 1
        one.done += is_done
        one.half += status == Scorecard.Status.STARTED
    return list(found.values())
