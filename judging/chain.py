"""What arrived for a scorecard, as evidence: each revision is chained to the last.

The card knows the end of its chain and how long it is, and is locked while a revision
is added: a chain costs the phone no query.
"""

from typing import Any

from core.ledger import digest_of, link
from judging.models import Comparison, Scorecard, ScorecardRevision

Outcome = ScorecardRevision.Outcome


def _content(revision: ScorecardRevision) -> dict[str, Any]:
    decided = {
        Outcome.LATE_ACCEPTED,
        Outcome.LATE_REJECTED,
    }  # by a log entry of its own
    return {
        "card": revision.scorecard_id,
        "client": revision.client,
        "revision": revision.revision,
        "payload": revision.payload,
        "outcome": Outcome.LATE if revision.outcome in decided else revision.outcome,
        "overruled": revision.overruled,
        # Revisions from before it was noted were chained without it.
        **({"taken": revision.taken} if revision.taken else {}),
        "received": revision.received_at.timestamp(),
        "tapped": revision.tapped_at.timestamp() if revision.tapped_at else None,
        "rubric": revision.rubric_version,
        "source": revision.source,
    }


def append(card: Scorecard, revision: ScorecardRevision) -> None:
    """Chain a revision that is about to be saved; the caller saves both."""
    revision.digest = card.chain = link(card.chain, _content(revision))
    card.received += 1


def content_digest(comparison: Comparison) -> str:
    """Of what is never changed in a comparison."""
    return digest_of(
        {
            "round": comparison.round_id,
            "judge": comparison.judge_id,
            "winner": comparison.winner_id,
            "loser": comparison.loser_id,
            "client": comparison.client,
            "revision": comparison.revision,
            "received": comparison.received_at.timestamp(),
        }
    )


def holds(card: Scorecard) -> bool:
    """Whether the card's revisions are those that were chained, and all of them."""
    previous, length = "", 0
    for revision in card.revisions.all():
        if not revision.digest and not length:  # from before there were chains
            continue
        if revision.digest != link(previous, _content(revision)):
            return False
        previous, length = revision.digest, length + 1
    return (previous, length) == (card.chain, card.received)
