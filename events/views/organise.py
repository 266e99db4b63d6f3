"""Pages for the organisers of an event, beside the admin."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView

from core.permissions import require
from core.receipts import OnceMixin
from core.views import ActionView
from events import actions
from events.forms import AnnouncementForm, RegistrationFilterForm
from events.models import AuditChain, AuditEntry, Registration
from events.views.base import EventMixin


class OrganiserMixin(EventMixin):
    """A page of an event for those who may do ``permission`` with it."""

    permission = "events.organise_event"

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        require(self.user, self.permission, self.event)
        return super().dispatch(request, *args, **kwargs)


class LogView(OrganiserMixin, ListView[AuditEntry]):
    """Who did what, newest first."""

    tab = "log"
    permission = "events.read_log_event"
    template_name = "events/log.html"
    context_object_name = "entries"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return self.event.audit_entries.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        end = AuditChain.objects.filter(pk=self.event.pk).first()
        return super().get_context_data(end=end, **kwargs)


class RegistrationsView(OrganiserMixin, ListView[Registration]):
    """Everybody who asked for a place, and where they stand."""

    tab = "registrations"
    permission = "events.answer_registration"
    template_name = "events/registrations.html"
    context_object_name = "registrations"
    paginate_by = 50

    @cached_property
    def form(self) -> RegistrationFilterForm:
        return RegistrationFilterForm(self.request.GET or None)

    def get_queryset(self) -> QuerySet[Registration]:
        people = self.event.registrations.select_related("user")
        if not self.form.is_bound:
            return people
        if not self.form.is_valid():
            return people.none()
        wish = self.form.cleaned_data
        if wish["q"]:
            people = people.named(wish["q"])
        if wish["status"]:
            people = people.filter(status=wish["status"])
        return people

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = dict(
            self.event.registrations.order_by()
            .values_list("status")
            .annotate(count=Count("pk"))
        )
        return super().get_context_data(
            form=self.form,
            counts=[
                (status.label, counts[status])
                for status in Registration.Status
                if status in counts
            ],
            **kwargs,
        )


class AnswerView(EventMixin, ActionView[Registration]):
    """Approve, decline or cancel somebody's registration."""

    permission = "events.answer_registration"

    def get_queryset(self) -> QuerySet[Registration]:
        return self.event.registrations.select_related("event", "user")

    def get_success_url(self, obj: Registration) -> str:  # noqa: ARG002
        return f"{self.event.get_absolute_url()}registrations/"

    def perform(self, registration: Registration) -> str:
        person = {"person": registration.user}
        match self.kwargs["answer"]:
            case "approve":
                actions.approve_registration(registration, self.user)
                return _("%(person)s has a place. We have told them.") % person
            case "decline":
                actions.decline_registration(registration, self.user)
                return _("Declined. We have told %(person)s kindly.") % person
            case "cancel":
                actions.cancel_registration(registration, self.user)
                return _("The place of %(person)s is free again.") % person
            case _other:
                raise Http404


class AnnouncementsView(OnceMixin, OrganiserMixin, FormView[AnnouncementForm]):
    """Say something to everybody, and see what was said."""

    tab = "announcements"
    permission = "events.announce_event"
    form_class = AnnouncementForm
    template_name = "events/announcements.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            announcements=self.event.announcements.select_related("author")[:50],
            **kwargs,
        )

    def form_valid(self, form: AnnouncementForm) -> HttpResponse:
        actions.publish_announcement(self.event, self.user, **form.cleaned_data)
        messages.success(self.request, _("It is on the page of the event now."))
        return redirect("events:announce", self.event.slug)
