"""Occasions on which apps above want to do something of their own; see events.hooks."""

from collections.abc import Callable

from events.hooks import Occasion
from events.models import Event
from submissions.models import Project, Tool

project_submitted: Occasion[[Project]] = Occasion()
# One that is handed in was changed: its tracks, say.
project_edited: Occasion[[Project]] = Occasion()
project_withdrawn: Occasion[[Project]] = Occasion()
# One tool is the same as another: (the one that goes, the one that stays).
tool_merged: Occasion[[Tool, Tool]] = Occasion()

# Names of prizes by project, as far as everybody may know them.
Winners = Callable[[Event], dict[int, list[str]]]
_juries: list[Winners] = []


def names_winners(jury: Winners) -> Winners:
    """Register who knows what was won at an event."""
    if jury not in _juries:
        _juries.append(jury)
    return jury


def prizes_of(event: Event) -> dict[int, list[str]]:
    return {pk: names for jury in _juries for pk, names in jury(event).items()}
