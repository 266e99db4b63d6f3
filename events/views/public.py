"""What anybody may read about events."""

from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.views.generic import DetailView, ListView, TemplateView, View

from accounts.models import User
from core.pagecache import fresh_until, kept_part, public_page
from events.calendars import calendar_of
from events.forms import EventFilterForm
from events.models import AgendaItem, Event, Phase, Registration, Series
from events.structured_data import hackathon
from events.views.base import EventMixin


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
        if self.form.is_bound and self.form.is_valid():
            words, series = (
                self.form.cleaned_data["q"],
                self.form.cleaned_data["series"],
            )
            if words:
                events = events.filter(
                    Q(name__icontains=words)
                    | Q(tagline__icontains=words)
                    | Q(venue__icontains=words)
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
class EventDetailView(EventMixin, TemplateView):
    """All that one wants to know before, during and after."""

    tab = "overview"
    template_name = "events/event_detail.html"

    def agenda_by_day(self) -> list[tuple[Any, list[AgendaItem]]]:
        items = self.event.agenda.all()
        days = groupby(items, lambda i: i.starts_at.astimezone(self.event.zone).date())
        return [(day, list(its_items)) for day, its_items in days]

    def programme(self) -> SafeString:
        """Agenda, tracks, prizes and the rest, which nobody sees differently."""
        event = self.event
        return render_to_string(
            "events/_programme.html",
            {
                "event": event,
                "agenda": self.agenda_by_day(),
                "tracks": event.tracks.all(),
                "prizes": event.prizes.select_related("track", "sponsor"),
                "sponsors": event.sponsors.all(),
                "faqs": event.faqs.all(),
            },
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event, user = self.event, self.request.user
        own: Registration | None = None
        if isinstance(user, User):
            own = event.registrations.filter(user=user).first()
        return super().get_context_data(
            programme=kept_part(event.slug, "programme", self.programme),
            announcements=event.announcements.select_related("author")[:10],
            registration=own,
            registration_window=event.window(Phase.REGISTRATION),
            registration_is_open=event.is_open_for(Phase.REGISTRATION),
            places_left=self.places_left(),
            described=hackathon(
                event, self.request.build_absolute_uri(event.get_absolute_url())
            ),
            phase=event.phase().value,
            teams_are_open=event.is_open_for(Phase.TEAM_FORMATION),
            **kwargs,
        )

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
class AgendaCalendarView(EventMixin, View):
    """The event and its agenda for everybody's calendar."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        link = request.build_absolute_uri(self.event.get_absolute_url())
        response = HttpResponse(
            calendar_of(self.event, link), content_type="text/calendar; charset=utf-8"
        )
        response.headers["Content-Disposition"] = (
            f'attachment; filename="{self.event.slug}.ics"'
        )
        return response
