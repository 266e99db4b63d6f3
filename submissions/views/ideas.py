from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, ListView, UpdateView

from accounts.models import User
from core.exceptions import Refused
from core.pagecache import public_page
from core.permissions import require
from core.receipts import OnceMixin
from core.search import matching
from core.versions import VersionedMixin
from core.views import ActionView, PermittedObjectView
from events.models import Phase
from events.views import EventMixin
from submissions import actions
from submissions.forms import IdeaFilterForm, IdeaForm
from submissions.models import Idea


@public_page
class IdeaListView(EventMixin, ListView[Idea]):
    tab = "ideas"
    paginate_by = 24

    @cached_property
    def form(self) -> IdeaFilterForm:
        return IdeaFilterForm(self.request.GET or None)

    def get_queryset(self) -> QuerySet[Idea]:
        ideas = Idea.objects.with_backing().filter(event=self.event, is_withdrawn=False)
        if self.form.is_bound and not self.form.is_valid():
            return ideas.none()
        if self.form.is_bound:
            if words := self.form.cleaned_data["q"]:
                ideas = ideas.filter(matching(words, "title", "pitch"))
            if self.form.cleaned_data["free"]:
                ideas = ideas.filter(team__isnull=True)
        return ideas.order_by(F("backers").desc(), "-created_at")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            form=self.form,
            may_create=user.is_authenticated
            and user.has_perm("submissions.create_idea", self.event),
            **kwargs,
        )


class IdeaView(EventMixin, PermittedObjectView[Idea]):
    tab = "ideas"

    def get_queryset(self) -> QuerySet[Idea]:
        return Idea.objects.with_backing().filter(event=self.event, is_withdrawn=False)


@public_page
class IdeaDetailView(IdeaView, DetailView[Idea]):
    permission = "submissions.view_idea"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            is_backed=isinstance(user, User)
            and any(b.user_id == user.pk for b in self.object.backings.all()),
            may_found_team=isinstance(user, User)
            and self.object.team_id is None
            and user.has_perm("submissions.create_idea", self.event)
            and not self.event.teams.of(user).exists(),
            may_register=not self.standing.status
            and self.event.is_open_for(Phase.REGISTRATION),
            **kwargs,
        )


class IdeaCreateView(OnceMixin, EventMixin, CreateView[Idea, IdeaForm]):
    tab = "ideas"
    model = Idea
    form_class = IdeaForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require(request.user, "submissions.create_idea", self.event)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: IdeaForm) -> HttpResponse:
        try:
            idea = actions.pitch_idea(self.event, self.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("Your idea is on the board."))
        return redirect(idea)


class IdeaUpdateView(VersionedMixin, IdeaView, UpdateView[Idea, IdeaForm]):
    permission = "submissions.edit_idea"
    form_class = IdeaForm

    def form_valid(self, form: IdeaForm) -> HttpResponse:
        idea = actions.edit_idea(self.object, self.user, **form.cleaned_data)
        messages.success(self.request, _("Saved."))
        return redirect(idea)


class IdeaActionView(IdeaView, ActionView[Idea]):
    """A button on an idea's page."""


class BackIdeaView(IdeaActionView):
    permission = "submissions.back_idea"

    def perform(self, idea: Idea) -> str:
        if idea.backings.filter(user=self.user).exists():
            actions.unback_idea(idea, self.user)
            return _("You no longer back this idea.")
        actions.back_idea(idea, self.user)
        return _("You back this idea.")


class WithdrawIdeaView(IdeaActionView):
    permission = "submissions.edit_idea"

    def get_success_url(self, obj: Idea) -> str:
        return f"{obj.event.get_absolute_url()}ideas/"

    def perform(self, idea: Idea) -> str:
        actions.withdraw_idea(idea, self.user)
        return _("The idea is taken back.")


class FoundTeamView(IdeaActionView):
    permission = "submissions.create_idea"

    def perform(self, idea: Idea) -> str:
        team = actions.turn_into_team(idea, self.user)
        return _("%(team)s is born. We have told those who backed the idea.") % {
            "team": team
        }
