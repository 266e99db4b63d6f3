"""What a phone sends in a pairwise round: one answer. Read strictly."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from judging.payload import Malformed

LONGEST_CLIENT = 40
LARGEST = 2**53
LONGEST_SECONDS = 24 * 3600
FIELDS = {
    "answer", "current", "previous", "round", "seconds", "tapped_at", "undone",
}  # fmt: skip
# A winner; or none: the first one seen, no difference seen, and passed by.
WINNERS = ("previous", "current")
PASSED_BY = ("absent", "busy")
ANSWERS = (*WINNERS, "seen", "unsure", *PASSED_BY)


@dataclass(frozen=True)
class Vote:
    round: int
    previous: int | None
    current: int
    answer: str
    undone: bool
    seconds: int | None
    tapped_at: datetime | None

    @property
    def pair(self) -> tuple[int, int] | None:
        """Winner and loser, if there is one."""
        if self.previous is None or self.answer not in WINNERS:
            return None
        pair = self.previous, self.current
        return pair if self.answer == "previous" else pair[::-1]


def read_vote(data: Any) -> Vote:
    """Raise :class:`Malformed` for anything but a whole, sensible answer."""
    if not isinstance(data, dict):
        raise Malformed("", _("An answer is a JSON object."))
    if unknown := sorted(set(data) - FIELDS):
        raise Malformed(unknown[0], _("This field is not known."))
    answer = data.get("answer")
    if answer not in ANSWERS:
        raise Malformed("answer", _("This answer is not known."))
    undone = data.get("undone", False)
    if not isinstance(undone, bool):
        raise Malformed("undone", _("This must be true or false."))
    previous = _number("previous", data.get("previous"), LARGEST)
    current = _whole("current", data.get("current"), LARGEST)
    if (answer in {*WINNERS, "unsure"} and previous is None) or previous == current:
        raise Malformed("previous", _("A comparison needs two projects."))
    return Vote(
        round=_whole("round", data.get("round"), LARGEST),
        previous=previous,
        current=current,
        answer=answer,
        undone=undone,
        seconds=_number("seconds", data.get("seconds"), LONGEST_SECONDS),
        tapped_at=_moment(data.get("tapped_at")),
    )


def _whole(field: str, value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise Malformed(field, _("This must be a whole number."))
    return value


def _number(field: str, value: Any, most: int) -> int | None:
    return None if value is None else _whole(field, value, most)


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Malformed("tapped_at", _("This is no moment in time."))
    return moment
