"""The demo's postman: mails are kept in a table and read at /mail/."""

from collections.abc import Sequence
from email.header import decode_header, make_header

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from notifications.models import CaughtMail


def _readable(address: str) -> str:
    """As a mail program shows it: names beyond ASCII travel encoded."""
    return str(make_header(decode_header(address)))


class MailboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            html = ""
            if isinstance(mail, EmailMultiAlternatives):
                html = next((str(a[0]) for a in mail.alternatives), "")
            CaughtMail.objects.create(
                to=", ".join(map(_readable, mail.recipients())),
                subject=str(mail.subject),
                text=str(mail.body),
                html=html,
                headers={
                    name: str(value) for name, value in mail.extra_headers.items()
                },
            )
        return len(email_messages)
