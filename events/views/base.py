from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.views.generic import View
from django.views.generic.base import ContextMixin

from accounts.models import User
from core.pagecache import fresh_until
from core.shelf import Shelf
from events.models import Event, Registration


@dataclass(frozen=True)
class Standing:
    """What somebody is to an event, as far as its pages show it. No permission."""

    organises: bool
    # Of their registration; empty for whoever has none.
    status: str
    takes_part: bool


def published_event(slug: str) -> Event | None:
    return Event.objects.with_windows().filter(slug=slug, is_published=True).first()


STRANGER = Standing(organises=False, status="", takes_part=False)


class EventMixin(ContextMixin, View):
    """A page of the event that ``event_slug`` names: 404 for those who may not see it.

    ``tab`` marks where the page belongs in the event's header.
    """

    tab: ClassVar[str] = ""
    event: Event
    shelf: Shelf

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.shelf = Shelf(kwargs["event_slug"])
        self.event = self.find_event(kwargs["event_slug"])
        fresh_until(request, self.event.next_boundary())

    def find_event(self, slug: str) -> Event:
        """A kept copy will do for whoever only reads what is published."""
        if self.request.method in {"GET", "HEAD"}:
            event = self.shelf.keep("event", lambda: published_event(slug))
            if event is not None:
                return event
        events = Event.objects.with_windows().visible_to(self.request.user)
        return get_object_or_404(events, slug=slug)

    @property
    def user(self) -> User:
        """Who is asking; on a public page perhaps an ``AnonymousUser``."""
        return cast("User", self.request.user)

    @cached_property
    def standing(self) -> Standing:
        user = self.request.user
        if not isinstance(user, User):
            return STRANGER
        return self.shelf.keep(f"standing of {user.pk}", self.find_standing)

    @cached_property
    def own_registration(self) -> Registration | None:
        return self.event.registrations.filter(user=self.user).first()

    def find_standing(self) -> Standing:
        own = self.own_registration
        return Standing(
            organises=self.user.has_perm("events.organise_event", self.event),
            status=own.status if own else "",
            takes_part=own is not None and own.takes_part,
        )

    def keep(
        self, name: str, template: str, make_context: Callable[[], dict[str, Any]]
    ) -> SafeString:
        """Part of a page that looks the same for all for whom ``name`` is the same.

        The template sees neither request nor user.
        """
        return self.shelf.keep(
            # A boundary changes what a page says without anybody's doing.
            f"{name}, until {self.event.next_boundary()}",
            lambda: render_to_string(template, {"event": self.event, **make_context()}),
        )

    def event_header(self) -> SafeString:
        context = {
            "tab": self.tab,
            "signed_in": self.request.user.is_authenticated,
            "organises": self.standing.organises,
        }
        return self.keep(
            f"header {context}",
            "events/_event_header.html",
            lambda: {**context, "news": self.event.latest_news()},
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"event": self.event, "event_header": self.event_header, **kwargs}
        )
