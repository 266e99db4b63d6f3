"""Verdicts, computed once for the same evidence and kept beside the round."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from judging.evidence import Evidence, evidence_of
from judging.models import Round, RoundEstimate
from judging.verdict import weigh


def kept_verdict(evidence: Evidence) -> dict[str, Any] | None:
    """The verdict on exactly this, if it was computed before."""
    kept = RoundEstimate.objects.filter(
        round=evidence.round, digest=evidence.digest
    ).first()
    return kept.verdict if kept else None


def verdict_on(evidence: Evidence) -> dict[str, Any]:
    """Look it up or compute it, however long that takes: seconds for a large event."""
    verdict = kept_verdict(evidence)
    if verdict is None:
        verdict = weigh(evidence.inputs)
        keep(evidence, verdict, timezone.now())
    return verdict


def keep(evidence: Evidence, verdict: dict[str, Any], now: datetime) -> None:
    """No signal: pages that strangers see do not depend on it."""
    RoundEstimate.objects.bulk_create(
        [
            RoundEstimate(
                round=evidence.round,
                digest=evidence.digest,
                evidence=evidence.size,
                verdict=verdict,
                computed_at=now,
            )
        ],
        update_conflicts=True,
        unique_fields=["round"],
        update_fields=["digest", "evidence", "verdict", "computed_at"],
    )


def refresh_estimate(round_: Round) -> None:
    verdict_on(evidence_of(round_))
