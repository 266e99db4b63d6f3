from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.db.models import Q, QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, UpdateView, View

from accounts import actions
from accounts.forms import EraseForm, ProfileForm
from accounts.models import User
from accounts.visibility import visible_people
from core.versions import VersionedMixin

MOST_SEATS = 20


class ProfileView(VersionedMixin, UpdateView[User, ProfileForm]):
    form_class = ProfileForm
    template_name = "accounts/profile.html"
    success_url = reverse_lazy("accounts:profile")

    def get_object(self, queryset: Any = None) -> User:  # noqa: ARG002
        return User.objects.get(pk=cast("User", self.request.user).pk)

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        messages.success(self.request, _("Saved."))
        return super().form_valid(form)


class PersonView(DetailView[User]):
    """Somebody else's page: only for those who have a reason to see it."""

    template_name = "accounts/person.html"
    context_object_name = "person"

    def get_queryset(self) -> QuerySet[User]:
        seeker = cast("User", self.request.user)
        people = User.objects.filter(is_active=True).prefetch_related("skills")
        if seeker.has_every_right:
            return people
        return people.filter(Q(pk=seeker.pk) | visible_people(seeker)).distinct()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where one meets, and what their teams have handed in: both are public."""
        person = self.object
        seeker = cast("User", self.request.user)
        shared = person.registrations.in_directory().filter(
            event__registrations__in=seeker.registrations.taking_part()
        )
        return super().get_context_data(
            shared=shared.select_related("event"),
            seats=person.memberships.filter(event__is_published=True)
            .select_related("team__event", "team__project")
            .order_by("-event__starts_at")[:MOST_SEATS],
            **kwargs,
        )


@method_decorator(reauthentication_required, name="dispatch")
class ExportView(View):
    def post(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        data = actions.export_data(cast("User", self.request.user))
        response = JsonResponse(data, json_dumps_params={"indent": 2})
        response["Content-Disposition"] = 'attachment; filename="menlo-my-data.json"'
        return response

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        return redirect("accounts:profile")


@method_decorator(reauthentication_required, name="dispatch")
class EraseView(FormView[EraseForm]):
    form_class = EraseForm
    template_name = "accounts/erase.html"
    success_url = reverse_lazy("dashboard:home")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: EraseForm) -> HttpResponse:
        user = cast("User", self.request.user)
        logout(self.request)
        actions.erase(user)
        messages.success(self.request, _("Your account is deleted. Farewell!"))
        return super().form_valid(form)
