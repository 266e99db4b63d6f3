from typing import Any, ClassVar, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.views.generic import View
from django.views.generic.base import ContextMixin

from accounts.models import User
from core.pagecache import fresh_until
from events.models import Event


class EventMixin(ContextMixin, View):
    """A page of the event that ``event_slug`` names: 404 for those who may not see it.

    ``tab`` marks where the page belongs in the event's header.
    """

    tab: ClassVar[str] = ""
    event: Event

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.event = get_object_or_404(
            Event.objects.visible_to(request.user).with_windows(),
            slug=kwargs["event_slug"],
        )
        fresh_until(request, self.event.next_boundary())

    @property
    def user(self) -> User:
        """Who is asking; on a public page perhaps an ``AnonymousUser``."""
        return cast("User", self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"event": self.event, "event_tab": self.tab, **kwargs}
        )
