"""Who may do what about judging. Judges themselves are no users: see sessions.py."""

import rules

from events.rules import is_organiser

rules.add_perm("judging.run_judging", is_organiser)
