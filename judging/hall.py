"""One round as it is now: who is there, who may see what, and who has seen what.

Read in a fixed number of queries; the plan and the organisers' grid both start here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from judging.assignment import Plan, Problem
from judging.conflicts import conflicts_at
from judging.graph import Pair
from judging.models import Entry, Judge, Pairing, Round, Scorecard
from submissions.models import Project

Status = Scorecard.Status
# A place in the running order that nobody has given.
NO_PLACE = 32_767


def by_table(project: Project) -> tuple[object, ...]:
    """Tables as people count them: 2 before 10, and none at the end."""
    parts = re.split(r"(\d+)", project.team.table.lower())
    table = tuple((int(p), "") if p.isdecimal() else (-1, p) for p in parts)
    return not project.team.table, table, project.team.name.lower(), project.pk


@dataclass
class Hall:
    round: Round
    # Those who take part, in the order of the tables or of the demos.
    projects: list[Project]
    # Not there for now, so nobody is sent to them.
    set_aside: list[Project]
    # All of the event, with ``tracks``; also those who have left.
    judges: list[Judge]
    cards: dict[Pair, Scorecard]
    rules: dict[Pair, str]
    conflicts: dict[int, set[int]]
    _tracks: dict[int, set[int]] = field(default_factory=dict)

    @cached_property
    def present(self) -> list[Judge]:
        """Who can be dealt something here: judges of another track stay with it."""
        return [
            judge for judge in self.judges if judge.is_here and self._belongs(judge)
        ]

    def _belongs(self, judge: Judge) -> bool:
        tracks = self.tracks_of(judge)
        return (
            not tracks or self.round.track_id is None or self.round.track_id in tracks
        )

    def tracks_of(self, judge: Judge) -> set[int]:
        if judge.pk not in self._tracks:
            self._tracks[judge.pk] = {track.pk for track in judge.tracks.all()}
        return self._tracks[judge.pk]

    def in_conflict(self, judge: Judge, project: Project) -> bool:
        return project.pk in self.conflicts.get(judge.pk, ())

    @cached_property
    def allowed(self) -> dict[int, set[int]]:
        """What each judge who is here may see; a pin counts more than tracks."""
        topics = {p.pk: {track.pk for track in p.tracks.all()} for p in self.projects}
        allowed = {}
        for judge in self.present:
            tracks = self.tracks_of(judge)
            conflicts = self.conflicts.get(judge.pk, set())
            allowed[judge.pk] = {
                pk
                for pk, topic in topics.items()
                if pk not in conflicts
                and (
                    (rule := self.rules.get((judge.pk, pk))) == Pairing.Rule.PIN
                    or (rule is None and (not tracks or bool(tracks & topic)))
                )
            }
        return allowed

    def card(self, judge: Judge, project: Project) -> Scorecard | None:
        """Their card, unless it went to somebody else."""
        card = self.cards.get((judge.pk, project.pk))
        if card is None or (card.moved_at is not None and not card.is_begun):
            return None
        return card

    @cached_property
    def fixed(self) -> set[Pair]:
        """Begun by who is here, or finished by who has left; conflicts do not count."""
        here = {judge.pk for judge in self.present}
        field_ = {project.pk for project in self.projects}
        return {
            (judge, project)
            for (judge, project), card in self.cards.items()
            if project in field_
            and project not in self.conflicts.get(judge, ())
            and (card.is_begun if judge in here else card.status == Status.DONE)
        }

    @cached_property
    def dealt(self) -> set[Pair]:
        """Open cards, whoever has them."""
        return {
            pair
            for pair, card in self.cards.items()
            if not card.is_begun and card.moved_at is None
        }

    def problem(self, *, anew: bool = False) -> Problem:
        """What is to be solved. ``anew``: open cards need not stay where they are."""
        began = any(card.is_begun for card in self.cards.values())
        is_under_way = began or self.round.is_open
        known = self.fixed | self.dealt
        first: dict[int, int] = {}
        for pair in sorted(known, key=lambda pair: self.cards[pair].position):
            first.setdefault(*pair)
        return Problem(
            judges=[judge.pk for judge in self.present],
            projects=[project.pk for project in self.projects],
            allowed=self.allowed,
            wanted=self.round.wanted_judges,
            pins={
                pair
                for pair, rule in self.rules.items()
                if rule == Pairing.Rule.PIN and pair[1] in self.allowed.get(pair[0], ())
            },
            fixed=self.fixed,
            dealt=set() if anew else self.dealt,
            first=first if is_under_way and not anew else {},
            is_walk=self.round.kind == Round.Kind.EXPO,
            is_fresh=anew or not (known and is_under_way),
        )

    def moves(self, plan: Plan) -> "list[Move]":
        """What this plan changes: for each project, who loses it and who gets it."""
        names = {judge.pk: judge for judge in self.judges}
        titles = {p.pk: p for p in [*self.projects, *self.set_aside]}
        before = self.dealt | self.fixed
        after = plan.pairs
        lost = {pair for pair in self.dealt - after if pair[1] in titles}
        found: dict[int, Move] = {}
        for judge, project in sorted(lost):
            move = found.setdefault(project, Move(titles[project], [], []))
            move.from_judges.append(names[judge])
        for judge, project in sorted(after - before):
            move = found.setdefault(project, Move(titles[project], [], []))
            move.to_judges.append(names[judge])
        return [found[p.pk] for p in titles.values() if p.pk in found]


@dataclass(frozen=True)
class Move:
    project: Project
    from_judges: list[Judge]
    to_judges: list[Judge]


def enter(round_: Round) -> Hall:
    """Read one round. As many queries for a thousand projects as for one."""
    entries = {entry.project_id: entry for entry in Entry.objects.filter(round=round_)}
    projects = (
        Project.objects.in_gallery()
        .filter(event=round_.event_id)
        .select_related("team", "event")
        .prefetch_related("tracks")
    )
    if round_.track_id:
        projects = projects.filter(tracks=round_.track_id)
    if round_.follows_id:
        projects = projects.filter(pk__in=entries)
    judges = list(
        Judge.objects.filter(event=round_.event_id).prefetch_related("tracks")
    )
    ordered = _in_order(round_, projects, entries)
    aside = {pk for pk, entry in entries.items() if entry.set_aside_at}
    return Hall(
        round=round_,
        projects=[project for project in ordered if project.pk not in aside],
        set_aside=[project for project in ordered if project.pk in aside],
        judges=judges,
        cards={
            (card.judge_id, card.project_id): card
            for card in Scorecard.objects.filter(round=round_).only(
                "round_id", "judge_id", "project_id", "position", "status", "revision",
                "moved_at",
            )
        },
        rules={
            (judge, project): rule
            for judge, project, rule in Pairing.objects.filter(
                round=round_
            ).values_list("judge_id", "project_id", "rule")
        },
        conflicts=conflicts_at(round_.event, judges),
    )  # fmt: skip


def _in_order(
    round_: Round, projects: Iterable[Project], entries: dict[int, Entry]
) -> list[Project]:
    ordered = sorted(projects, key=by_table)
    if round_.kind == Round.Kind.EXPO:
        return ordered
    return sorted(
        ordered,
        key=lambda p: entries[p.pk].position if p.pk in entries else NO_PLACE,
    )
