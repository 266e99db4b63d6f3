"""What anybody may read about events."""

from itertools import groupby
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import DetailView, ListView, TemplateView, View

from core.pagecache import fresh_until, public_page
from core.search import matching
from events.calendars import calendar_of
from events.forms import EventFilterForm
from events.models import AgendaItem, Event, Phase, Registration, Series
from events.structured_data import hackathon
from events.views.base import EventMixin, SheetMixin


def note_boundaries(request: HttpRequest, events: list[Event]) -> None:
    """A list of events changes when the phase of any of them does."""
    for event in events:
        fresh_until(request, event.next_boundary())


@public_page
class EventListView(ListView[Event]):
    """Events that run, events to come, and page by page those that were."""

    template_name = "events/event_list.html"
    context_object_name = "past"
    paginate_by = 20

    @cached_property
    def form(self) -> EventFilterForm:
        return EventFilterForm(self.request.GET or None)

    def found(self) -> QuerySet[Event]:
        events = Event.objects.visible_to(self.request.user).with_windows()
        if self.form.is_bound and not self.form.is_valid():
            return events.none()
        if self.form.is_bound:
            words, series = (
                self.form.cleaned_data["q"],
                self.form.cleaned_data["series"],
            )
            if words:
                events = events.filter(
                    matching(words, "name", "tagline", "venue", "series__name")
                )
            if series:
                events = events.filter(series=series)
        return events

    def get_queryset(self) -> QuerySet[Event]:
        return self.found().filter(ends_at__lte=timezone.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        ahead = list(self.found().filter(ends_at__gt=now).order_by("starts_at")[:50])
        context = super().get_context_data(
            form=self.form,
            running=[event for event in ahead if event.starts_at <= now],
            coming=[event for event in ahead if event.starts_at > now],
            **kwargs,
        )
        note_boundaries(self.request, [*ahead, *context["past"]])
        return context


@public_page
class SeriesDetailView(DetailView[Series]):
    """A community and its events."""

    model = Series

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = list(
            Event.objects.visible_to(self.request.user)
            .with_windows()
            .filter(series=self.object)[:100]
        )
        note_boundaries(self.request, events)
        return super().get_context_data(
            ahead=sorted(
                (event for event in events if not event.is_over),
                key=lambda event: event.starts_at,
            ),
            past=[event for event in events if event.is_over],
            **kwargs,
        )


@public_page
class EventDetailView(SheetMixin):
    """All that one wants to know before, during and after."""

    tab = "overview"
    template_name = "events/event_detail.html"

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        zone = getattr(self.user, "zone", None)
        standing = self.standing
        return self.sheet(
            f"for {standing.status} {standing.takes_part} in {zone}",
            lambda: self.overview(zone),
        )

    def overview(self, zone: ZoneInfo | None) -> dict[str, Any]:
        address = f"{settings.SITE_URL}{self.event.get_absolute_url()}"
        return {
            **self.call_to_action(),
            "described": hackathon(self.event, address),
            "subscribe": f"webcal://{settings.SITE_URL.partition('//')[2]}"
            f"{reverse('events:ics', args=[self.event.slug])}",
            "reader": SimpleNamespace(zone=zone),
            "announcements": self.event.announcements.all()[:10],
            "agenda": self.agenda_by_day(),
            "tracks": self.event.tracks.all(),
            "prizes": self.event.prizes.select_related("track", "sponsor"),
            "sponsors": self.event.sponsors.all(),
            "faqs": self.event.faqs.all(),
        }

    def agenda_by_day(self) -> list[tuple[Any, list[AgendaItem]]]:
        items = self.event.agenda.all()
        days = groupby(items, lambda i: i.starts_at.astimezone(self.event.zone).date())
        return [(day, list(its_items)) for day, its_items in days]

    def call_to_action(self) -> dict[str, Any]:
        event = self.event
        return {
            "status": self.standing.status,
            "takes_part": self.standing.takes_part,
            "registration_window": event.window(Phase.REGISTRATION),
            "registration_is_open": event.is_open_for(Phase.REGISTRATION),
            "places_left": self.places_left(),
            "phase": event.phase().value,
            "teams_are_open": event.is_open_for(Phase.TEAM_FORMATION),
        }

    def places_left(self) -> int | None:
        """How many places are free; ``None`` without a limit or when it is over."""
        if self.event.capacity is None or not self.event.is_open_for(
            Phase.REGISTRATION
        ):
            return None
        taken = self.event.registrations.holding_a_place().count()
        return max(self.event.capacity - taken, 0)


@public_page
class ConductView(EventMixin, TemplateView):
    """The rules of the house, on a page of their own."""

    template_name = "events/event_conduct.html"


@public_page
class NewsView(EventMixin, TemplateView):
    """The latest announcement, for open pages that ask again and again."""

    template_name = "events/_news.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(news=self.event.latest_news(), **kwargs)


@public_page
class AgendaCalendarView(EventMixin, View):
    """The event and its agenda for everybody's calendar.

    Calendars that have an event learn from here that it was taken off the site.
    """

    @cached_property
    def event(self) -> Event:
        slug = self.kwargs["event_slug"]
        known = Event.objects.filter(registrations__status__in=Registration.STANDING)
        visible = Event.objects.visible_to(self.request.user)
        rows = Event.objects.with_windows().filter(slug=slug)
        return get_object_or_404(
            rows.filter(Q(pk__in=visible.values("pk")) | Q(pk__in=known.values("pk")))
        )

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        link = f"{settings.SITE_URL}{self.event.get_absolute_url()}"
        response = HttpResponse(
            calendar_of(self.event, link), content_type="text/calendar; charset=utf-8"
        )
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{self.event.slug}.ics"'
        )
        return response
