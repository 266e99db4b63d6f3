"""The board “find a person”: only those who wished to be on it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import cached_property
from django.views.generic import ListView

from core.search import matching
from events.forms import PeopleFilterForm
from events.models import Phase, Registration
from events.views.base import EventMixin

FORBIDDEN = 403


class PeopleView(EventMixin, ListView[Registration]):
    tab = "people"
    template_name = "events/people.html"
    context_object_name = "people"
    paginate_by = 24

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if not self.user.has_perm("events.see_directory", self.event):
            return self.explain(request)
        return super().dispatch(request, *args, **kwargs)

    def explain(self, request: HttpRequest) -> HttpResponse:
        """Say who may see the board; that there is one is no secret."""
        context = {
            "event": self.event,
            "event_header": self.event_header,
            "is_open": self.event.is_open_for(Phase.REGISTRATION),
        }
        return render(request, "events/people_closed.html", context, status=FORBIDDEN)

    @cached_property
    def form(self) -> PeopleFilterForm:
        return PeopleFilterForm(self.request.GET or None, event=self.event)

    def get_queryset(self) -> QuerySet[Registration]:
        people = (
            self.event.registrations.in_directory()
            .select_related("user")
            .prefetch_related("user__skills")
            .order_by("-looking_for_team", "user__display_name", "pk")
        )
        if not self.form.is_bound:
            return people
        if not self.form.is_valid():
            return people.none()
        wish = self.form.cleaned_data
        if wish["q"]:
            people = people.filter(
                matching(wish["q"], "user__display_name", "user__about", "pitch")
            )
        if wish["role"]:
            people = people.filter(user__headline_role=wish["role"])
        if wish["skill"]:
            people = people.filter(user__skills=wish["skill"])
        if wish["looking"]:
            people = people.filter(looking_for_team=True)
        return people

    def team_with_room(self) -> Any:
        """The team into which this reader, its captain, may invite people."""
        if not self.event.is_open_for(Phase.TEAM_FORMATION):
            return None
        led = self.event.teams.with_free_seats().filter(
            memberships__in=self.user.memberships.filter(role="captain")
        )
        return led.first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            form=self.form,
            registration=self.own_registration,
            own_team=self.team_with_room(),
            **kwargs,
        )
