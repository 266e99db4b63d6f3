"""Occasions on which judging wants to do something of its own; see events.hooks."""

from events.hooks import Occasion
from submissions.models import Project

project_submitted: Occasion[[Project]] = Occasion()
project_withdrawn: Occasion[[Project]] = Occasion()
