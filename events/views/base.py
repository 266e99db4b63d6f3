from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.views.generic import View
from django.views.generic.base import ContextMixin

from accounts.models import User
from core.pagecache import fresh_until
from core.sheets import Sheet, make_sheet
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
    shelf: Shelf

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.shelf = Shelf(kwargs["event_slug"], request.session)
        self.open_event()

    def open_event(self) -> None:
        """Turn away whoever may not see it, before anything else."""
        timezone.activate(self.event.zone)  # TimeZoneMiddleware ends it
        fresh_until(self.request, self.event.next_boundary())

    @cached_property
    def event(self) -> Event:
        """A kept copy will do for whoever only reads what is published."""
        slug = self.kwargs["event_slug"]
        if self.request.method in {"GET", "HEAD"}:
            event = self.shelf.keep_row("event", lambda: published_event(slug))
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
        # Asked of staff alone, for whom it matters: this page is read by everybody.
        waits = user.is_staff and user.lacks_second_step
        name = f"standing of {user.pk}" + (" without a second step" if waits else "")
        return self.shelf.keep(name, self.find_standing)

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
            name,
            lambda: render_to_string(template, {"event": self.event, **make_context()}),
            self.next_boundary,
        )

    def next_boundary(self) -> datetime | None:
        """When what a page says changes without anybody's doing."""
        return self.event.next_boundary()

    def header_context(self) -> dict[str, Any]:
        return {
            "tab": self.tab,
            "takes_part": self.standing.takes_part,
            "organises": self.standing.organises,
        }

    def event_header(self) -> SafeString:
        context = self.header_context()
        return self.keep(
            f"header {context}",
            "events/_event_header.html",
            lambda: {**context, "news": self.event.latest_news()},
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"event": self.event, "event_header": self.event_header, **kwargs}
        )


class SheetMixin(EventMixin):
    """A page that is read much: made once for all who stand alike to the event."""

    template_name: str

    def open_event(self) -> None:
        """Who finds a sheet kept need not look for the event: it is published."""

    def sheet(
        self, name: str, make_context: Callable[[], dict[str, Any]], **personal: Any
    ) -> HttpResponse:
        """The page, which looks the same to all for whom ``name`` is the same.

        All but its open places: their templates see the user and what is
        ``personal``, the others neither request nor user.
        """

        def make() -> Sheet:
            header = {"event": self.event, "event_header": self.event_header()}
            return make_sheet(
                self.template_name,
                {**header, **make_context()},
                self.event.next_boundary(),
            )

        def make_if_published() -> Sheet | None:
            return make() if self.event.is_published else None

        sheet = self.shelf.keep(
            f"{self.template_name} {name}, {self.header_context()}",
            make_if_published,
            self.next_boundary,
        )
        return (sheet or make()).answer(self.request, **personal)
