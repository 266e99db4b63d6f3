"""Every score again, from what arrived: the cards as they are now are not asked.

Each revision names the fields whose values stood from then on and when they were
tapped; of each field the last tap stands. What organisers let in late is in the log.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from events.models import AuditEntry
from judging.evidence import Evidence, counted_comparisons, evidence_from
from judging.models import Criterion, Round, Scorecard, ScorecardRevision
from submissions.models import Project


def evidence_from_log(round_: Round) -> Evidence:
    """What ``judging.evidence.evidence_of`` gives, if the cards say what arrived."""
    given = _scores(round_)
    criteria = {
        c.pk: c.track_id for c in Criterion.objects.current().filter(round=round_)
    }
    cards = (
        Scorecard.objects.filter(
            round=round_, project__status=Project.Status.SUBMITTED, pk__in=given
        )
        .exclude(judge__recusals__project=F("project"))
        .select_related("project")
        .prefetch_related("project__tracks")
    )
    scores = [
        (card.judge_id, card.project_id, criterion, value)
        for card in cards
        for criterion, value in given[card.pk].items()
        if criterion in criteria
        and criteria[criterion] in {None, *(t.pk for t in card.project.tracks.all())}
    ]
    comparisons = counted_comparisons(round_).values_list(
        "judge_id", "winner_id", "loser_id"
    )
    return evidence_from(round_, scores, list(comparisons))


def _scores(round_: Round) -> dict[int, dict[int, int]]:
    """By card and criterion; cards that wait for another visit do not count."""
    rows = ScorecardRevision.objects.filter(scorecard__round=round_)
    return {
        card: folded.scores
        for card, folded in fold(rows, taken_late(round_.event_id)).items()
        if folded.status not in Scorecard.TO_VISIT_AGAIN
    }


@dataclass(frozen=True)
class Folded:
    """What a card must say by all that arrived for it."""

    scores: dict[int, int]
    # As it was tapped last; ``""`` if nobody ever did.
    status: str


def fold(
    revisions: Iterable[ScorecardRevision], late: Mapping[int, dict[str, int]]
) -> dict[int, Folded]:
    """By card: of each field the value that was tapped last.

    ``late`` is as :func:`taken_late` gives it.
    """
    last: dict[int, dict[str, tuple[int, Any]]] = defaultdict(dict)
    taps = sorted(_taps(revisions, late), key=lambda one: one[2])
    for card, name, tap, value in taps:
        last[card][name] = (tap, value)
    found = {}
    for card, fields in last.items():
        _tap, status = fields.get("status", (0, ""))
        scores = {
            int(name.removeprefix("scores.")): value
            for name, (_tap, value) in fields.items()
            if name.startswith("scores.") and value is not None
        }
        found[card] = Folded(scores, status)
    return found


def taken_late(event: int) -> dict[int, dict[str, int]]:
    """By revision: the fields of it that organisers let in after closing."""
    accepted = AuditEntry.objects.filter(
        chain=event, verb="judging.late_accepted", details__has_key="taken"
    )
    return {one.details["received"]: one.details["taken"] for one in accepted}


def _taps(
    revisions: Iterable[ScorecardRevision], late: Mapping[int, dict[str, int]]
) -> Iterator[tuple[int, str, int, Any]]:
    """Card, field, tap and value of all that ever stood."""
    for row in revisions:
        values = {f"scores.{pk}": value for pk, value in row.payload["scores"].items()}
        for name, tap in [*row.taken.items(), *late.get(row.pk, {}).items()]:
            yield row.scorecard_id, name, tap, {**row.payload, **values}.get(name)
