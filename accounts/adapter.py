"""Where allauth asks us: what a new person brings, and how its mails leave."""

import ipaddress
import unicodedata
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts.hooks import postmen
from accounts.limits import APP, may_try
from accounts.models import User
from core.middleware import current_request


def on_this_site(url: str) -> str:
    """The same page, by the name that the owner gave the site.

    allauth takes the name from the request, and so from whoever made it.
    """
    return settings.SITE_URL + urlsplit(url)._replace(scheme="", netloc="").geturl()


def useful_for(context: dict[str, Any]) -> timedelta:
    """A code is worth nothing after its minutes; a link and news are, for a day."""
    if "code" in context:
        return timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    return timedelta(days=1)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: Any,
        commit: bool = True,  # noqa: FBT001, FBT002 -- allauth's signature
    ) -> User:
        # Who comes from another site is asked for no name: they brought it, or not.
        user.display_name = form.cleaned_data.get("display_name", user.display_name)
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def clean_email(self, email: str) -> str:
        if email.endswith("]"):
            raise ValidationError(_("Please give an address at a named place."))
        cleaned: str = super().clean_email(email)
        return cleaned.lower()

    def send_mail(self, template_prefix: str, email: str, context: Any) -> None:
        """Hand the mail to the outbox: a dead mail server must not stop a sign-in."""
        # Spelt in many ways, one mailbox could be filled in spite of all limits.
        mailbox = unicodedata.normalize("NFKC", email).casefold()
        if template_prefix.endswith("unknown_account") and not may_try(
            self.request, "unknown_account", mailbox
        ):
            return
        links = {k: on_this_site(v) for k, v in context.items() if k.endswith("_url")}
        values = {
            "current_site": {
                "name": settings.SITE_NAME,
                "domain": urlsplit(settings.SITE_URL).netloc,
            },
            "site_url": settings.SITE_URL,
            "email": email,
            **context,
            **links,
        }
        mail: EmailMessage = self.render_mail(template_prefix, email, values)
        for post in postmen:
            post(email, str(mail.subject), str(mail.body), useful_for(context))

    def is_safe_url(self, url: str) -> bool:
        """Whether people may be sent there: only to a path, which is on this site."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        """As allauth finds it, but IPv4 in the clothes of IPv6 is not one network."""
        address = ipaddress.ip_address(super().get_client_ip(request))
        return str(getattr(address, "ipv4_mapped", None) or address)

    def _get_login_attempts_cache_key(
        self, request: HttpRequest, **credentials: Any
    ) -> str:
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key} from {ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try for this place, and for all places together."""
        super().pre_authenticate(request, **credentials)
        anywhere = ratelimit.consume(
            request,
            app=APP,
            action="login_failed_anywhere",
            key=super()._get_login_attempts_cache_key(request, **credentials),
        )
        if anywhere is None:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage.usage += anywhere.usage  # taken back on success


def where_from() -> str | None:
    """The address of whoever is being answered; None outside of a request."""
    request = current_request.get()
    if request is None:
        return None
    address: str = get_adapter(request).get_client_ip(request)
    return address
