from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.views.generic import DetailView, TemplateView

from accounts.models import User
from core.pagecache import public_page
from core.text import skeleton
from core.views import PermittedObjectView
from dashboard.reports import numbers_of
from dashboard.todo import judgeships, my_events
from events.models import Event, Series
from events.views import EventMixin
from judging.models import Judge
from judging.progress import progress_of
from teams.models import Team


@public_page
class HomeView(TemplateView):
    """For visitors what Menlo is; for those signed in, what they must do next."""

    def get_template_names(self) -> list[str]:
        known = self.request.user.is_authenticated
        return ["dashboard/home.html" if known else "dashboard/welcome.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        events = list(Event.objects.visible_to(user).with_windows()[:30])
        now = timezone.now()
        context: dict[str, Any] = {
            "open_events": [e for e in events if e.starts_at <= now < e.ends_at],
            "coming_events": sorted(
                (e for e in events if e.starts_at > now), key=lambda e: e.starts_at
            ),
            "past_events": [e for e in events if e.ends_at <= now][:6],
            "is_empty": not events,
        }
        if isinstance(user, User):
            context["mine"] = my_events(user)
            context["has_series"] = bool(events) or Series.objects.exists()
            context["judgeships"] = judgeships(user)
            context["organised"] = (
                numbers_of(
                    Event.objects.organised_by(user)
                    .with_windows()
                    .filter(ends_at__gte=now - timedelta(days=14))[:6]
                )
                if user.organiser_roles.exists()
                else []
            )
        return super().get_context_data(**context, **kwargs)


@public_page
class RobotsView(TemplateView):
    """What search engines need not try: one must sign in there, or have a link."""

    template_name = "robots.txt"
    content_type = "text/plain"


class OrganisedEventView(EventMixin, PermittedObjectView[Event], DetailView[Event]):
    """One event, seen by its organisers."""

    permission = "events.organise_event"
    slug_url_kwarg = "event_slug"
    context_object_name = "event"

    def get_queryset(self) -> QuerySet[Event]:
        return Event.objects.visible_to(self.user).with_windows()


class LiveView(OrganisedEventView):
    """The day as it happens: who is in, who needs help, how far judging is."""

    template_name = "dashboard/event_live.html"
    tab = "live"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event = self.object
        teams = (
            Team.objects.active()
            .filter(event=event)
            .select_related("event", "project__event")
            .annotate(size=Count("memberships"))
            .order_by("name")
        )
        judges = Judge.objects.active().filter(event=event)
        return super().get_context_data(
            numbers=numbers_of([event])[0],
            teams=[(team, getattr(team, "project", None)) for team in teams],
            without_table=sum(not team.table for team in teams),
            look_alikes=look_alikes(teams),
            coverage=progress_of(event, judges),
            waiting_for_help=event.help_requests.open().count() if event.is_on else 0,
            latest=event.audit_entries.select_related("actor")[:12],
            announcements=event.announcements.all()[:5],
            rounds=event.rounds.select_related("now_on__team"),
            **kwargs,
        )


def look_alikes(teams: Iterable[Team]) -> list[str]:
    """Groups of names that could be taken for one another, each as one text."""
    groups = defaultdict(list)
    for team in teams:
        groups[skeleton(team.name)].append(team.name)
    return [" / ".join(names) for names in groups.values() if len(names) > 1]
