"""What a judge's phone carries: rubric, route, projects, and their own cards."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.crypto import salted_hmac

from events.models import Event, Phase
from judging.conflicts import conflicts_of
from judging.models import Criterion, Judge, Recusal, Round, Scorecard
from judging.running import running_orders
from submissions.models import Project

Status = Scorecard.Status


def cards_of(judge: Judge) -> list[Scorecard]:
    """The judge's cards in the order of the route, conflicts left out."""
    cards = list(
        Scorecard.objects.live()
        .filter(judge=judge, project__status=Project.Status.SUBMITTED)
        .exclude(project__in=conflicts_of(judge))
        .select_related("project__team", "project__event", "round")
        .prefetch_related("scores", "project__tracks")
        .order_by("round__order", "round", "position", "pk")
    )
    for card in cards:
        card.round.event = judge.event
    return cards


@dataclass(frozen=True)
class Part:
    """The cards of one round; nothing of one round leads into another."""

    round: Round
    cards: list[Scorecard]

    @property
    def done(self) -> list[Scorecard]:
        return [card for card in self.cards if card.status == Status.DONE]

    @property
    def to_visit_again(self) -> list[Scorecard]:
        return [card for card in self.cards if card.status in Scorecard.TO_VISIT_AGAIN]

    @property
    def to_score(self) -> list[Scorecard]:
        return [c for c in self.cards if c.status in {Status.TODO, Status.STARTED}]


def by_round(cards: list[Scorecard]) -> list[Part]:
    """The list by rounds: those that are over come last."""
    parts: dict[int, Part] = {}
    for card in cards:
        part = parts.setdefault(card.round_id, Part(card.round, []))
        part.cards.append(card)
    return sorted(parts.values(), key=lambda part: part.round.is_over)


def stepped_back_from(judge: Judge) -> list[Recusal]:
    """What the judge has declared and may still take back, newest first."""
    declared = judge.recusals.filter(source=Recusal.Source.DECLARED)
    declared = declared.select_related("project").order_by("-created_at", "-pk")
    return [recusal for recusal in declared if recusal.can_be_taken_back]


def next_card(cards: list[Scorecard], card: Scorecard) -> Scorecard | None:
    """Where to go from a card: what is to score, then whom to visit again.

    In the same round: the next one may ask other things.
    """
    cards = [one for one in cards if one.round_id == card.round_id]
    place = cards.index(card)
    others = cards[place + 1 :] + cards[:place]
    for wanted in ({Status.TODO, Status.STARTED}, Scorecard.TO_VISIT_AGAIN):
        for other in others:
            if other.status in wanted:
                return other
    return None


def rounds_of(event: Event) -> list[Round]:
    """The event's rounds with their rubrics as they are now."""
    current = Prefetch("criteria", Criterion.objects.current())
    return list(event.rounds.prefetch_related(current))


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


def scores_of(card: Scorecard, rubric: Iterable[int]) -> dict[int, int]:
    return {
        s.criterion_id: s.value for s in card.scores.all() if s.criterion_id in rubric
    }


def vault_of(judge: Judge) -> list[str]:
    """Keys for what a judge leaves unsent on a phone that they sign out of.

    The first one locks; older ones, of secret keys that were replaced, still unlock.
    """
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [
        b64encode(
            salted_hmac(
                "judging.vault", str(judge.pk), secret=secret, algorithm="sha256"
            ).digest()
        ).decode()
        for secret in secrets
    ]


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def state_of(judge: Judge) -> dict[str, Any]:
    window = judge.event.window(Phase.JUDGING)
    rounds = rounds_of(judge.event)
    rubric = {c.pk for round_ in rounds for c in round_.criteria.all()}
    orders = running_orders(rounds)
    return {
        "menlo": "state",
        "judge": {"id": judge.pk, "name": judge.name},
        "event": {"name": judge.event.name, "zone": judge.event.time_zone},
        "now": timezone.now().isoformat(),
        "opens_at": _text(window.opens_at) if window else None,
        "closes_at": _text(window.closes_at) if window else None,
        "vault": vault_of(judge),
        "rounds": [
            {
                **_round_state(round_),
                "order": [project.pk for project in orders[round_.pk]],
            }
            for round_ in rounds
        ],
        "stepped_back": [
            {
                "id": recusal.pk,
                "title": recusal.project.title,
                "until": _text(recusal.taken_back_until),
            }
            for recusal in stepped_back_from(judge)
        ],
        "cards": [
            {
                **card_state(card, scores_of(card, rubric)),
                "round": card.round_id,
                "project": {
                    "id": card.project_id,
                    "title": card.project.title,
                    "tagline": card.project.tagline,
                    "team": card.project.team.name,
                    "table": card.project.team.table,
                    "tracks": [track.pk for track in card.project.tracks.all()],
                    "path": card.project.get_absolute_url(),
                },
            }
            for card in cards_of(judge)
        ],
    }


def _round_state(round_: Round) -> dict[str, Any]:
    return {
        "id": round_.pk,
        "name": round_.name,
        "kind": round_.kind,
        "now_on": round_.now_on_id,
        "now_on_since": _text(round_.now_on_since),
        "ends_at": _text(round_.ends_at),
        "is_break": round_.is_break,
        "has_begun": round_.has_begun,
        "is_closed": round_.closed_at is not None,
        "criteria": [
            {
                "id": c.pk,
                "name": c.name,
                "description": c.description,
                "track": c.track_id,
                "values": [
                    {"value": value, "label": label}
                    for value, label in c.labelled_values
                ],
            }
            for c in round_.criteria.all()
        ],
    }
