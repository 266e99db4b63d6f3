"""Where allauth asks us: what a new person brings, and how its mails leave."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest

from accounts.hooks import postmen
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: Any,
        commit: bool = True,  # noqa: FBT001, FBT002 -- allauth's signature
    ) -> User:
        user.display_name = form.cleaned_data["display_name"]
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def clean_email(self, email: str) -> str:
        cleaned: str = super().clean_email(email)
        return cleaned.lower()

    def send_mail(self, template_prefix: str, email: str, context: Any) -> None:
        """Hand the mail to the outbox: a dead mail server must not stop a sign-in."""
        site = {"current_site": {"name": settings.SITE_NAME}, **context}
        mail: EmailMessage = self.render_mail(template_prefix, email, site)
        for post in postmen:
            post(email, str(mail.subject), str(mail.body))
