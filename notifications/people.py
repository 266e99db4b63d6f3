from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.utils import timezone

from accounts.hooks import carries_account_mail, holds_personal_data, on_erasure
from accounts.models import User
from core.ledger import canonical
from notifications.models import ACCOUNT_MAIL, Notification
from notifications.outbox import notify_address


@holds_personal_data("mails")
def mails(user: User) -> dict[str, Any]:
    return {
        "switched_off": list(user.switched_off.values_list("topic", flat=True)),
        "sent": [
            {"mail": mail.template, "status": mail.status, "at": str(mail.created_at)}
            for mail in user.notifications.all()
        ],
    }


@on_erasure
def forget_mails(user: User) -> None:
    """What was sent to the person goes with the account, or with their addresses.

    What was sent to others may name them: of what has left nothing is needed.
    """
    known = EmailAddress.objects.filter(user=user)
    addresses = {user.email, *known.values_list("email", flat=True)}
    to_them = Q(recipient=user)
    for address in addresses:
        to_them |= Q(address__iexact=address)
    Notification.objects.filter(to_them).delete()
    owed = [Notification.Status.QUEUED, Notification.Status.SENDING]
    settled = Notification.objects.exclude(status__in=owed)
    names = {str(user), *addresses}
    naming = [
        mail.pk
        for mail in settled.exclude(context={}).only("context").iterator()
        if any(name in canonical(mail.context) for name in names)
    ]
    settled.filter(pk__in=naming).update(context={})
    for address in addresses:
        settled.filter(error__icontains=address).update(error="")


@carries_account_mail
def queue_account_mail(
    address: str, subject: str, text: str, useful_for: timedelta
) -> None:
    notify_address(
        address,
        ACCOUNT_MAIL,
        key=f"account:{uuid4()}",
        context={"subject": subject, "text": text},
        expires_at=timezone.now() + useful_for,
    )
