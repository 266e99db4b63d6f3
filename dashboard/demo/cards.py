"""Scorecards that arrived some time ago, with the revision that a phone had sent."""

from judging import chain
from judging.models import Score, Scorecard, ScorecardRevision


def receive(card: Scorecard, scores: dict[int, int]) -> None:
    """Write the card as it stands, its scores, and what arrived for both."""
    assert card.scored_at is not None  # noqa: S101
    tap = int(card.scored_at.timestamp() * 1000)
    card.revision = tap
    fields = [*(f"scores.{pk}" for pk in scores), "status", "feedback"]
    arrived = ScorecardRevision(
        scorecard=card,
        client=card.client,
        revision=tap,
        payload={
            "scores": {str(pk): value for pk, value in scores.items()},
            "notes": "",
            "feedback": card.feedback,
            "starred": False,
            "status": card.status,
        },
        outcome=ScorecardRevision.Outcome.APPLIED,
        taken=dict.fromkeys(fields, tap),
        tapped_at=card.scored_at,
        received_at=card.scored_at,
        rubric_version=card.round.rubric_version,
    )
    chain.append(card, arrived)
    card.taps = {name: [tap, card.client] for name in fields}
    card.save()
    arrived.save()
    Score.objects.bulk_create(
        Score(scorecard=card, criterion_id=pk, value=value)
        for pk, value in scores.items()
    )
