"""What the big screen may show of a published result: the steps so far, never the rest.

Works on snapshots alone; what has not been published does not exist here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from events.models import Event
from judging.models import PublishedResult, Reveal


@dataclass(frozen=True)
class Step:
    """One press: a place with those who share it, or a prize. ``place`` 0 is none."""

    place: int
    label: str
    winners: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Part:
    name: str
    steps: tuple[Step, ...]


def parts_of(snapshot: dict[str, Any], places: int) -> list[Part]:
    """What can be revealed of a snapshot: its rounds, then its prizes.

    Each from the last of ``places`` to the first; who share a place share a step.
    """
    parts = []
    for round_ in snapshot.get("rounds", ()):
        lines = sorted(
            (one for one in round_["projects"] if one["rank"] <= places),
            key=lambda one: -one["rank"],
        )
        steps = [
            Step(place, "", tuple(_winner(line) for line in shared))
            for place, shared in groupby(lines, key=lambda one: int(one["rank"]))
        ]
        parts.append(Part(round_["name"], tuple(steps)))
    prizes = [
        Step(0, award["prize"], (_winner(award),))
        for award in reversed(snapshot.get("awards", ()))
    ]
    return [*parts, Part(_("Prizes"), tuple(prizes))]


def _winner(line: dict[str, Any]) -> dict[str, str]:
    return {"title": line["title"], "team": line["team"]}


@dataclass(frozen=True)
class OnScreen:
    """A reveal as the room sees it; ``shown`` is newest first."""

    name: str
    shown: tuple[Step, ...]
    left: int

    @property
    def newest(self) -> Step | None:
        return self.shown[0] if self.shown else None


def steps_of(reveal: Reveal) -> tuple[Step, ...]:
    """All that this reveal will show; for whoever presses, not for the screen."""
    if reveal.result is None:
        return ()
    return parts_of(reveal.result.snapshot, reveal.places)[reveal.part].steps


def next_step(reveal: Reveal) -> Step | None:
    return next(iter(steps_of(reveal)[reveal.shown :]), None)


def on_screen(reveal: Reveal) -> OnScreen | None:
    """What may be seen now; ``None`` before publishing."""
    if reveal.result is None:
        return None
    part = parts_of(reveal.result.snapshot, reveal.places)[reveal.part]
    shown = part.steps[: reveal.shown]
    return OnScreen(part.name, tuple(reversed(shown)), len(part.steps) - len(shown))


def reveal_of(event: Event) -> Reveal | None:
    return Reveal.objects.select_related("result").filter(event=event.pk).first()


def are_held_back(event: Event) -> bool:
    """Whether the result is still for the stage alone, although it is published."""
    return Reveal.objects.filter(event=event.pk, hides_results=True).exists()


def public_versions(event: Event) -> list[PublishedResult]:
    """What everybody may see, newest first; ``inputs`` are read when asked for."""
    versions = list(event.published_results.defer("inputs"))
    return [] if versions and are_held_back(event) else versions


# --- One result beside another


def order_of(snapshot: Mapping[str, Any]) -> dict[int, list[tuple[int, int]]]:
    """Of each round with a score, places and projects."""
    return {
        one["round"]: [(line["rank"], line["project"]) for line in one["projects"]]
        for one in snapshot.get("rounds", ())
        if one["projects"]
    }


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What the new result says otherwise than the old one, a sentence each."""
    said = []
    earlier = {one["round"]: one for one in old.get("rounds", ())}
    for round_ in new.get("rounds", ()):
        lines = earlier.get(round_["round"], {"projects": []})["projects"]
        place = {line["project"]: line["rank"] for line in lines}
        for line in round_["projects"]:
            was = place.pop(line["project"], None)
            names = {"round": round_["name"], "project": line["title"]}
            if was is None:
                text = _("%(round)s: %(project)s is new, on place %(place)d.")
                said.append(text % {**names, "place": line["rank"]})
            elif was != line["rank"]:
                text = _("%(round)s: %(project)s goes from place %(was)d to %(place)d.")
                said.append(text % {**names, "was": was, "place": line["rank"]})
        gone = {line["project"]: line["title"] for line in lines}
        for project in place:
            text = _("%(round)s: %(project)s is no longer there.")
            said.append(text % {"round": round_["name"], "project": gone[project]})
    won = {one["prize"]: one["title"] for one in old.get("awards", ())}
    for one in new.get("awards", ()):
        if won.pop(one["prize"], None) != one["title"]:
            text = _("“%(prize)s” goes to %(project)s.")
            said.append(text % {"prize": one["prize"], "project": one["title"]})
    said += [_("“%s” goes to nobody.") % prize for prize in won]
    return said
