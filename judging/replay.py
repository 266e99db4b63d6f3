"""Every score again, from what arrived: the cards as they are now are not asked.

Each revision names the fields whose values stood from then on and when they were
tapped; of each field the last tap stands. What organisers let in late is in the log.
"""

from collections import defaultdict
from collections.abc import Iterator
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
    last: dict[int, dict[str, tuple[int, Any]]] = defaultdict(dict)
    for card, name, tap, value in sorted(_taps(round_), key=lambda one: one[2]):
        last[card][name] = (tap, value)
    found = {}
    for card, fields in last.items():
        _tap, status = fields.get("status", (0, ""))
        if status not in Scorecard.TO_VISIT_AGAIN:
            found[card] = {
                int(name.removeprefix("scores.")): value
                for name, (_tap, value) in fields.items()
                if name.startswith("scores.") and value is not None
            }
    return found


def _taps(round_: Round) -> Iterator[tuple[int, str, int, Any]]:
    """Card, field, tap and value of all that ever stood."""
    rows = {
        row.pk: row for row in ScorecardRevision.objects.filter(scorecard__round=round_)
    }
    stood = [(row.pk, row.taken) for row in rows.values()]
    stood += [
        (entry.details["received"], entry.details["taken"])
        for entry in AuditEntry.objects.filter(
            event=round_.event_id,
            verb="judging.late_accepted",
            details__has_key="taken",
        )
    ]
    for pk, taken in stood:
        if pk not in rows:  # of another round
            continue
        payload = rows[pk].payload
        values = {f"scores.{pk}": value for pk, value in payload["scores"].items()}
        for name, tap in taken.items():
            yield rows[pk].scorecard_id, name, tap, {**payload, **values}.get(name)
