"""What an account leaves in the tables of Django and allauth."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.db.models import Q

from accounts.hooks import holds_personal_data, on_erasure
from accounts.models import User


@holds_personal_data("sign-in")
def sign_in(user: User) -> dict[str, Any]:
    """Addresses, devices, and other sites they sign in by."""
    return {
        "addresses": [
            {"email": one.email, "verified": one.verified, "primary": one.primary}
            for one in EmailAddress.objects.filter(user=user)
        ],
        "sessions": [
            {
                "from": one.ip,
                "device": one.user_agent,
                "since": one.created_at.isoformat(),
                "last_seen": one.last_seen_at.isoformat(),
            }
            for one in UserSession.objects.filter(user=user)
        ],
        "other sites": [
            {"provider": one.provider, "uid": one.uid, "data": one.extra_data}
            for one in SocialAccount.objects.filter(user=user)
        ],
        "second steps": [
            {"type": one.type, "since": one.created_at.isoformat()}
            for one in Authenticator.objects.filter(user=user)
        ],
    }


@on_erasure
def end_sessions(user: User) -> None:
    """On every device: what a session holds is the person's as well."""
    for session in UserSession.objects.filter(user=user):
        session.end()


@on_erasure
def forget_in_the_admins_history(user: User) -> None:
    """Django's own, which nobody needs: the event's log knows what was done."""
    names = Q()
    for name in {str(user), user.email}:
        names |= Q(object_repr__icontains=name) | Q(change_message__icontains=name)
    LogEntry.objects.filter(names).update(object_repr="", change_message="")
