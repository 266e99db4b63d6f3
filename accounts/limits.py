"""Count tries, in the way and the cache in which allauth counts its own."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

APP = "allauth.account"


def may_try(request: HttpRequest, action: str, key: str | None = None) -> bool:
    """Count one more try, unless there were too many; see hackathon/limits.py.

    Other than allauth, this counts reading a page as well.
    """
    usage = ratelimit.consume(request, app=APP, action=action, key=key, limit_get=True)
    return usage is not None
