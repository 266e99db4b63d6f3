"""Whether what ranks is what arrived: each fault in a sentence of its own.

The chain of a card says whether its revisions are as they were written, the event's log
how many there were, and the revisions what the card and its scores must be.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch

from core.ledger import digest_of
from events.models import AuditEntry, Event
from judging import chain
from judging.actions.arrivals import NOTED
from judging.models import Comparison, PublishedResult, Scorecard, ScorecardRevision
from judging.replay import Folded, fold, taken_late

Outcome = ScorecardRevision.Outcome


def faults_of(event: Event) -> Iterator[str]:
    """All that is not as it arrived or was published at this event."""
    noted = _noted(event)
    yield from _faults_of_cards(event, noted["cards"])
    yield from _faults_of_places(noted["places"])
    yield from _faults_of_comparisons(event, noted["comparisons"])
    yield from _faults_of_results(event)


def without_a_chain(event: Event) -> int:
    """How many scored cards have nothing they could be compared with."""
    scored = Scorecard.objects.filter(round__event=event, scores__isnull=False)
    return scored.filter(received=0).distinct().count()


def cards_with_chains(event: Event) -> Any:
    return Scorecard.objects.filter(round__event=event, received__gt=0)


def _noted(event: Event) -> dict[str, dict[int, list[Any]]]:
    """What the log says had arrived, by kind and number of the row."""
    found: dict[str, dict[int, list[Any]]] = {
        "cards": defaultdict(list),
        "places": defaultdict(list),
        "comparisons": defaultdict(list),
    }
    entries = AuditEntry.objects.filter(chain=event.pk, verb=NOTED)
    for details in entries.values_list("details", flat=True):
        for kind, rows in found.items():
            for pk, said in details.get(kind, {}).items():
                rows[int(pk)].append(said)
    return found


def _faults_of_cards(event: Event, noted: dict[int, list[Any]]) -> Iterator[str]:
    late = taken_late(event.pk)
    seen = set()
    cards = Scorecard.objects.filter(round__event=event).prefetch_related(
        "scores", Prefetch("revisions", ScorecardRevision.objects.order_by("pk"))
    )
    for card in cards.order_by("pk").iterator(chunk_size=200):
        seen.add(card.pk)
        revisions = list(card.revisions.all())
        if not chain.holds(card) or not _has_all(revisions, noted[card.pk]):
            yield f"Scorecard {card.pk} is not what arrived for it."
        elif _tells_all(revisions):
            told = fold(revisions, late).get(card.pk, Folded({}, ""))
            if not _is_told(card, told):
                yield f"Scorecard {card.pk} does not say what arrived for it."
    for pk in sorted(noted.keys() - seen):
        if noted[pk]:
            yield f"Scorecard {pk} is missing."


def _faults_of_places(noted: dict[int, list[Any]]) -> Iterator[str]:
    """Scores that were moved to another project are whole, and yet not its own."""
    cards = Scorecard.objects.filter(pk__in=noted)
    for pk, *place in cards.order_by("pk").values_list("pk", "round_id", "project_id"):
        if any(place != said for said in noted[pk]):
            yield f"Scorecard {pk} belongs to another project than when it was scored."


def _has_all(revisions: list[ScorecardRevision], noted: list[Any]) -> bool:
    digests = [one.digest for one in revisions if one.digest]
    return all(digests[number - 1 : number] == [head] for number, head in noted)


def _tells_all(revisions: list[ScorecardRevision]) -> bool:
    """Revisions from before it was noted which fields stood tell only a part."""
    return bool(revisions) and all(
        one.taken or one.outcome != Outcome.APPLIED or "reason" in one.payload
        for one in revisions
    )


def _is_told(card: Scorecard, told: Folded) -> bool:
    """Whether the scores are those that arrived, and the status lets them count."""
    scores = {one.criterion_id: one.value for one in card.scores.all()}
    if scores != told.scores:
        return False
    if told.status in Scorecard.TO_VISIT_AGAIN:
        return bool(card.status == told.status)
    # Whether it is done or started, the rubric of now decides.
    if card.status in {Scorecard.Status.DONE, Scorecard.Status.STARTED}:
        return bool(scores)
    return card.status == Scorecard.Status.TODO and (
        not scores or not card.round.criteria.filter(pk__in=scores).exists()
    )


def _faults_of_comparisons(event: Event, noted: dict[int, list[Any]]) -> Iterator[str]:
    rows = {one.pk: one for one in Comparison.objects.filter(round__event=event)}
    for pk, said in sorted(noted.items()):
        if pk not in rows:
            yield f"Comparison {pk} is missing."
        elif chain.content_digest(rows[pk]) not in said:
            yield f"Comparison {pk} is not what arrived."


def _faults_of_results(event: Event) -> Iterator[str]:
    entries = AuditEntry.objects.filter(chain=event.pk, verb="judging.published")
    said = {one["version"]: one for one in entries.values_list("details", flat=True)}
    rows = {one.version: one for one in PublishedResult.objects.filter(event=event)}
    for version in sorted(said.keys() | rows.keys()):
        if version not in rows:
            yield f"Version {version} of the results is missing."
        elif version not in said:
            yield f"Version {version} of the results is not in the log."
        elif not _is_published(rows[version], said[version]):
            yield f"Version {version} of the results is not what was published."


def _is_published(result: PublishedResult, said: dict[str, Any]) -> bool:
    digests = [result.digest, result.inputs_digest]
    if digests != [said["digest"], said.get("inputs_digest", "")]:
        return False
    return digest_of(result.snapshot) == result.digest and (
        result.inputs is None or digest_of(result.inputs) == result.inputs_digest
    )
