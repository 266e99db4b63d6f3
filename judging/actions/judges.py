"""Inviting judges, and their links."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from judging.actions.dealing import deal_cards
from judging.models import Judge, new_nonce
from notifications.outbox import notify_address


class LinkIsRevoked(Refused):
    message = _("This judge's link is revoked. Make a new one first.")


@transaction.atomic
def invite_judge(judge: Judge, user: User) -> None:
    """Mail the judge their link, and deal them their scorecards."""
    judge = Judge.objects.select_for_update(of=("self",)).get(pk=judge.pk)
    if judge.revoked_at:
        raise LinkIsRevoked
    judge.invited_at = timezone.now()
    judge.save(update_fields=["invited_at"])
    notify_address(
        judge.email,
        "judging/email/judge_invited",
        key=f"judge-invited:{judge.pk}:{judge.nonce}:{judge.invited_at:%Y%m%d%H%M}",
        event=judge.event,
        context={"name": judge.name, "path": judge.get_link_path()},
    )
    deal_cards(judge.event)
    record(user, "judging.invited", judge, event=judge.event)


@transaction.atomic
def revoke_judge(judge: Judge, user: User) -> None:
    """End the link and every session opened by it. What was scored stays.

    What was not goes to others.
    """
    if Judge.objects.filter(pk=judge.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    ):
        record(user, "judging.revoked", judge, event=judge.event)
        deal_cards(judge.event)


@transaction.atomic
def renew_link(judge: Judge, user: User) -> Judge:
    """A new link; the old one, and sessions opened by it, end at once."""
    judge = Judge.objects.select_for_update(of=("self",)).get(pk=judge.pk)
    judge.nonce, judge.revoked_at = new_nonce(), None
    judge.save(update_fields=["nonce", "revoked_at"])
    record(user, "judging.link_renewed", judge, event=judge.event)
    deal_cards(judge.event)
    return judge
