"""What happens to a scorecard that arrives."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import (
    F,
    FilteredRelation,
    Q,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.adapter import where_from
from accounts.models import User
from core.exceptions import Refused
from core.prepared import Prepared
from events.log import record
from events.models import Event
from judging import chain
from judging.actions.absences import tell_of_absence
from judging.actions.admission import closing_for
from judging.actions.pairings import declare_conflict
from judging.models import Criterion, Score, Scorecard, ScorecardRevision
from judging.payload import CONFLICT, CardPayload, content_of, read_payload

Outcome = ScorecardRevision.Outcome
# What arrives may change of a card; the rest needs not be sent to the database.
WRITTEN = (
    *("status", "notes", "feedback", "is_starred"),
    *("revision", "taps", "client", "scored_at", "chain", "received"),
)


class NotYours(Refused):
    message = _("This scorecard is not yours.")


class LinkIsClosed(Refused):
    message = _("Your judging link no longer works. Ask the organisers for a new one.")


class OtherContent(Refused):
    message = _("This revision was saved with other content before.")


class NotLate(Refused):
    message = _("This scorecard was decided on already.")


@dataclass(frozen=True)
class Saved:
    """The card as it is now, and what became of what was sent."""

    card: Scorecard
    scores: dict[int, int]
    revision: int
    outcome: str
    # Values that lost against another phone's: {"field", "stands", "lost"}.
    overruled: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def save_scorecard(card_pk: int, judge: int, fingerprint: str, data: Any) -> Saved:
    """Take a whole scorecard; sending the same revision again changes nothing.

    The lock on the card makes two phones take turns; of each field the newest tap
    stands, and every card that arrived is kept. After the deadline nothing is lost
    either: it waits for an organiser. ``fingerprint`` is the link's that was opened.
    A judge may step back at any time, whatever the clock says.
    Six queries, all after the lock but the one that takes it: mind what you add.
    """
    if isinstance(data, dict) and data.get("status") == CONFLICT:
        # Dealing locks the event before its cards; in another order each would wait.
        Event.objects.select_for_update(of=("self",)).filter(judges=judge).first()
    if not (cards := _card(card=card_pk, judge=judge)):
        raise NotYours
    card = cards[0]
    if card.judge.revoked_at or card.judge.fingerprint != fingerprint:
        raise LinkIsClosed
    rubric, scores = _rubric_of(card)
    payload = read_payload(data, rubric)
    if payload.revision <= card.revision and (  # else it was never here
        earlier := card.revisions.filter(
            client=payload.client, revision=payload.revision
        ).first()
    ):
        if earlier.payload != payload.as_json():
            raise OtherContent
        return Saved(card, scores, payload.revision, earlier.outcome, earlier.overruled)
    on_time = set() if payload.steps_back else _on_time(card, payload)
    retired = {f"scores.{c.pk}" for c in rubric if c.retired_in}
    taken, overruled = _merge(card, scores, payload, on_time - retired)
    if payload.steps_back:
        outcome = Outcome.APPLIED
    elif len(on_time) < len(payload.taps):
        outcome = Outcome.LATE
    else:
        outcome = Outcome.APPLIED if taken else Outcome.STALE
    arrived = ScorecardRevision(
        scorecard=card,
        client=payload.client,
        revision=payload.revision,
        payload=payload.as_json(),
        outcome=outcome,
        overruled=overruled,
        tapped_at=payload.tapped_at,
        rubric_version=card.round.rubric_version,
        source=where_from(),
        taken=taken,
    )
    chain.append(card, arrived)
    arrived.save()
    _apply(card, scores, payload, taken, len(rubric) - len(retired))
    if "status" in taken and card.status == Scorecard.Status.ABSENT:
        tell_of_absence(card)
    if payload.steps_back:
        declare_conflict(card.judge, card.project, payload.reason)
    return Saved(card, scores, payload.revision, outcome, overruled)


_card = Prepared(
    lambda card, judge: (
        Scorecard.objects.select_for_update(of=("self",))
        .select_related("judge", "round")
        .filter(pk=card, judge=judge)
        .order_by()
    )
)
_criteria = Prepared(
    lambda project, round_, card: (
        Criterion.objects.of(project)
        .filter(round=round_)
        .annotate(
            mine=FilteredRelation("scores", condition=Q(scores__scorecard=card)),
            given=F("mine__value"),
        )
    )
)


def _rubric_of(card: Scorecard) -> tuple[list[Criterion], dict[int, int]]:
    """The criteria that a phone may know, and the card's scores that count so far.

    Those that were retired are among them: a phone that was away does not know yet.
    """
    rubric: list[Any] = _criteria(
        project=card.project_id, round_=card.round_id, card=card.pk
    )
    return rubric, {
        c.pk: c.given for c in rubric if c.given is not None and not c.retired_in
    }


def _on_time(card: Scorecard, payload: CardPayload) -> set[str]:
    """Which of the fields that were tapped are on time; raise if none may be."""
    now, round_ = timezone.now(), card.round
    closes_at = closing_for(card.judge, round_, card.project_id, now)
    if now < closes_at:
        return set(payload.taps)
    # What was tapped before closing counts if it arrives soon after.
    grace = timedelta(minutes=round_.grace_minutes)
    if now < closes_at + grace and payload.is_by_field:
        closing = closes_at.timestamp() * 1000
        return {name for name, tap in payload.taps.items() if tap <= closing}
    return set()


def _tap(payload: CardPayload, name: str) -> int:
    """When a field was tapped; not later than now, whatever the phone's clock says."""
    return min(payload.taps[name], int(timezone.now().timestamp() * 1000))


def _merge(
    card: Scorecard,
    scores: dict[int, int],
    payload: CardPayload,
    counting: Collection[str],
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Fields whose new value stands, with their taps; the values that lost unseen."""
    taken, overruled = {}, []
    new, old = payload.fields(), content_of(card, scores)
    for name in sorted(counting):
        stands, lost = new.get(name), old.get(name)
        known, client = card.taps.get(name, (0, ""))
        if (tap := _tap(payload, name)) > known:
            taken[name] = tap
        else:
            stands, lost = lost, stands
        unseen = client not in {"", payload.client} and payload.base.get(name) != known
        if payload.is_by_field and unseen and stands != lost and name != "status":
            overruled.append({"field": name, "stands": stands, "lost": lost})
    return taken, overruled


def status_of(given: int, criteria: int) -> str:
    if not given:
        return Scorecard.Status.TODO
    return Scorecard.Status.DONE if given == criteria else Scorecard.Status.STARTED


def _apply(
    card: Scorecard,
    scores: dict[int, int],
    payload: CardPayload,
    taken: Mapping[str, int],
    criteria: int,
) -> None:
    """Write the fields that were taken on the card, and only what differs."""
    before = dict(scores)
    for name, value in payload.fields().items():
        if name not in taken:
            continue
        card.taps[name] = [taken[name], payload.client]
        if name.startswith("scores."):
            criterion = int(name.removeprefix("scores."))
            scores.pop(criterion, None)
            if value is not None:
                scores[criterion] = value
        else:
            setattr(card, "is_starred" if name == "starred" else name, value)
    if card.status not in Scorecard.TO_VISIT_AGAIN:
        card.status = status_of(len(scores), criteria)
    card.revision = max(card.revision, payload.revision)
    if taken:
        card.client, card.scored_at = payload.client, timezone.now()
    card.save(update_fields=WRITTEN)
    if gone := before.keys() - scores.keys():
        card.scores.filter(criterion__in=gone).delete()
    if changed := scores.items() - before.items():
        Score.objects.bulk_create(
            [Score(scorecard=card, criterion_id=c, value=v) for c, v in changed],
            update_conflicts=True,
            unique_fields=["scorecard", "criterion"],
            update_fields=["value"],
        )


@transaction.atomic
def decide_late(late: ScorecardRevision, user: User, *, accept: bool) -> None:
    """Count a card that arrived after closing, or leave it out; the log says who."""
    late = (
        ScorecardRevision.objects.select_for_update(of=("self",))
        .select_related("scorecard__judge__event", "scorecard__project")
        .get(pk=late.pk)
    )
    if late.outcome != Outcome.LATE:
        raise NotLate
    late.outcome = Outcome.LATE_ACCEPTED if accept else Outcome.LATE_REJECTED
    late.save(update_fields=["outcome"])
    taken: dict[str, int] = {}
    card = Scorecard.objects.select_for_update().get(pk=late.scorecard_id)
    if accept:
        rubric, scores = _rubric_of(card)
        content = {"client": late.client, "revision": late.revision, **late.payload}
        payload = read_payload(content, rubric)
        retired = {f"scores.{c.pk}" for c in rubric if c.retired_in}
        taken, _overruled = _merge(card, scores, payload, payload.taps.keys() - retired)
        _apply(card, scores, payload, taken, len(rubric) - len(retired))
    record(
        user,
        "judging.late_accepted" if accept else "judging.late_rejected",
        late.scorecard.project,
        event=late.scorecard.judge.event,
        judge=late.scorecard.judge,
        # A judge's private notes are nobody else's.
        content={k: v for k, v in late.payload.items() if k != "notes"},
        received=late.pk,
        taken=taken,
    )
