"""Who leads for a prize: a round's order, or a part of its projects and criteria."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Exists, OuterRef

from events.models import Prize
from judging.models import Comparison, PrizeRule, Round, Score
from judging.standings import deciding_order, standings
from submissions.models import Project


def rule_of(prize: Prize) -> PrizeRule | None:
    """The organisers' rule; else the last round in which anything was scored decides.

    In the prize's track. A final that was never held decides nothing.
    """
    rule = (
        PrizeRule.objects.filter(prize=prize)
        .select_related("round__event", "track")
        .prefetch_related("criteria")
        .first()
    )
    if rule is not None:
        return rule
    rounds = Round.objects.filter(event=prize.event_id).order_by("-order", "-pk")
    scored = rounds.filter(
        Exists(Score.objects.filter(scorecard__round=OuterRef("pk")))
        | Exists(Comparison.objects.filter(round=OuterRef("pk"), undone_at=None))
    )
    last = scored.first() or rounds.first()
    return PrizeRule(prize=prize, round=last, track=prize.track) if last else None


def leaders_for(prize: Prize) -> list[Project]:
    """The project that leads, or those that share the lead; empty before any score."""
    rule = rule_of(prize)
    if rule is None:
        return []
    projects = Project.objects.in_gallery().filter(event=prize.event_id)
    if rule.track_id:
        projects = projects.filter(tracks=rule.track_id)
    found = {
        project.pk: project for project in projects.select_related("team", "event")
    }
    placed = [(pk, key) for pk, key in _keys(rule) if pk in found]
    best = max((key for _pk, key in placed), default=None)
    return [found[pk] for pk, key in placed if key == best]


def with_leaders(prizes: Iterable[Prize]) -> list[Any]:
    """The prizes, each with its ``leaders``: what the scores suggest, no more."""
    found: list[Any] = list(prizes)
    for prize in found:
        prize.leaders = leaders_for(prize)
        rule = rule_of(prize)
        prize.decided_in = rule.round if rule else None
    return found


def _keys(rule: PrizeRule) -> Iterable[tuple[int, Any]]:
    """Each project with what it is measured by: more is better."""
    criteria = list(rule.criteria.all()) if rule.pk else []
    if not criteria:
        return [(one.project, -one.rank) for one in deciding_order(rule.round)]
    keys = []
    for one in standings(rule.round):
        given = [c for c in criteria if c.pk in one.criteria]
        weight = sum((c.weight for c in given), Decimal(0))
        if given:
            total = sum(one.criteria[c.pk] * _exact(c.weight) for c in given)
            keys.append((one.project, total / _exact(weight)))
    return keys


def _exact(weight: Decimal) -> Fraction:
    return Fraction(weight)
