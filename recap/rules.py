"""Who may do what with recaps, certificates and talks."""

import rules

from accounts.models import User
from events.rules import is_organiser, takes_part
from recap.models import Certificate, Recap, TalkProposal


@rules.predicate
def is_public(user: User, recap: Recap) -> bool:
    return recap.is_published and recap.event.is_published


@rules.predicate
def is_own(user: User, thing: Certificate | TalkProposal) -> bool:
    return thing.user_id is not None and thing.user_id == user.pk


rules.add_perm("recap.view_recap", is_public | is_organiser)
rules.add_perm("recap.tell_event", is_organiser)
rules.add_perm("recap.rename_certificate", is_own)
rules.add_perm("recap.offer_talk", takes_part)
rules.add_perm("recap.withdraw_talk", is_own)
