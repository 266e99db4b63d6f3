"""What only organisers may, waits until they have a second step (STAFF_MFA).

The rules and query sets know who lacks it (``User.lacks_second_step``), so that it is
refused on whatever page. Here those who were refused for it learn what to do.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event
from events.rules import has_organiser_role

REFUSED = {403, 404}


def lead_to_second_step(request: HttpRequest) -> HttpResponse:
    messages.info(
        request,
        _(
            "Organisers sign in with a second step. Set up an app or a passkey here; "
            "then the pages for organisers open."
        ),
    )
    if request.headers.get("HX-Request"):  # else the page would land in a fragment
        return HttpResponse(headers={"HX-Redirect": resolve_url("mfa_index")})
    return redirect("mfa_index")


class SecondStepMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refused, or told that there is nothing: both are answers to a stranger."""
        response = self.get_response(request)
        if response.status_code in REFUSED and waits_for_second_step(request):
            return lead_to_second_step(request)
        return response


def waits_for_second_step(request: HttpRequest) -> bool:
    """Whether the page belongs to an event that the person organises, but for that."""
    user, match = request.user, request.resolver_match
    slug = match.kwargs.get("event_slug") if match else None
    if slug is None or not isinstance(user, User) or not user.lacks_second_step:
        return False
    event = Event.objects.filter(slug=slug).first()
    return event is not None and has_organiser_role(user, event)
