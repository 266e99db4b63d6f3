"""What every response carries, whoever made it."""

import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

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
        token = request_id.set(name)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = name
        return response


class SecurityHeadersMiddleware:
    """Headers that Django does not set, and what only the admin may do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Cross-Origin-Embedder-Policy"] = "require-corp"
        response["Permissions-Policy"] = PERMISSIONS
        # Nobody reads on a shared computer what the last person saw.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class AdminPolicyMiddleware:
    """Give the admin the two freedoms that its theme needs, and no other page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/admin/"):
            response._csp_replace = ADMIN_POLICY  # type: ignore[attr-defined]  # noqa: SLF001
        return response
