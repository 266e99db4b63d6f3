"""Links to an event that has another address now."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core.pagecache import EVENT_PATH
from events.models import Event

NOT_FOUND = 404
SAME_METHOD = 307  # what was typed is sent again, to the new address


class FormerSlugMiddleware:
    """Leads on what was not found, if its event had that address once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != NOT_FOUND:
            return response
        match = EVENT_PATH.match(request.path_info)
        # Who may not see the event does not learn its new address either.
        event = match and (
            Event.objects.visible_to(request.user)
            .filter(former_slugs__slug=match[1])
            .first()
        )
        if not match or not event:
            return response
        address = request.get_full_path().replace(
            match[0], match[0].replace(match[1], event.slug), 1
        )
        # Not a permanent one: browsers keep those, and addresses may change back.
        redirect = HttpResponseRedirect(address)
        if request.method not in {"GET", "HEAD"}:
            redirect.status_code = SAME_METHOD
        return redirect
