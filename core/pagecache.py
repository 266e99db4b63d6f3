"""Whole public pages, kept for people who carry no cookie that could mean somebody.

The first middleware. It answers from the cache only what a view marked with
``@public_page`` gave to another person without a session, in the same language, at the
same address, since the last change of the event. docs/adr/0018 tells why; the rules:

* a request with any cookie that we do not know to be harmless is never served from
  here and its response is never kept;
* a response that sets a cookie, used the CSRF token or says it is private is not kept;
* a page lives for ``PAGE_CACHE_SECONDS`` at most, never past the next phase boundary.
"""

import gzip
import hashlib
import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import MiddlewareNotUsed
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.generic import View
from redis.exceptions import RedisError

from core.kept import WRITER_COOKIE

logger = logging.getLogger(__name__)

V = TypeVar("V", bound="type[View[Any]]")
T = TypeVar("T")

# For how many seconds a process may believe a name that another one has replaced.
MEMORY = 1.0
MOST_REMEMBERED = 1000
MOST_AT_HAND = 100
NAMES_LIVE = 3600
LONGEST_QUERY = 300
# With any other, a page is made anew: strangers could fill the cache with them.
KEPT_PARAMETERS = frozenset({"page"})
SMALLEST_TO_COMPRESS = 500
# Of bodies; a few large ones would take the place of hundreds of pages.
LARGEST = 1_000_000
# Everything of one event lives below its own path; "series" is no event.
EVENT_PATH = re.compile(r"/events/(?!series/)([-\w]+)/")
NOT_MODIFIED = 304
SITE = "site"
EVERYTHING = "everything"


def public_page(view: V) -> V:
    """Class decorator: anybody may see this page, and strangers may see a kept copy."""
    view = method_decorator(login_not_required, name="dispatch")(view)
    view.dispatch.public_page = True  # type: ignore[attr-defined]
    return view


def fresh_until(request: HttpRequest, moment: datetime | None) -> None:
    """Say that this page will look different from ``moment`` on; earliest counts."""
    if moment is not None:
        known = getattr(request, "page_fresh_until", moment)
        request.page_fresh_until = min(known, moment)  # type: ignore[attr-defined]


def made_earlier(request: HttpRequest, moment: datetime) -> None:
    """Say that this page was not made just now; its countdowns count from then."""
    request.page_made_at = moment  # type: ignore[attr-defined]


def unless_away(call: Callable[..., T], *args: Any) -> T | None:
    """What the cache says, or ``None`` if it cannot be reached: pages do without."""
    try:
        return call(*args)
    except (RedisError, OSError) as error:
        logger.warning("The page cache is away: %s", error)
        return None


@dataclass
class Versions:
    """The names under which pages are filed: a new name, and no old page is found.

    A drawer without a name has not changed for a while. Names are random, and outlive
    by far the pages filed under the name before.
    """

    remembered: dict[str, tuple[float, str]] = field(default_factory=dict)

    def of(self, scopes: Iterable[str], memory: float = MEMORY) -> list[str]:
        """The names of these drawers, with one round trip to the cache at most.

        Those heard of less than ``memory`` seconds ago are not asked for again.
        """
        now = time.monotonic()
        known = {}
        asked = []
        for scope in scopes:
            heard_at, name = self.remembered.get(scope, (-MEMORY, ""))
            known[scope] = name
            if now - heard_at >= memory:
                asked.append(scope)
        if asked:
            if len(self.remembered) > MOST_REMEMBERED:
                self.remembered.clear()
            found = cache.get_many(map(drawer, asked))
            for scope in asked:
                known[scope] = found.get(drawer(scope), "")
                self.remembered[scope] = (now, known[scope])
        return list(known.values())

    def renew(self, scopes: Iterable[str]) -> None:
        names = {drawer(scope): uuid.uuid4().hex for scope in scopes}
        self.forget()
        unless_away(cache.set_many, names, NAMES_LIVE)

    def forget(self) -> None:
        """Believe nothing any more without asking."""
        self.remembered.clear()


versions = Versions()


def drawer(scope: str) -> str:
    return f"pages:{scope}"


def event_scope(slug: str) -> str:
    return f"event:{slug}"


def scopes_of(slug: str) -> list[str]:
    """What may have changed when a page of this event has."""
    return [SITE, event_scope(slug)]


def touch_event(slug: str) -> None:
    """Forget the pages of one event, and those that show all events, after commit."""
    transaction.on_commit(lambda: versions.renew([event_scope(slug), EVERYTHING]))


def touch_site() -> None:
    """Forget every page, after commit: something changed that many events show."""
    transaction.on_commit(lambda: versions.renew([SITE]))


def touch_lists() -> None:
    """Forget the pages that belong to no single event, after commit."""
    transaction.on_commit(lambda: versions.renew([EVERYTHING]))


@dataclass(frozen=True)
class Page:
    """What a stranger is sent."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    compressed: bytes
    etag: str
    made_at: datetime
    until: datetime

    def answer(self, request: HttpRequest) -> HttpResponse:
        response = self._body(request)
        for name, value in self.headers:
            response.headers[name] = value
        if response.status_code == NOT_MODIFIED:
            del response.headers["Content-Type"]
        tell_age(response, self.made_at)
        if request.method == "HEAD":
            response.content = b""
        return response

    def _body(self, request: HttpRequest) -> HttpResponse:
        if self.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            return HttpResponse(status=NOT_MODIFIED)
        accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
        zipped = self.compressed and "gzip" in accepted
        body = self.compressed if zipped else self.body
        response = HttpResponse(body)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(body))
        return response


def tell_age(response: HttpResponse, made_at: datetime) -> None:
    """Countdowns take the page's own time for now, plus this."""
    age = (timezone.now() - made_at).total_seconds() * 1000
    response.headers["Server-Timing"] = f"age;dur={age:.0f}"


def is_stranger(request: HttpRequest) -> bool:
    """Whether nothing in the request could make the page look different for it."""
    harmless = {
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
        WRITER_COOKIE,
    }
    return (
        request.method in {"GET", "HEAD"}
        and "HTTP_AUTHORIZATION" not in request.META
        and "HTTP_HX_REQUEST" not in request.META
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
        and KEPT_PARAMETERS.issuperset(request.GET)
        and harmless.issuperset(request.COOKIES)
    )


def page_key(request: HttpRequest) -> str | None:
    """Where the page is filed now; ``None`` if the cache is away.

    Ask before the page is made: what changes meanwhile is filed elsewhere.
    """
    match = EVENT_PATH.match(request.path_info)
    scopes = [SITE, event_scope(match[1]) if match else EVERYTHING]
    names = unless_away(versions.of, scopes)
    if names is None:
        return None
    address = "\n".join(
        [
            *names,
            request.scheme or "",
            request.META.get("HTTP_HOST", ""),
            translation.get_language_from_request(request),
            request.path,
            _sorted_query(request.META.get("QUERY_STRING", "")),
        ]
    )
    return f"page:{hashlib.sha256(address.encode()).hexdigest()}"


def _sorted_query(query: str) -> str:
    """Parameters in the order of their names; equal names keep theirs: it matters."""
    return "&".join(sorted(query.split("&"), key=lambda part: part.partition("=")[0]))


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    cache_control = response.headers.get("Cache-Control", "")
    user = getattr(request, "user", None)
    return (
        request.method == "GET"
        and getattr(request, "is_public_page", False)
        and response.status_code == 200  # noqa: PLR2004
        and not response.streaming
        and len(response.content) <= LARGEST
        and not response.cookies
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and not (user is not None and user.is_authenticated)
        and "private" not in cache_control
        and "no-store" not in cache_control
    )


def _page(response: HttpResponse, made_at: datetime, until: datetime) -> Page:
    body = response.content
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
        del response.headers["Content-Encoding"]
    compressed = (
        gzip.compress(body, mtime=0) if len(body) > SMALLEST_TO_COMPRESS else b""
    )
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # Weak, since the plain and the compressed copy share it.
    response.headers["ETag"] = f"W/{etag}"
    # A browser asks each time: its owner may have signed in since.
    response.headers.setdefault("Cache-Control", "no-cache")
    patch_vary_headers(response, ["Accept-Encoding", "Accept-Language", "Cookie"])
    headers = tuple(
        (name, value)
        for name, value in response.headers.items()
        if name != "Content-Length"
    )
    return Page(headers, body, compressed, etag, made_at, until)


class PublicPageCacheMiddleware:
    """Must come first, so that a hit costs next to nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.PAGE_CACHE_SECONDS:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.longest = timedelta(seconds=settings.PAGE_CACHE_SECONDS)
        # What this process sent last. The key names the version, so a page at hand is
        # as fresh as the same page in the cache, without the way there.
        self.at_hand: dict[str, Page] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = page_key(request) if is_stranger(request) else None
        if key is None:
            return self.get_response(request)
        page = self.at_hand.get(key) or unless_away(cache.get, key)
        if page is not None and page.until > timezone.now():
            return self.send(key, page, request)
        response = self.get_response(request)
        if _may_be_kept(request, response):
            return self.keep(key, request, response)
        return response

    def send(self, key: str, page: Page, request: HttpRequest) -> HttpResponse:
        if len(self.at_hand) >= MOST_AT_HAND:
            self.at_hand.clear()
        self.at_hand[key] = page
        return page.answer(request)

    def keep(
        self, key: str, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        now = timezone.now()
        until = now + self.longest
        until = min(until, getattr(request, "page_fresh_until", until))
        seconds = int((until - now).total_seconds())
        if seconds < 1:
            return response
        made_at = getattr(request, "page_made_at", now)
        page = _page(response, made_at, until)
        unless_away(cache.set, key, page, seconds)
        return self.send(key, page, request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],  # noqa: ARG002 -- Django calls it so
        kwargs: dict[str, Any],
    ) -> None:
        if "event_slug" in kwargs:  # its page will ask for them
            scopes = scopes_of(kwargs["event_slug"])
            request.session.along = [*map(drawer, scopes)]  # type: ignore[attr-defined]
        request.is_public_page = getattr(view, "public_page", False)  # type: ignore[attr-defined]
