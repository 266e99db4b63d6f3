"""Who may do what with recaps, certificates and talks."""

import rules

from accounts.models import User
from events.rules import is_organiser, takes_part
from recap.models import Recap


@rules.predicate
def is_public(user: User, recap: Recap) -> bool:
    return recap.is_published and recap.event.is_published


rules.add_perm("recap.view_recap", is_public | is_organiser)
rules.add_perm("recap.tell_event", is_organiser)
rules.add_perm("recap.offer_talk", takes_part)
