"""Occasions on which apps above want to do something of their own; see events.hooks."""

from events.hooks import Occasion
from submissions.models import Project, Tool

project_submitted: Occasion[[Project]] = Occasion()
# One that is handed in was changed: its tracks, say.
project_edited: Occasion[[Project]] = Occasion()
project_withdrawn: Occasion[[Project]] = Occasion()
# One tool is the same as another: (the one that goes, the one that stays).
tool_merged: Occasion[[Tool, Tool]] = Occasion()
