"""What a rubric is as plain values: to start from, to ask for, to keep, to compare."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.ledger import digest_of
from judging.models import Criterion, Round


@dataclass(frozen=True)
class Wish:
    """One criterion as an organiser wants it; ``id`` is the one that it was until now.

    Scores keep their meaning as long as scale and track are the same.
    """

    name: str
    description: str = ""
    weight: Decimal = Decimal(1)
    scale_min: int = 1
    scale_max: int = 5
    levels: str = ""
    track: int | None = None
    id: int | None = None

    @classmethod
    def of(cls, criterion: Criterion) -> "Wish":
        return cls(
            name=criterion.name,
            description=criterion.description,
            weight=criterion.weight.quantize(Decimal("0.01")),
            scale_min=criterion.scale_min,
            scale_max=criterion.scale_max,
            levels=criterion.levels,
            track=criterion.track_id,
            id=criterion.pk,
        )

    @property
    def values(self) -> dict[str, Any]:
        """The columns of a criterion."""
        names = (field.name for field in fields(self) if field.name not in _KEYS)
        return {**{name: getattr(self, name) for name in names}, "track_id": self.track}

    def means_the_same_as(self, other: "Wish") -> bool:
        """Whether a score for one is a score for the other."""
        return (self.scale_min, self.scale_max, self.track) == (
            other.scale_min,
            other.scale_max,
            other.track,
        )


_KEYS = ("id", "track")


def rubric_of(round_: Round) -> list[Wish]:
    return [Wish.of(one) for one in round_.criteria.filter(retired_in=None)]


def as_json(rubric: Iterable[Wish]) -> list[dict[str, Any]]:
    """How a version of a rubric is kept."""
    return [
        {"id": one.id, **one.values, "weight": f"{one.weight:.2f}"} for one in rubric
    ]


def rubric_digest(rubric: Iterable[Wish]) -> str:
    """Names a rubric, so that nobody changes one that they have not seen."""
    return digest_of(as_json(rubric))


NONE = "\N{EN DASH}"

# --- What differs between two versions, for people

NAMES = {
    "name": gettext_lazy("name"),
    "description": gettext_lazy("what to look at"),
    "weight": gettext_lazy("weight"),
    "scale": gettext_lazy("scale"),
    "levels": gettext_lazy("what each level means"),
    "track": gettext_lazy("track"),
}


@dataclass(frozen=True)
class Difference:
    """``kind`` is added, retired or changed; ``fields`` has name, before and after."""

    kind: str
    name: str
    fields: tuple[tuple[str, str, str], ...] = ()


def differences(
    before: list[dict[str, Any]], after: list[dict[str, Any]], tracks: dict[int, str]
) -> list[Difference]:
    old = {one["id"]: one for one in before}
    new = {one["id"]: one for one in after}
    found = [Difference("retired", old[pk]["name"]) for pk in old if pk not in new]
    for pk, one in new.items():
        if pk not in old:
            found.append(Difference("added", one["name"]))
            continue
        was, now = _in_words(old[pk], tracks), _in_words(one, tracks)
        changed = tuple(
            (str(NAMES[name]), was[name], now[name])
            for name in NAMES
            if was[name] != now[name]
        )
        if changed:
            found.append(Difference("changed", one["name"], changed))
    return found


def _in_words(one: dict[str, Any], tracks: dict[int, str]) -> dict[str, str]:
    return {
        "name": one["name"],
        "description": one["description"] or NONE,
        "weight": f"{Decimal(one['weight']).normalize():f}",
        "scale": f"{one['scale_min']} … {one['scale_max']}",
        "levels": one["levels"] or NONE,
        "track": tracks.get(one["track_id"], "?") if one["track_id"] else NONE,
    }


# --- To start from


def standard() -> list[Wish]:
    """Four criteria from 1 to 5, with a word on each level."""
    return [
        Wish(
            _("Idea"),
            _("Is it worth doing, and is it new?"),
            levels=_(
                "Seen before\nA small twist\nA good idea\nA fresh idea\n"
                "I wish I had thought of it"
            ),
        ),
        Wish(
            _("Data"),
            _("Is the data understood and well used?"),
            levels=_(
                "Not looked at\nUsed as it came\nUnderstood\n"
                "Understood and cleaned\nThe data tells the story"
            ),
        ),
        Wish(
            _("Craft"),
            _("Does it work, and how well is it made?"),
            levels=_(
                "Does not run\nRuns in parts\nRuns in the demo\n"
                "Solid\nCould be used tomorrow"
            ),
        ),
        Wish(
            _("Demo"),
            _("Did we understand what it is and why?"),
            levels=_(
                "Lost us\nHard to follow\nClear\nVery clear\nWe want to try it now"
            ),
        ),
    ]


def yes_or_no() -> list[Wish]:
    """Three questions that take no time to answer."""
    return [
        Wish(name, about, scale_min=0, scale_max=1, levels=_("No\nYes"))
        for name, about in (
            (_("It works"), _("Did it run in front of us?")),
            (_("It is new"), _("Have we not seen this before?")),
            (_("I would use it"), _("Or somebody I know would.")),
        )
    ]


def one_to_ten() -> list[Wish]:
    """The standard questions on a finer scale, without words for its levels."""
    return [
        Wish(one.name, one.description, scale_min=1, scale_max=10) for one in standard()
    ]


TEMPLATES: dict[str, tuple[Any, Callable[[], list[Wish]]]] = {
    "standard": (gettext_lazy("Four questions, 1 to 5"), standard),
    "yes_or_no": (gettext_lazy("Three questions, yes or no"), yes_or_no),
    "one_to_ten": (gettext_lazy("Four questions, 1 to 10"), one_to_ten),
}
