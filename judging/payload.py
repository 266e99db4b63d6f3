"""What a phone sends: one whole scorecard. Read strictly, refused with a sentence."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.text import clean_line, clean_text
from judging.models import Criterion, Scorecard

LONGEST_TEXT = 5000
LONGEST_REASON = 200
CLIENT = re.compile(r"[\w.-]{1,40}", re.ASCII)
LARGEST_REVISION = 2**53
FIELDS = {
    "base", "client", "feedback", "notes", "reason", "revision", "scores", "starred",
    "status", "tapped_at", "taps",
}  # fmt: skip
# Sent as a card's status by a judge who steps back; never a card's status here.
CONFLICT = "conflict"
WORDS = ("notes", "feedback", "starred", "status")


class Malformed(Exception):
    """``field`` names what cannot be read; the text says why."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class CardPayload:
    client: str
    revision: int
    tapped_at: datetime | None
    scores: dict[int, int]
    notes: str
    feedback: str
    starred: bool
    status: str
    reason: str
    # The revision in which each field was tapped, and the one that the phone knew of
    # before: what it did not tap is not its word. Without them all fields are.
    taps: dict[str, int]
    base: dict[str, int]
    is_by_field: bool

    @property
    def steps_back(self) -> bool:
        return self.status == CONFLICT

    def fields(self) -> dict[str, Any]:
        """Each field that was tapped, with its value; a score taken back is None."""
        content = {
            **{f"scores.{pk}": value for pk, value in self.scores.items()},
            **{name: getattr(self, name) for name in WORDS},
        }
        return {name: content.get(name) for name in self.taps}

    def as_json(self) -> dict[str, Any]:
        """The content without the envelope: what makes two payloads the same."""
        return {
            "scores": {str(k): v for k, v in sorted(self.scores.items())},
            **{name: getattr(self, name) for name in WORDS},
            **({"reason": self.reason} if self.steps_back else {}),
            **({"taps": self.taps, "base": self.base} if self.is_by_field else {}),
        }


def content_of(card: Scorecard, scores: dict[int, int]) -> dict[str, Any]:
    """A card's values under the names that payloads use."""
    return {
        **{f"scores.{pk}": value for pk, value in scores.items()},
        "notes": card.notes,
        "feedback": card.feedback,
        "starred": card.is_starred,
        "status": card.status,
    }


def read_payload(data: Any, rubric: list[Criterion]) -> CardPayload:
    """Check every value against the rubric; raise :class:`Malformed`."""
    if not isinstance(data, dict):
        raise Malformed("", _("A scorecard is a JSON object."))
    if unknown := sorted(set(data) - FIELDS):
        raise Malformed(unknown[0], _("This field is not known."))
    client = data.get("client")
    if not isinstance(client, str) or not CLIENT.fullmatch(client):
        raise Malformed("client", _("The device must name itself."))
    revision = _whole("revision", data.get("revision"), 1, LARGEST_REVISION)
    names = [*(f"scores.{c.pk}" for c in rubric), *WORDS]
    is_by_field = "taps" in data
    return CardPayload(
        client=client,
        revision=revision,
        tapped_at=_moment(data.get("tapped_at")),
        scores=_scores(data.get("scores"), {str(c.pk): c for c in rubric}),
        notes=_text("notes", data.get("notes", "")),
        feedback=_text("feedback", data.get("feedback", "")),
        starred=_flag(data.get("starred", False)),
        status=_status(data.get("status")),
        reason=_reason(data.get("reason", "")),
        taps=_revisions("taps", data["taps"], names, revision)
        if is_by_field
        else dict.fromkeys(names, revision),
        base=_revisions("base", data.get("base", {}), names, LARGEST_REVISION),
        is_by_field=is_by_field,
    )


def _whole(field: str, value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise Malformed(
            field,
            _("This must be a whole number from %(low)s to %(high)s.")
            % {"low": low, "high": high},
        )
    return value


def _revisions(field: str, value: Any, names: list[str], high: int) -> dict[str, int]:
    if not isinstance(value, dict) or not value.keys() <= set(names):
        raise Malformed(field, _("This is an object: field to revision."))
    return {
        name: _whole(f"{field}.{name}", revision, 0, high)
        for name, revision in sorted(value.items())
    }


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Malformed("tapped_at", _("This is no moment in time."))


def _scores(value: Any, rubric: dict[str, Criterion]) -> dict[int, int]:
    if not isinstance(value, dict):
        raise Malformed("scores", _("Scores are an object: criterion to number."))
    scores = {}
    for key, score in value.items():
        criterion = rubric.get(key)
        if criterion is None:
            raise Malformed(f"scores.{key}", _("This criterion is not in the rubric."))
        if score is not None:
            scores[criterion.pk] = _whole(
                f"scores.{key}", score, criterion.scale_min, criterion.scale_max
            )
    return scores


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise Malformed(field, _("This must be a text of at most 5000 characters."))
    try:
        return clean_text(value)
    except ValidationError as error:
        raise Malformed(field, str(error.messages[0])) from None


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed("starred", _("This must be true or false."))
    return value


def _reason(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_REASON:
        raise Malformed("reason", _("This must be a text of at most 200 characters."))
    try:
        return clean_line(value)
    except ValidationError as error:
        raise Malformed("reason", str(error.messages[0])) from None


def _status(value: Any) -> str:
    if value not in [*Scorecard.Status.values, CONFLICT]:
        raise Malformed("status", _("This state is not known."))
    return str(value)
