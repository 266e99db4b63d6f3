"""Where allauth asks us about people who sign in by another site."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import User
from core.text import clean_line


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> User:
        """Take the name along; allauth knows only first and last names."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(part for part in parts if part)
        try:
            user.display_name = clean_line(name or data.get("username") or "")[:80]
        except (
            ValidationError
        ):  # nothing that can be stored: people may write their own
            user.display_name = ""
        return user
