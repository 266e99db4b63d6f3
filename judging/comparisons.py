"""The answers of a pairwise round that count."""

from judging.conflicts import conflicts_of
from judging.models import Comparison, Round
from submissions.models import Project


def comparisons_of(round_: Round) -> list[Comparison]:
    """What counts: not taken back, not late, both handed in, nobody stepped back."""
    submitted = Project.Status.SUBMITTED
    rows = Comparison.objects.filter(
        round=round_, undone_at=None, winner__status=submitted, loser__status=submitted
    )
    conflicts: dict[int, set[int]] = {}
    counted = []
    for one in rows.select_related("judge"):
        if one.judge_id not in conflicts:
            conflicts[one.judge_id] = conflicts_of(one.judge)
        if not {one.winner_id, one.loser_id} & conflicts[one.judge_id]:
            counted.append(one)
    return counted
