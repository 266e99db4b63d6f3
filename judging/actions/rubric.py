"""Changing what judges score. From the first score on, every change is a new version.

Nothing that was scored is deleted: a criterion that goes is retired, its scores stay as
they are and no longer count, and cards that lack something are open again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event, Track
from judging.actions.dealing import deal_cards
from judging.models import Criterion, Round, RubricVersion, Score, Scorecard
from judging.rubrics import (
    Wish,
    as_json,
    differences,
    rubric_digest,
    rubric_of,
    standard,
)
from submissions.models import Project

Status = Scorecard.Status
BY_SCORES = (Status.TODO, Status.STARTED, Status.DONE)


class RubricIsEmpty(Refused):
    message = _("A round needs at least one criterion: what do judges score?")


class NameTwice(Refused):
    message = _("Two criteria have the same name. Judges could not tell them apart.")


class RubricHasChanged(Refused):
    message = _("Somebody else has changed the rubric meanwhile. This is it now.")


class NotOfThisRound(Refused):
    message = _("This criterion or track belongs to another round or event.")


class WhyIsMissing(Refused):
    message = _("Judges have scored already. Say why the rubric changes.")


def give_standard_rubric(round_: Round) -> None:
    """What a new round starts with."""
    Criterion.objects.bulk_create(
        Criterion(round=round_, order=order, **wish.values)
        for order, wish in enumerate(standard())
    )


@dataclass(frozen=True)
class Consequences:
    """What a change does to what was scored; all zero before the first score."""

    is_frozen: bool
    # Name and number of scores, of the criteria whose scores no longer count.
    retired: tuple[tuple[str, int], ...]
    added: tuple[str, ...]
    # Name, weight before and after: scores stay, and count otherwise.
    reweighted: tuple[tuple[str, str, str], ...]
    # Cards that were done and lack something, and that lacked something and are done.
    reopened: int
    completed: int

    @property
    def invalidated(self) -> int:
        return sum(number for _name, number in self.retired)


@dataclass(frozen=True)
class _Plan:
    """Old criteria that stay, with what they become; those that go; those that come.

    ``order`` has every wish in its place.
    """

    stays: list[tuple[Criterion, Wish]]
    goes: list[Criterion]
    comes: list[Wish]
    order: dict[Wish, int]


def _planned(round_: Round, wishes: Sequence[Wish]) -> _Plan:
    if not wishes:
        raise RubricIsEmpty
    if len({wish.name.casefold() for wish in wishes}) < len(wishes):
        raise NameTwice
    known = {one.pk: one for one in round_.criteria.filter(retired_in=None)}
    ids = [wish.id for wish in wishes if wish.id is not None]
    tracks = {wish.track for wish in wishes if wish.track is not None}
    found = Track.objects.filter(event=round_.event_id, pk__in=tracks).count()
    if set(ids) - set(known) or len(set(ids)) < len(ids) or found < len(tracks):
        raise NotOfThisRound
    stays = [
        (known[wish.id], wish)
        for wish in wishes
        if wish.id is not None and wish.means_the_same_as(Wish.of(known[wish.id]))
    ]
    kept = {criterion.pk for criterion, _wish in stays}
    return _Plan(
        stays=stays,
        goes=[one for pk, one in known.items() if pk not in kept],
        comes=[wish for wish in wishes if wish.id not in kept],
        order={wish: place for place, wish in enumerate(wishes)},
    )


@dataclass
class _Scored:
    """The cards of a round, and which criteria each has a score for."""

    round: Round

    def __post_init__(self) -> None:
        self.cards = list(
            Scorecard.objects.filter(round=self.round, status__in=BY_SCORES)
            .only("status", "project_id")
            .order_by("pk")
        )
        self.given: dict[int, set[int]] = defaultdict(set)
        self.scores: Counter[int] = Counter()
        for card, criterion in Score.objects.filter(
            scorecard__round=self.round
        ).values_list("scorecard_id", "criterion_id"):
            self.given[card].add(criterion)
            self.scores[criterion] += 1
        self.tracks: dict[int, set[int]] = defaultdict(set)
        for project, track in Project.tracks.through.objects.filter(
            project__event=self.round.event_id
        ).values_list("project_id", "track_id"):
            self.tracks[project].add(track)

    def statuses(
        self, rubric: Iterable[tuple[int | None, int | None]]
    ) -> list[tuple[Scorecard, str]]:
        """What each card would be with these criteria (``None``: new) and tracks."""
        asked = list(rubric)
        return [(card, self._status(card, asked)) for card in self.cards]

    def _status(
        self, card: Scorecard, rubric: list[tuple[int | None, int | None]]
    ) -> str:
        tracks = self.tracks[card.project_id]
        asked = [pk for pk, track in rubric if track is None or track in tracks]
        given = sum(pk in self.given[card.pk] for pk in asked)
        if not given:
            return Status.TODO
        return Status.DONE if given == len(asked) else Status.STARTED


def _consequences(plan: _Plan, scored: _Scored) -> Consequences:
    is_frozen = bool(scored.scores)
    rubric: list[tuple[int | None, int | None]] = [
        (criterion.pk, wish.track) for criterion, wish in plan.stays
    ]
    rubric += [(None, wish.track) for wish in plan.comes]
    now = scored.statuses(rubric) if is_frozen else []
    was_done = [card.status == Status.DONE for card, _status in now]
    is_done = [status == Status.DONE for _card, status in now]
    return Consequences(
        is_frozen=is_frozen,
        retired=tuple((one.name, scored.scores[one.pk]) for one in plan.goes),
        added=tuple(wish.name for wish in plan.comes),
        reweighted=tuple(
            (wish.name, f"{one.weight.normalize():f}", f"{wish.weight.normalize():f}")
            for one, wish in plan.stays
            if one.weight != wish.weight
        ),
        reopened=sum(a and not b for a, b in zip(was_done, is_done, strict=True)),
        completed=sum(b and not a for a, b in zip(was_done, is_done, strict=True)),
    )


def preview_change(round_: Round, wishes: Sequence[Wish]) -> Consequences:
    """What :func:`change_rubric` would do, to be read before it is done."""
    return _consequences(_planned(round_, wishes), _Scored(round_))


@transaction.atomic
def change_rubric(
    round_: Round, wishes: Sequence[Wish], user: User, reason: str = "", *, seen: str
) -> Consequences:
    """Make the rubric what ``wishes`` say, in their order; what is not among them goes.

    ``seen`` names the rubric that was changed. All cards of the round are locked, so a
    score that arrives meanwhile is either seen here or meets the new rubric.
    """
    Event.objects.select_for_update().get(pk=round_.event_id)  # as dealing does, first
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("event")
        .get(pk=round_.pk)
    )
    before = rubric_of(round_)
    if rubric_digest(before) != seen:
        raise RubricHasChanged
    plan = _planned(round_, wishes)
    cards = Scorecard.objects.select_for_update().filter(round=round_)
    list(cards.order_by("pk").values_list("pk"))
    scored = _Scored(round_)
    consequences = _consequences(plan, scored)
    reason = reason.strip()[:200] if consequences.is_frozen else ""
    if consequences.is_frozen and not reason:
        raise WhyIsMissing
    version = round_.rubric_version + consequences.is_frozen
    _write(round_, plan, version if consequences.is_frozen else None)
    after = rubric_of(round_)
    if as_json(after) == as_json(before):
        return consequences
    if consequences.is_frozen:
        _keep_versions(round_, version, before, after, user, reason, consequences)
        _mend_cards(scored, after)
    names = {track.pk: track.name for track in round_.event.tracks.all()}
    record(
        user,
        "judging.rubric_changed",
        round_,
        event=round_.event,
        version=version,
        reason=reason,
        invalidated=consequences.invalidated,
        reopened=consequences.reopened,
        before=as_json(before),
        after=as_json(after),
        changed=[
            f"{one.kind}: {one.name}"
            for one in differences(as_json(before), as_json(after), names)
        ],
    )
    deal_cards(round_.event)  # a round that had no criteria was not dealt
    return consequences


def _write(round_: Round, plan: _Plan, version: int | None) -> None:
    """The criteria themselves; ``version`` retires what goes, ``None`` deletes it."""
    going = Criterion.objects.filter(pk__in=[one.pk for one in plan.goes])
    if version is None:
        going.delete()
    else:
        going.update(retired_in=version)
    renamed = [one for one, wish in plan.stays if one.name != wish.name]
    for criterion in renamed:  # two may swap their names, one after the other
        criterion.name = f"~{criterion.pk}"
        criterion.save(update_fields=["name"])
    for criterion, wish in plan.stays:
        for name, value in {**wish.values, "order": plan.order[wish]}.items():
            setattr(criterion, name, value)
        criterion.save()
    for wish in plan.comes:
        Criterion.objects.create(round=round_, order=plan.order[wish], **wish.values)


def _keep_versions(
    round_: Round,
    version: int,
    before: list[Wish],
    after: list[Wish],
    user: User,
    reason: str,
    consequences: Consequences,
) -> None:
    """The first change of a rubric that was scored by also keeps what it was."""
    RubricVersion.objects.get_or_create(
        round=round_,
        version=round_.rubric_version,
        defaults={"criteria": as_json(before)},
    )
    RubricVersion.objects.create(
        round=round_,
        version=version,
        criteria=as_json(after),
        reason=reason,
        invalidated=consequences.invalidated,
        made_by=user,
    )
    round_.rubric_version = version
    round_.save(update_fields=["rubric_version"])


def _mend_cards(scored: _Scored, rubric: list[Wish]) -> None:
    changed: dict[str, list[int]] = defaultdict(list)
    for card, status in scored.statuses([(one.id, one.track) for one in rubric]):
        if card.status != status:
            changed[status].append(card.pk)
    for status, pks in changed.items():
        Scorecard.objects.filter(pk__in=pks).update(status=status)
