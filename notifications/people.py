from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.hooks import carries_account_mail, holds_personal_data
from accounts.models import User
from notifications.models import ACCOUNT_MAIL
from notifications.outbox import notify_address

# Codes and links of an account mail are worthless by then.
USEFUL_FOR = timedelta(hours=24)


@holds_personal_data("mails")
def mails(user: User) -> dict[str, Any]:
    return {
        "switched_off": list(user.switched_off.values_list("topic", flat=True)),
        "sent": [
            {"mail": mail.template, "status": mail.status, "at": str(mail.created_at)}
            for mail in user.notifications.all()
        ],
    }


@carries_account_mail
def queue_account_mail(address: str, subject: str, text: str) -> None:
    notify_address(
        address,
        ACCOUNT_MAIL,
        key=f"account:{uuid4()}",
        context={"subject": subject, "text": text},
        expires_at=timezone.now() + USEFUL_FOR,
    )
