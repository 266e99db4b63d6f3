"""Count tries, in the way and the cache in which allauth counts its own."""

import logging
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from redis.exceptions import RedisError

APP = "allauth.account"
AT_A_SHARED_PLACE = 10  # times as many tries from one address
Address = IPv4Address | IPv6Address

logger = logging.getLogger(__name__)

# Apps above this one know places where many honest people share one address.
shared_places: list[Callable[[Address], bool]] = []


def may_try(request: HttpRequest, action: str, key: str | None = None) -> bool:
    """Count one more try, unless there were too many; see hackathon/limits.py.

    Other than allauth, this counts reading a page as well.
    """
    usage = ratelimit.consume(request, app=APP, action=action, key=key, limit_get=True)
    return usage is not None


def knock(request: HttpRequest, action: str, key: str) -> None:
    """Count somebody who opens a page by a link; too many get a page that says so."""
    if not may_try(request, action, key):
        raise ImmediateHttpResponse(ratelimit.respond_429(request))


def is_shared_place(request: HttpRequest) -> bool:
    from allauth.account.adapter import get_adapter  # noqa: PLC0415 -- needs the apps

    address = ip_address(get_adapter().get_client_ip(request))
    return any(knows(address) for knows in shared_places)


class Counter:
    """The cache; while it is away, this process counts by itself.

    Doors stay open to those who know the way, and guessing stays slow: with each
    process counting for itself, as many times faster as there are processes.
    """

    def __init__(self) -> None:
        self.own = LocMemCache("tries", {})

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            try:
                return getattr(cache, name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                logger.warning("Tries are counted in this process: %s", error)
                return getattr(self.own, name)(*args, **kwargs)

        return counted


ratelimit.cache = totp.cache = Counter()
_all_rates = ratelimit.get_rates


def rates_here(**what: Any) -> list[ratelimit.Rate]:
    """Those by address are wider for who comes from a shared place, never gone.

    Any organiser can name a place, so it must not open the doors to guessing.
    allauth asks for its rates by name alone, so who asks is taken from its context.
    """
    rates = _all_rates(**what)
    request = context.request
    if (
        request is not None
        and any(rate.per == "ip" for rate in rates)
        and is_shared_place(request)
    ):
        return [
            replace(rate, amount=rate.amount * AT_A_SHARED_PLACE)
            if rate.per == "ip"
            else rate
            for rate in rates
        ]
    return list(rates)


ratelimit.get_rates = rates_here
