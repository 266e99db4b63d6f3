"""Check-in at the door, on an organiser's phone."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core.exceptions import Refused
from core.permissions import require
from events import actions
from events.attendance import day_begins
from events.forms import DeskForm
from events.models import Registration
from events.views.base import EventMixin

MOST_FOUND = 20
Status = Registration.Status


class DeskView(EventMixin, TemplateView):
    """Find people by name, address, team or code.

    A whole code leads straight to its ticket.
    """

    tab = "desk"
    template_name = "events/desk.html"

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        require(self.user, "events.check_in_event", self.event)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def words(self) -> str:
        form = DeskForm(self.request.GET)
        return form.cleaned_data["q"] if form.is_valid() else ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        registration = self.by_code()
        if registration is not None:
            return redirect("events:check_in", self.event.slug, registration.ticket)
        return super().get(request, *args, **kwargs)

    def by_code(self) -> Registration | None:
        """A code as people type it, or the address that a scanner types."""
        code = self.words.rstrip("/").rpartition("/")[2].upper()
        code = code.replace(" ", "").replace("-", "")
        if not code:
            return None
        return self.event.registrations.filter(ticket=code).first()

    def found(self) -> QuerySet[Registration]:
        """Those whom the words name; without words, those who came in last."""
        people = self.event.registrations.select_related("user")
        if self.words:
            return people.named(self.words).order_by("user__display_name", "pk")
        return people.filter(status=Status.CHECKED_IN).order_by("-checked_in_at")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        here = self.event.registrations.filter(status=Status.CHECKED_IN).count()
        expected = self.event.registrations.taking_part().count()
        return super().get_context_data(
            form=DeskForm(self.request.GET or None),
            words=self.words,
            found=self.found()[:MOST_FOUND],
            here=here,
            expected=expected,
            **kwargs,
        )


class TicketDeskView(EventMixin, View):
    """What the QR code of a ticket opens: one tap for organisers.

    The person's own phone says to show the ticket at the desk; to all others the
    address is nothing.
    """

    tab = "desk"

    @cached_property
    def is_desk(self) -> bool:
        return self.user.has_perm("events.check_in_event", self.event)

    @cached_property
    def registration(self) -> Registration:
        registration = (
            self.event.registrations.select_related("user")
            .filter(ticket=self.kwargs["ticket"].upper())
            .first()
        )
        if registration is None or not (
            self.is_desk or registration.user_id == self.user.pk
        ):
            raise Http404
        registration.event = self.event
        return registration

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(registration=self.registration)
        page = "desk_ticket" if self.is_desk else "desk_show"
        return render(request, f"events/{page}.html", context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        registration = self.registration
        if not self.is_desk:
            raise PermissionDenied
        try:
            messages.success(request, self.perform(registration))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("events:desk", self.event.slug)

    def perform(self, registration: Registration) -> str:
        arrived, is_news = actions.check_in(registration, self.user)
        names = {"person": arrived.user, "time": self.when(arrived)}
        if is_news:
            if timezone.now() < day_begins(self.event):
                said = _(
                    "%(person)s is checked in, as a rehearsal: the event is not today, "
                    "so this does not count as having come."
                )
                return said % names
            return _("%(person)s is checked in. Welcome!") % names
        return _("%(person)s was already checked in at %(time)s.") % names

    def when(self, registration: Registration) -> str:
        moment = registration.checked_in_at
        return time_format(timezone.localtime(moment, self.event.zone), "H:i")


class UndoCheckInView(TicketDeskView):
    http_method_names = ["post"]

    def perform(self, registration: Registration) -> str:
        actions.undo_check_in(registration, self.user)
        return _("%(person)s is no longer checked in.") % {"person": registration.user}
