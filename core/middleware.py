"""What every response carries, whoever made it."""

import uuid
from collections.abc import Callable
from contextvars import ContextVar

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from core.stack import with_room

GetResponse = Callable[[HttpRequest], HttpResponse]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
# What is being answered: for those who note from where something was done.
current_request: ContextVar[HttpRequest | None] = ContextVar(
    "current_request", default=None
)

ADMIN = "/admin/"
# Alpine, which the admin's theme is built on, compiles its attributes with eval and
# sets styles in place; see docs/adr/0017.
ADMIN_POLICY = {
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}
PERMISSIONS = (
    "accelerometer=(), browsing-topics=(), camera=(self), geolocation=(), "
    "gyroscope=(), magnetometer=(), microphone=(), payment=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self), usb=()"
)


class RequestIdMiddleware:
    """Name the request, in the logs and to whoever reports trouble."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = uuid.uuid4().hex
        request.META["REQUEST_ID"] = name  # for what is logged once this has returned
        token, here = request_id.set(name), current_request.set(request)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
            current_request.reset(here)
        response["X-Request-ID"] = name
        return response


class NoNulMiddleware:
    """An address with a NUL leads nowhere; PostgreSQL would refuse to look."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)


class WrongMethodMiddleware:
    """Say so where the address of a button is opened like a page.

    Django sends an empty page. One comes here by signing in after a button was pressed
    whose form is no longer kept, or was somebody else's.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method != "GET" or not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


class TimeZoneMiddleware:
    """Whatever zone a page was shown in, the next one begins without."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


class RoomMiddleware:
    """Room on Python's stack for the templates of the admin, which lie deep."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.with_room = with_room(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_admin = request.path_info.startswith(ADMIN)
        return (self.with_room if is_admin else self.get_response)(request)


class SecurityHeadersMiddleware:
    """Headers that Django does not set, and what only the admin may do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A view may let other sites show its picture.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response["Cross-Origin-Embedder-Policy"] = "require-corp"
        response["Permissions-Policy"] = PERMISSIONS
        # Nobody reads on a shared computer what the last person saw.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """django-csp, building the policy of ordinary pages once; no page has a nonce.

    The admin gets the two freedoms that its theme needs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.usual = build_policy()

    def process_request(self, request: HttpRequest) -> None:
        pass

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path_info.startswith(ADMIN):
            response._csp_replace = ADMIN_POLICY  # type: ignore[attr-defined]  # noqa: SLF001
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.usual)
        return response
