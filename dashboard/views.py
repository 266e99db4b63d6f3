from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import DetailView, TemplateView

from accounts.models import User
from core.pagecache import public_page
from core.text import skeleton
from core.views import PermittedObjectView
from dashboard.reports import numbers_of
from dashboard.todo import judgeships, my_events
from events.models import Event, Phase
from events.views import EventMixin
from judging.models import Judge, Round, Scorecard
from submissions.models import Project
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
        }
        if isinstance(user, User):
            context["mine"] = my_events(user)
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
            .select_related("project")
            .prefetch_related("memberships__user")
        )
        judges = Judge.objects.active().filter(event=event)
        return super().get_context_data(
            numbers=numbers_of([event])[0],
            teams=[(team, getattr(team, "project", None)) for team in teams],
            without_table=sum(not team.table for team in teams),
            look_alikes=look_alikes(teams),
            coverage=coverage(event, list(judges)),
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


def coverage(event: Event, judges: list[Judge]) -> list[tuple[Judge, int, int]]:
    """How many cards each judge has scored, of how many."""
    cards = list(
        Scorecard.objects.filter(round__event=event).values_list("judge_id", "status")
    )
    return [
        (
            judge,
            sum(pk == judge.pk and s == Scorecard.Status.DONE for pk, s in cards),
            sum(pk == judge.pk for pk, _status in cards),
        )
        for judge in judges
    ]


@public_page
class StageView(EventMixin, TemplateView):
    """For the projector: countdown, what is on, what is next, news."""

    template_name = "dashboard/event_stage.html"
    tab = "stage"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        # Without JavaScript the screen must move, too.
        response["Refresh"] = "15"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event: Event = self.event
        now_round = event.rounds.filter(now_on__isnull=False).first()
        return super().get_context_data(
            deadline=event.next_deadline()
            if event.current_phase != Phase.JUDGING
            else event.window(Phase.JUDGING),
            round=now_round,
            now_on=now_round.now_on if now_round else None,
            up_next=up_next(now_round) if now_round else [],
            demo_ends_at=now_round.now_on_since
            + timedelta(minutes=now_round.minutes_per_demo)
            if now_round and now_round.now_on_since
            else None,
            announcements=event.announcements.filter(on_stage=True)[:3],
            agenda=event.agenda.filter(starts_at__gte=timezone.now())[:3],
            join_url=f"{settings.SITE_URL}{event.get_absolute_url()}",
            **kwargs,
        )


def up_next(current: Round) -> list[Project]:
    """The two demos after the one that is on, in the order of the tables."""
    queue = list(
        Project.objects.in_gallery()
        .filter(event=current.event_id)
        .select_related("team")
        .order_by("team__table", "team__name")
    )
    after = (
        [p.pk for p in queue].index(current.now_on_id) + 1
        if (current.now_on_id in {p.pk for p in queue})
        else 0
    )
    return queue[after : after + 2]
