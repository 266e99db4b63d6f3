"""What happens to a scorecard that arrives."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Phase
from judging.conflicts import conflicts_of
from judging.models import Judge, Score, Scorecard, ScorecardRevision
from judging.payload import CardPayload
from submissions.models import Project

Outcome = ScorecardRevision.Outcome


class NotYours(Refused):
    message = _("This scorecard is not yours.")


class ConflictOfInterest(Refused):
    message = _("You do not score this project: there is a conflict of interest.")


class ProjectIsGone(Refused):
    message = _("This project was withdrawn. Your notes stay on this phone.")


class JudgingHasNotBegun(Refused):
    message = _("Judging has not begun yet.")


class OtherContent(Refused):
    message = _("This revision was saved with other content before.")


class NotLate(Refused):
    message = _("This scorecard was decided on already.")


@dataclass(frozen=True)
class Saved:
    """The card as it is now, and what became of what was sent."""

    card: Scorecard
    outcome: str


@transaction.atomic
def save_scorecard(card_pk: int, judge: Judge, payload: CardPayload) -> Saved:
    """Take a whole scorecard; sending the same revision again changes nothing.

    The lock on the card makes two phones take turns; the higher revision wins, the
    other is kept. After the deadline nothing is lost either: it waits for an organiser.
    """
    card = (
        Scorecard.objects.select_for_update(of=("self",))
        .select_related("project", "round")
        .filter(pk=card_pk)
        .first()
    )
    if card is None or card.judge_id != judge.pk:
        raise NotYours
    earlier = card.revisions.filter(
        client=payload.client, revision=payload.revision
    ).first()
    if earlier is not None:
        if earlier.payload != payload.as_json():
            raise OtherContent
        return Saved(card, earlier.outcome)
    if card.project.status != Project.Status.SUBMITTED:
        raise ProjectIsGone
    if card.project_id in conflicts_of(judge):
        raise ConflictOfInterest
    outcome = _outcome(card, judge, payload)
    ScorecardRevision.objects.create(
        scorecard=card,
        client=payload.client,
        revision=payload.revision,
        payload=payload.as_json(),
        outcome=outcome,
        tapped_at=payload.tapped_at,
    )
    if outcome == Outcome.APPLIED:
        _apply(card, payload)
    return Saved(card, outcome)


def _outcome(card: Scorecard, judge: Judge, payload: CardPayload) -> str:
    window = judge.event.window(Phase.JUDGING)
    now = timezone.now()
    if window is None or now < window.opens_at:
        raise JudgingHasNotBegun
    if now >= window.closes_at:
        return Outcome.LATE
    return Outcome.APPLIED if payload.revision > card.revision else Outcome.STALE


def _apply(card: Scorecard, payload: CardPayload) -> None:
    card.notes, card.feedback = payload.notes, payload.feedback
    card.is_starred, card.status = payload.starred, payload.status
    card.revision, card.client = payload.revision, payload.client
    card.scored_at = timezone.now()
    card.save()
    card.scores.exclude(criterion__in=payload.scores).delete()
    Score.objects.bulk_create(
        [
            Score(scorecard=card, criterion_id=criterion, value=value)
            for criterion, value in payload.scores.items()
        ],
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
    card = late.scorecard
    late.outcome = Outcome.LATE_ACCEPTED if accept else Outcome.LATE_REJECTED
    late.save(update_fields=["outcome"])
    if accept and late.revision > card.revision:
        content = late.payload
        _apply(
            card,
            CardPayload(
                client=late.client,
                revision=late.revision,
                tapped_at=late.tapped_at,
                scores={int(k): v for k, v in content["scores"].items()},
                notes=content["notes"],
                feedback=content["feedback"],
                starred=content["starred"],
                status=content["status"],
            ),
        )
    record(
        user,
        "judging.late_accepted" if accept else "judging.late_rejected",
        card.project,
        event=card.judge.event,
        judge=card.judge.name,
        content=late.payload,
    )
