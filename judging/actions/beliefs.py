"""What is quickly believed of the projects of a pairwise round, and late answers."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from judging import pairs
from judging.models import Comparison, Contender, Judge, Round


class NothingIsLate(Refused):
    message = _("There is no late answer of this judge to decide on.")


def believe(round_: Round, winner: int, loser: int) -> None:
    """Bring what is believed of these two up to date."""
    rows = _contenders(round_, {winner, loser})
    beliefs = {
        pk: pairs.Belief(row.mean, row.variance) for pk, row in sorted(rows.items())
    }
    beliefs[winner], beliefs[loser] = pairs.updated(beliefs[winner], beliefs[loser])
    for pk, row in rows.items():
        row.mean, row.variance = beliefs[pk].mean, beliefs[pk].variance
    Contender.objects.bulk_update(rows.values(), ["mean", "variance"])


def _contenders(round_: Round, projects: set[int]) -> dict[int, Contender]:
    """The rows of these projects, locked, and made where they are not."""
    rows = Contender.objects.select_for_update().filter(
        round=round_, project__in=projects
    )
    found = {row.project_id: row for row in rows.order_by("project_id")}
    if len(found) < len(projects):
        Contender.objects.bulk_create(
            [Contender(round=round_, project_id=pk) for pk in sorted(projects)],
            ignore_conflicts=True,
        )
        found = {row.project_id: row for row in rows.order_by("project_id")}
    return found


def rebuild_beliefs(round_: Round) -> None:
    """From all comparisons that count, in the order in which they came."""
    votes = list(
        Comparison.objects.filter(round=round_, undone_at=None).values_list(
            "winner_id", "loser_id"
        )
    )
    beliefs = pairs.beliefs(votes)
    known = Contender.objects.filter(round=round_).values_list("project_id", flat=True)
    rows = _contenders(round_, {*known, *beliefs})
    for pk, row in rows.items():
        belief = beliefs.get(pk, pairs.UNKNOWN)
        row.mean, row.variance = belief.mean, belief.variance
    Contender.objects.bulk_update(rows.values(), ["mean", "variance"])


@transaction.atomic
def decide_late_votes(round_: Round, judge: Judge, user: User, *, accept: bool) -> int:
    """Count what a judge's phone sent after the end, or leave it out for good."""
    round_ = Round.objects.select_for_update().select_related("event").get(pk=round_.pk)
    waiting = Comparison.objects.filter(
        round=round_, judge=judge, late=Comparison.Late.WAITS
    )
    decided: dict[str, Any] = {"late": Comparison.Late.REJECTED}
    if accept:
        decided = {"late": Comparison.Late.ACCEPTED, "undone_at": None}
    number = waiting.update(**decided)
    if not number:
        raise NothingIsLate
    rebuild_beliefs(round_)
    record(
        user,
        "judging.late_votes_accepted" if accept else "judging.late_votes_rejected",
        judge,
        event=round_.event,
        number=number,
    )
    return number
