"""The queue for help, and the mentors who walk along it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, UpdateView, View

from accounts.models import User
from core.exceptions import Refused
from core.permissions import require
from core.receipts import OnceMixin
from core.versions import VersionedMixin
from events.models import Event, Registration
from events.rules import is_organiser
from events.views import EventMixin
from mentoring import actions
from mentoring.forms import HelpForm, OfferForm
from mentoring.models import HelpRequest, Offer
from submissions.models import Tool
from teams.models import Membership, Team


class HelpMixin(EventMixin):
    """For the people of the event."""

    tab = "help"
    permission = "mentoring.view_queue"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require(request.user, self.permission, self.event)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def own_team(self) -> Team | None:
        seat = (
            Membership.objects.filter(event=self.event, user=self.user)
            .select_related("team")
            .first()
        )
        return seat.team if seat else None


class QueueView(HelpMixin, TemplateView):
    """Who waits, who is on the way; open pages ask again and again."""

    template_name = "mentoring/queue.html"

    def get_template_names(self) -> list[str]:
        if getattr(self.request, "htmx", False):
            return ["mentoring/queue.html#queue"]
        return [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event, user = self.event, self.user
        rows = HelpRequest.objects.filter(event=event).with_people()
        own = self.own_team
        waiting = list(rows.open())
        return super().get_context_data(
            requests=waiting,
            closed=rows.lately_closed()[:10],
            own_team=own,
            own_request=next((r for r in waiting if own and r.team_id == own.pk), None),
            may_take=user.has_perm("mentoring.take_request", event),
            may_ask=event.is_on and own is not None,
            is_host=is_organiser(user, event),
            is_mentor=user.has_perm("mentoring.offer_help", event),
            by_tool=HelpRequest.objects.filter(event=event).by_tool(),
            mentors=mentors_of(event),
            **kwargs,
        )


def mentors_of(event: Event) -> QuerySet[Registration]:
    return (
        Registration.objects.filter(event=event, role=Registration.Role.MENTOR)
        .taking_part()
        .select_related("user", "offer")
        .prefetch_related(Prefetch("offer__tools", Tool.objects.order_by("name")))
        .order_by("user__display_name")
    )


class AskView(OnceMixin, HelpMixin, FormView[HelpForm]):
    permission = "mentoring.ask_for_help"
    form_class = HelpForm
    template_name = "mentoring/ask.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "team": self.own_team}

    def form_valid(self, form: HelpForm) -> HttpResponse:
        try:
            actions.ask_for_help(self.event, self.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(
            self.request, _("You are in the queue. Somebody comes to you.")
        )
        return redirect("mentoring:queue", self.event.slug)


class RequestActionView(HelpMixin, View):
    """Take, put back, close, take back, thank."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row = get_object_or_404(HelpRequest, pk=kwargs["pk"], event=self.event)
        steps: dict[str, tuple[str, Callable[[HelpRequest, User], None], str]] = {
            "take": (
                "mentoring.take_request",
                actions.take_request,
                _("Thank you! They see that you are on the way."),
            ),
            "put_back": (
                "mentoring.close_request",
                actions.put_back,
                _("They keep their place; somebody else will go."),
            ),
            "close": ("mentoring.close_request", actions.close_request, _("Closed.")),
            "withdraw": (
                "mentoring.withdraw_request",
                actions.withdraw_request,
                _("Taken back."),
            ),
            "thank": (
                "mentoring.thank_for_request",
                actions.thank,
                _("They will be glad to hear it."),
            ),
        }
        step = steps.get(request.POST.get("do", ""))
        if step is not None:
            permission, action, said = step
            require(request.user, permission, row)
            try:
                action(row, self.user)
                messages.success(request, said)
            except Refused as refusal:
                messages.error(request, str(refusal))
        return redirect("mentoring:queue", self.event.slug)


class OfferView(VersionedMixin, HelpMixin, UpdateView[Offer, OfferForm]):
    """What I can help with."""

    permission = "mentoring.offer_help"
    form_class = OfferForm
    template_name = "mentoring/offer.html"

    def get_object(self, queryset: QuerySet[Offer] | None = None) -> Offer:  # noqa: ARG002
        place = get_object_or_404(self.event.registrations, user=self.user)
        return Offer.objects.filter(registration=place).first() or Offer(
            registration=place
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "event": self.event}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.get_object().pk is None:  # nothing was read that could have changed
            return UpdateView.post(self, request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: OfferForm) -> HttpResponse:
        actions.offer_help(
            form.instance.registration,
            about=form.cleaned_data["about"],
            tools=form.cleaned_data["tools"],
        )
        messages.success(self.request, _("Saved. Teams see it beside your name."))
        return redirect("mentoring:queue", self.event.slug)
