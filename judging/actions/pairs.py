"""What happens in a pairwise round: a judge answers, and is sent on.

A vote locks the judge's own walk and the two projects' beliefs, nothing that other
judges wait for. Where to go next is planned for several projects at once, every few
votes, from beliefs that are kept up to date. Only when one is taken back, all votes are
gone through.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.exceptions import Refused
from core.prepared import Prepared
from judging import pairs
from judging.actions.admission import closing_for
from judging.actions.beliefs import believe, rebuild_beliefs
from judging.actions.cards import LinkIsClosed, NotYours, OtherContent
from judging.conflicts import conflicts_of
from judging.models import Comparison, Contender, Judge, Pairing, Round, Walk
from judging.running import running_order
from judging.votes import LONGEST_CLIENT, PASSED_BY, Vote, read_vote
from submissions.models import Project

Late = Comparison.Late
# What a phone carries along, and below how many it gets more.
AHEAD = 6
FEW = 4
# Who has not moved for so long has gone home, or for lunch.
AWAY = timedelta(minutes=10)


class NotPairwise(Refused):
    message = _("This round is not judged by comparing pairs.")


@dataclass(frozen=True)
class Answered:
    """Where the judge stands after an answer; ``is_late``: an organiser decides."""

    walk: Walk
    is_late: bool


@transaction.atomic
def plan_walk(judge: Judge, round_: Round) -> Walk:
    """Begin the judge's walk, or find more to see. Asking twice plans once."""
    Walk.objects.get_or_create(round=round_, judge=judge)
    walk = _locked(judge.pk, round_.pk)
    if len(walk.ahead) < FEW:
        _plan(walk)
        walk.save()
    return walk


_walks = Prepared(
    lambda judge, round_: (
        Walk.objects.select_for_update(of=("self",))
        .select_related("judge", "round__event")
        .filter(judge=judge, round=round_)
        .order_by()
    )
)


def _locked(judge: int, round_: int) -> Walk:
    if not (walks := _walks(judge=judge, round_=round_)):
        raise NotYours
    (walk,) = walks
    if walk.round.kind != Round.Kind.PAIRWISE:
        raise NotPairwise
    return walk


@transaction.atomic
def answer_pair(
    judge: int, fingerprint: str, client: str, revision: int, data: Any
) -> Answered:
    """Take one answer; sending the same revision again changes nothing.

    Also taking an answer back is sending it again, as ``undone``. A second answer to
    the same two projects replaces the first, which stays in the history.
    """
    vote = read_vote(data)
    walk = _locked(judge, vote.round)
    if walk.judge.revoked_at or walk.judge.fingerprint != fingerprint:
        raise LinkIsClosed
    if not 1 <= len(client) <= LONGEST_CLIENT:
        raise NotYours
    known = _known(walk, vote, client, revision)
    earlier = known.pop((client, revision), None)
    if earlier is not None:
        if vote.pair != (earlier.winner_id, earlier.loser_id):
            raise OtherContent
        is_late = bool(earlier.late)
        if vote.undone and (earlier.undone_at is None or earlier.late == Late.WAITS):
            _undo(walk, vote, earlier)
        return Answered(walk, is_late)
    is_late = _is_late(walk, vote)
    if vote.pair is not None:
        _keep(walk, vote, client, revision, is_late=is_late, replaced=known.values())
    if vote.undone:
        _step_back(walk, vote)
    else:
        _step(walk, vote)
    if len(walk.ahead) < FEW:
        _plan(walk)
    walk.moved_at = timezone.now()
    walk.save()
    return Answered(walk, is_late)


def _known(
    walk: Walk, vote: Vote, client: str, revision: int
) -> dict[tuple[str, int], Comparison]:
    """The same answer, if it came before, and those to the same two that stand."""
    rows = _comparisons(
        judge=walk.judge_id,
        round_=walk.round_id,
        client=client,
        revision=revision,
        one=vote.previous or 0,
        other=vote.current,
    )
    return {(known.client, known.revision): known for known in rows}


@Prepared
def _comparisons(
    judge: int, round_: int, client: str, revision: int, one: int, other: int
) -> QuerySet[Comparison]:
    same = Q(client=client, revision=revision)
    same |= Q(undone_at=None, round=round_, winner=one, loser=other)
    same |= Q(undone_at=None, round=round_, winner=other, loser=one)
    return Comparison.objects.filter(same, judge=judge).order_by()


def _is_late(walk: Walk, vote: Vote) -> bool:
    """Whether it came after the end; raise if it may not be at all."""
    both = {vote.current} | ({vote.previous} if vote.previous else set())
    if not both <= set(walk.offered):
        raise NotYours
    now = timezone.now()
    closes_at = min(closing_for(walk.judge, walk.round, one, now) for one in both)
    if now < closes_at:
        return False
    grace = timedelta(minutes=walk.round.grace_minutes)
    in_time = vote.tapped_at is not None and vote.tapped_at <= closes_at
    return not (in_time and now < closes_at + grace)


def _keep(
    walk: Walk,
    vote: Vote,
    client: str,
    revision: int,
    *,
    is_late: bool,
    replaced: Iterable[Comparison],
) -> None:
    winner, loser = vote.pair or (0, 0)
    now = timezone.now()
    counts = not (is_late or vote.undone)
    Comparison.objects.create(
        round=walk.round,
        judge=walk.judge,
        winner_id=winner,
        loser_id=loser,
        client=client,
        revision=revision,
        tapped_at=vote.tapped_at,
        seconds=vote.seconds,
        undone_at=None if counts else now,
        late=Late.WAITS if is_late and not vote.undone else "",
    )
    if not counts:
        return
    outdated = [one.pk for one in replaced]
    if outdated:
        Comparison.objects.filter(pk__in=outdated).update(undone_at=now)
        rebuild_beliefs(walk.round)
    else:
        believe(walk.round, winner, loser)


def _undo(walk: Walk, vote: Vote, undone: Comparison) -> None:
    if undone.late:
        undone.late = Late.REJECTED
        undone.save(update_fields=["late"])
    else:
        undone.undone_at = timezone.now()
        undone.save(update_fields=["undone_at"])
        rebuild_beliefs(walk.round)
    _step_back(walk, vote)
    walk.moved_at = timezone.now()
    walk.save()


# --- Where the judge is


def _step(walk: Walk, vote: Vote) -> None:
    """On to what comes after ``current``, wherever the server thought the judge was."""
    if vote.answer in PASSED_BY:
        if vote.current in walk.ahead:
            walk.ahead.remove(vote.current)
            walk.skipped[str(vote.current)] = vote.answer
        return
    if vote.current in walk.seen:  # sent again, or from a second phone
        return
    for project in (vote.previous, vote.current):
        if project in walk.ahead:
            walk.ahead.remove(project)
        if project is not None and project not in walk.seen:
            walk.seen.append(project)
    walk.skipped.pop(str(vote.current), None)


def _step_back(walk: Walk, vote: Vote) -> None:
    """Back to the question that was taken back, if it was the last."""
    if walk.skipped.get(str(vote.current)) == vote.answer:
        del walk.skipped[str(vote.current)]
    elif walk.at == vote.current:
        walk.seen.pop()
    else:
        return
    if vote.current not in walk.ahead:
        walk.ahead.insert(0, vote.current)


def _plan(walk: Walk) -> None:
    """Plan all but the project that the judge is at, by what is believed now.

    Those who plan take turns, so that two judges are not sent to one table.
    """
    if walk.judge.left_at is not None:
        walk.ahead = walk.ahead[:1]
        return
    round_ = Round.objects.select_for_update().get(pk=walk.round_id)
    projects = running_order(round_)
    tracks = set(walk.judge.tracks.values_list("pk", flat=True))
    forbidden = Pairing.objects.filter(
        round=round_, judge=walk.judge, rule=Pairing.Rule.FORBID
    ).values_list("project_id", flat=True)
    barred = conflicts_of(walk.judge) | set(forbidden)
    allowed = [
        project.pk
        for project in projects
        if project.pk not in barred
        and (not tracks or tracks & {track.pk for track in project.tracks.all()})
    ]
    walk.ahead = [pk for pk in walk.ahead[:1] if pk in allowed]
    gone = {*walk.seen, *walk.ahead}
    left = [pk for pk in allowed if pk not in gone and str(pk) not in walk.skipped]
    room = _room(walk, projects)
    start = walk.here or walk.at
    walk.ahead += pairs.route(room, start, left, AHEAD - len(walk.ahead))
    if len(walk.ahead) < AHEAD:  # those passed by get a second chance, at the end
        again = [pk for pk in allowed if pk not in gone and str(pk) in walk.skipped]
        last = walk.ahead[-1] if walk.ahead else walk.at
        walk.ahead += pairs.route(room, last, again, AHEAD - len(walk.ahead))
    walk.offered = sorted({*walk.offered, *walk.ahead})


def _room(walk: Walk, projects: list[Project]) -> pairs.Room:
    others = list(Walk.objects.filter(round=walk.round_id).exclude(pk=walk.pk))
    views = Counter(pk for other in others for pk in {*other.seen, *other.ahead})
    recent: datetime = timezone.now() - AWAY
    here = [one for one in others if one.moved_at is None or one.moved_at > recent]
    beliefs = {
        row.project_id: pairs.Belief(row.mean, row.variance)
        for row in Contender.objects.filter(round=walk.round_id)
    }
    length = max(len(projects) - 1, 1)
    return pairs.Room(
        beliefs,
        views,
        frozenset(pk for one in here for pk in one.ahead[:1]),
        {one.pk: place / length for place, one in enumerate(projects)},
    )
