"""Who may do what with a survey. Read the table at the bottom first.

Answering needs no permission: who has the personal link may answer.
"""

import rules

from events.rules import is_organiser

rules.add_perm("feedback.follow_survey", is_organiser)
