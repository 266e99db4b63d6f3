"""Occasions on which apps above want to do something of their own; see events.hooks."""

from accounts.models import User
from events.hooks import Occasion
from events.models import Event
from teams.models import Team

# Somebody has a seat in a team.
seat_taken: Occasion[[Team, User]] = Occasion()
# Teams stand at other tables than before.
tables_given: Occasion[[Event]] = Occasion()
# Somebody is no longer in a team: by their own wish, or because they had to go.
seat_vacated: Occasion[[Team, User]] = Occasion()
# The last member is about to leave; a listener that minds raises a ``Refused``.
last_seat_leaves: Occasion[[Team]] = Occasion()
