"""What a judge's phone carries: rubric, route, projects, and their own cards."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from events.models import Phase
from judging.conflicts import conflicts_of
from judging.models import Criterion, Judge, Scorecard
from judging.running import running_orders
from submissions.models import Project


def cards_of(judge: Judge) -> list[Scorecard]:
    """The judge's cards in the order of the route, conflicts left out."""
    return list(
        Scorecard.objects.live()
        .filter(judge=judge, project__status=Project.Status.SUBMITTED)
        .exclude(project__in=conflicts_of(judge))
        .select_related("project__team", "round")
        .prefetch_related("scores")
        .order_by("round__order", "position", "pk")
    )


def card_state(card: Scorecard, scores: dict[int, int]) -> dict[str, Any]:
    return {
        "id": card.pk,
        "revision": card.revision,
        "status": card.status,
        "notes": card.notes,
        "feedback": card.feedback,
        "starred": card.is_starred,
        "scores": {str(criterion): value for criterion, value in scores.items()},
        "taps": {name: revision for name, (revision, _client) in card.taps.items()},
    }


def scores_of(card: Scorecard) -> dict[int, int]:
    return {score.criterion_id: score.value for score in card.scores.all()}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def state_of(judge: Judge) -> dict[str, Any]:
    window = judge.event.window(Phase.JUDGING)
    rounds = list(
        judge.event.rounds.prefetch_related(
            Prefetch("criteria", Criterion.objects.filter(retired_in=None))
        )
    )
    orders = running_orders(rounds)
    return {
        "menlo": "state",
        "judge": {"id": judge.pk, "name": judge.name},
        "event": {"name": judge.event.name},
        "now": timezone.now().isoformat(),
        "opens_at": _text(window.opens_at) if window else None,
        "closes_at": _text(window.closes_at) if window else None,
        "rounds": [
            {
                "id": round_.pk,
                "name": round_.name,
                "kind": round_.kind,
                "now_on": round_.now_on_id,
                "now_on_since": _text(round_.now_on_since),
                "ends_at": _text(round_.ends_at),
                "is_break": round_.is_break,
                "order": [project.pk for project in orders[round_.pk]],
                "criteria": [
                    {
                        "id": c.pk,
                        "name": c.name,
                        "description": c.description,
                        "values": [
                            {"value": value, "label": label}
                            for value, label in c.labelled_values
                        ],
                    }
                    for c in round_.criteria.all()
                ],
            }
            for round_ in rounds
        ],
        "cards": [
            {
                **card_state(card, scores_of(card)),
                "round": card.round_id,
                "project": {
                    "id": card.project_id,
                    "title": card.project.title,
                    "tagline": card.project.tagline,
                    "team": card.project.team.name,
                    "table": card.project.team.table,
                    "path": card.project.get_absolute_url(),
                },
            }
            for card in cards_of(judge)
        ],
    }
