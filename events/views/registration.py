"""One's own place at an event."""

from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import FormView, UpdateView, View

from core.exceptions import Refused
from core.receipts import OnceMixin
from core.versions import VersionedMixin
from core.views import ActionView
from events import actions
from events.actions.registrations import STANDING, ConductHasChanged
from events.forms import AnswersForm, PlaceForm, RegistrationForm
from events.models import ConductText, Phase, Registration
from events.views.base import EventMixin


class RegisterView(OnceMixin, EventMixin, FormView[RegistrationForm]):
    form_class = RegistrationForm
    template_name = "events/registration_form.html"

    @cached_property
    def registration(self) -> Registration | None:
        return self.event.registrations.filter(user=self.user).first()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.registration and self.registration.status in STANDING:
            return self.lead_on(self.registration)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "event": self.event}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        window = self.event.window(Phase.REGISTRATION)
        return super().get_context_data(
            window=window,
            opens_later=window is not None and window.opens_at > timezone.now(),
            is_open=self.event.is_open_for(Phase.REGISTRATION),
            registration=self.registration,
            **kwargs,
        )

    def form_valid(self, form: RegistrationForm) -> HttpResponse:
        own = self.registration
        try:
            if own and own.status in STANDING:  # from another tab, or pressed twice
                return self.answered_again(own, form)
            registration = actions.register_for_event(
                self.event, self.user, form.wishes
            )
        except ConductHasChanged as refusal:
            form.add_error(
                "conduct" if "conduct" in form.fields else None, str(refusal)
            )
            form.show_current_conduct()
            return self.form_invalid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, news_for(registration))
        return self.lead_on(registration)

    def lead_on(self, registration: Registration) -> HttpResponse:
        """Back to where somebody came from to register, such as a team's invitation."""
        came_from = self.request.GET.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(
            came_from, {self.request.get_host()}, self.request.is_secure()
        )
        if came_from.startswith("/") and is_ours and registration.takes_part:
            return redirect(came_from)
        return redirect("events:registration", self.event.slug)

    def answered_again(
        self, registration: Registration, form: RegistrationForm
    ) -> HttpResponse:
        """Who is in already keeps place and turn; what they say now counts."""
        registration = actions.change_answers(
            registration, self.user, form.wishes, **form.shown
        )
        messages.success(
            self.request,
            _("You were registered already. These are your answers now."),
        )
        return self.lead_on(registration)


def news_for(registration: Registration) -> str:
    """One sentence on where the person stands now."""
    match registration.status:
        case Registration.Status.PENDING:
            return _("Thank you! The organisers will look at it and mail you.")
        case Registration.Status.WAITLISTED:
            return _(
                "All places are taken. You are on the waiting list, "
                "and we will mail you as soon as one is free."
            )
        case _place:
            return _("You have a place. See you there!")


class OwnRegistrationView(
    VersionedMixin, EventMixin, UpdateView[Registration, PlaceForm]
):
    """My place: where I stand, my ticket, and what others may see of me."""

    form_class = PlaceForm
    template_name = "events/registration_detail.html"

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if self.own is None:
            return redirect("events:register", self.event.slug)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def own(self) -> Registration | None:
        return (
            self.event.registrations.filter(user=self.user)
            .select_related("user")
            .first()
        )

    def get_object(self, queryset: Any = None) -> Registration:  # noqa: ARG002
        registration = get_object_or_404(self.event.registrations, user=self.user)
        registration.event = self.event
        return registration

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        registration = self.object
        return super().get_context_data(
            registration=registration,
            stands=registration.status in STANDING,
            place_in_queue=self.place_in_queue(registration),
            answers=registration.answered(),
            may_answer=self.event.is_open_for(Phase.REGISTRATION)
            and self.event.registration_questions.filter(is_asked=True).exists(),
            conduct=ConductText.objects.filter(
                digest=registration.conduct_digest
            ).first(),
            **kwargs,
        )

    def place_in_queue(self, registration: Registration) -> int | None:
        if registration.status != Registration.Status.WAITLISTED:
            return None
        return (
            self.event.registrations.filter(
                status=Registration.Status.WAITLISTED,
                queued_at__lt=registration.queued_at,
            ).count()
            + 1
        )

    def form_valid(self, form: PlaceForm) -> HttpResponse:
        form.save()
        messages.success(self.request, _("Saved."))
        return redirect("events:registration", self.event.slug)


class AnswersView(VersionedMixin, EventMixin, UpdateView[Registration, AnswersForm]):
    """Correct one's answers, and answer what is asked since, while one may."""

    form_class = AnswersForm
    template_name = "events/registration_answers.html"

    def get_object(self, queryset: Any = None) -> Registration:  # noqa: ARG002
        registration = get_object_or_404(
            self.event.registrations.standing(), user=self.user
        )
        registration.event = self.event
        return registration

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "event": self.event}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            is_open=self.event.is_open_for(Phase.REGISTRATION), **kwargs
        )

    def form_valid(self, form: AnswersForm) -> HttpResponse:
        try:
            actions.change_answers(self.object, self.user, form.wishes)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("Saved."))
        return redirect("events:registration", self.event.slug)


class TicketView(EventMixin, View):
    """The QR code of my ticket: it holds the address at which the desk checks me in."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        registration = get_object_or_404(
            self.event.registrations.taking_part(), user=self.user
        )
        path = reverse("events:check_in", args=[self.event.slug, registration.ticket])
        code = segno.make_qr(f"{settings.SITE_URL}{path}", error="m")
        picture = BytesIO()
        # White around it in any theme, or a camera in the dark finds no code.
        code.save(picture, kind="svg", xmldecl=False, scale=8, light="#fff")
        return HttpResponse(
            picture.getvalue(),
            content_type="image/svg+xml",
            headers={"Cache-Control": "private, no-store"},
        )


class OwnActionView(EventMixin, ActionView[Registration]):
    """A button on the page of my place."""

    permission = "events.change_own_registration"

    def get_object(self, queryset: Any = None) -> Registration:  # noqa: ARG002
        return get_object_or_404(self.get_queryset(), user=self.user)

    def get_queryset(self) -> QuerySet[Registration]:
        return self.event.registrations.select_related("event", "user")


class CancelView(OwnActionView):
    """GET asks once more, POST gives the place up."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return render(
            request,
            "events/registration_confirm_cancel.html",
            self.get_context_data(registration=self.object),
        )

    def perform(self, registration: Registration) -> str:
        actions.cancel_registration(registration, self.user)
        return _("Your place is given up. Thank you for telling us.")


class LookingView(OwnActionView):
    """Say that one looks for a team, or no longer does; others then see one."""

    def perform(self, registration: Registration) -> str:
        is_looking = self.request.POST.get("looking_for_team") == "on"
        actions.set_looking(registration, is_looking=is_looking)
        if is_looking:
            return _("Teams can find you now.")
        return _("You are no longer shown as looking for a team.")
