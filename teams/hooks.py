"""Occasions on which judging wants to do something of its own; see events.hooks."""

from accounts.models import User
from events.hooks import Occasion
from teams.models import Team

# Somebody is no longer in a team: by their own wish, or because they had to go.
seat_vacated: Occasion[[Team, User]] = Occasion()
