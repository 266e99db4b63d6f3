"""Who gets which scorecards, and who gets them when something has happened."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event
from judging.assignment import Plan, plan
from judging.hall import Hall, enter
from judging.models import Criterion, Round, Scorecard


class NotDealt(Refused):
    message = _("The cards of this round are not dealt: it is not open, or closed.")


class PlanHasChanged(Refused):
    message = _("Something has happened since you looked. This is the plan now.")


class NoRubric(Refused):
    message = _(
        "This round has no criteria, so there is nothing to score. Write its rubric "
        "first; then its cards are dealt."
    )


@transaction.atomic
def deal_cards(event: Event) -> int:
    """Bring the cards of all rounds that are on up to date; return how many are new.

    What was begun stays as it is; of the rest only moves what must. Twice is once.
    A round without criteria is not dealt: its cards could not be scored.
    """
    event = Event.objects.select_for_update().get(pk=event.pk)
    return sum(
        _deal(round_)
        for round_ in _rounds(event).filter(has_rubric=True)
        if round_.is_dealt
    )


def _rounds(event: Event) -> QuerySet[Any]:
    rubric = Criterion.objects.current().filter(round=OuterRef("pk"))
    rounds = event.rounds.select_related("event").prefetch_related("event__windows")
    return rounds.annotate(has_rubric=Exists(rubric))


def _deal(round_: Round, *, anew: bool = False) -> int:
    hall = enter(round_)
    return _write(hall, plan(hall.problem(anew=anew)))


def _write(hall: Hall, plan_: Plan) -> int:
    """Make the cards what the plan says. Nothing is deleted: see Scorecard.moved_at."""
    new, changed = [], []
    for judge, route in plan_.routes.items():
        for place, project in enumerate(route):
            card = hall.cards.get((judge, project))
            if card is None:
                new.append(
                    Scorecard(
                        round=hall.round,
                        judge_id=judge,
                        project_id=project,
                        position=place,
                    )
                )
            elif card.position != place or card.moved_at is not None:
                card.position, card.moved_at = place, None
                changed.append(card)
    for pair in hall.dealt - plan_.pairs:
        hall.cards[pair].moved_at = timezone.now()
        changed.append(hall.cards[pair])
    Scorecard.objects.bulk_create(new)
    Scorecard.objects.bulk_update(changed, ["position", "moved_at"], batch_size=400)
    return len(plan_.pairs - hall.dealt - hall.fixed)


def fingerprint_of(hall: Hall, plan_: Plan) -> str:
    """Names a plan, so that what is carried out is what was looked at."""
    text = json.dumps(sorted(plan_.pairs | hall.fixed))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@transaction.atomic
def plan_again(round_: Round, user: User, *, seen: str, anew: bool = False) -> int:
    """Carry out the plan that was looked at; return how many cards have moved.

    ``anew`` gives up the order of what is open, for better mixing.
    """
    event = Event.objects.select_for_update().get(pk=round_.event_id)
    round_ = _rounds(event).get(pk=round_.pk)
    if not round_.criteria.current().exists():
        raise NoRubric
    if not round_.is_dealt:
        raise NotDealt
    hall = enter(round_)
    plan_ = plan(hall.problem(anew=anew))
    if fingerprint_of(hall, plan_) != seen:
        raise PlanHasChanged
    moved = _write(hall, plan_)
    record(user, "judging.planned", round_, event=event, moved=moved)
    return moved
