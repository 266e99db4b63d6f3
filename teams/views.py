from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import (
    CreateView,
    DetailView,
    FormView,
    ListView,
    TemplateView,
    UpdateView,
)

from accounts.limits import knock, may_try
from accounts.models import Skill, User
from core.exceptions import Refused
from core.kept import RefilledMixin
from core.pagecache import public_page
from core.permissions import why_not
from core.receipts import OnceMixin
from core.search import matching
from core.versions import VersionedMixin
from core.views import ActionView, PermittedObjectView
from events.models import Event, Phase, Registration
from events.views import EventMixin
from teams import actions
from teams.forms import CodeForm, JoinRequestForm, TeamFilterForm, TeamForm
from teams.models import JoinRequest, Team


@public_page
class TeamListView(EventMixin, ListView[Team]):
    """The board “find a team”."""

    tab = "teams"
    paginate_by = 24

    @cached_property
    def form(self) -> TeamFilterForm:
        form = TeamFilterForm(self.request.GET or None)
        form.fields["skill"].queryset = Skill.objects.filter(  # type: ignore[attr-defined]
            wanted_by__event=self.event
        ).distinct()
        return form

    def get_queryset(self) -> QuerySet[Team]:
        teams = self.event.teams.active().with_roster()
        if not self.form.is_bound:
            return teams
        if not self.form.is_valid():
            return teams.none()
        wish = self.form.cleaned_data
        if wish["q"]:
            teams = teams.filter(matching(wish["q"], "name", "pitch"))
        if wish["skill"]:
            teams = teams.filter(wanted_skills=wish["skill"])
        if wish["free"]:
            teams = teams.with_free_seats()
        return teams

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        is_forming = self.event.is_open_for(Phase.TEAM_FORMATION)
        own: Team | None = None
        registration: Registration | None = None
        if isinstance(user, User):
            own = self.event.teams.of(user).first()
            registration = self.event.registrations.filter(user=user).first()
        return super().get_context_data(
            form=self.form,
            own_team=own,
            registration=registration,
            is_forming=is_forming,
            may_create=is_forming
            and registration is not None
            and registration.takes_part
            and own is None,
            may_register=registration is None
            and self.event.is_open_for(Phase.REGISTRATION),
            code_form=CodeForm(),
            **kwargs,
        )


class TeamView(EventMixin, PermittedObjectView[Team]):
    """Teams are looked up inside the event that the URL names."""

    tab = "teams"

    def get_queryset(self) -> QuerySet[Team]:
        return self.event.teams.with_roster()


@public_page
class TeamDetailView(TeamView, DetailView[Team]):
    permission = "teams.view_team"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        team = self.object
        user = self.request.user
        context = super().get_context_data(**kwargs)
        context["project"] = getattr(team, "project", None)
        context["datasets"] = team.datasets.visible_to(user)
        if not isinstance(user, User):
            return context
        waiting = JoinRequest.Status.WAITING
        context["own_request"] = team.join_requests.filter(
            user=user, status=waiting
        ).first()
        if user.has_perm("teams.see_team_inside", team):
            context["is_inside"] = True
            context["waiting"] = team.join_requests.filter(
                status=waiting
            ).select_related("user")
            context["join_url"] = (
                f"{settings.SITE_URL}{team.get_absolute_url()}join/{team.join_code}/"
            )
        # Offered only where it can work.
        has_room = why_no_seat(team, user) is None
        context["may_join"] = has_room and user.has_perm("teams.join_team", team)
        context["may_ask"] = (
            has_room
            and team.join_policy == Team.JoinPolicy.REQUEST
            and user.has_perm("teams.ask_team", team)
        )
        context["may_leave"] = team.is_forming and user.has_perm(
            "teams.leave_team", team
        )
        event = self.event
        is_member = any(seat.user_id == user.pk for seat in team.memberships.all())
        context["may_start_project"] = (
            is_member
            and context["project"] is None
            and event.is_open_for(Phase.HACKING)
        )
        context["may_add_data"] = is_member and (
            event.is_open_for(Phase.HACKING) or team.is_forming
        )
        context["may_ask_for_help"] = is_member and event.is_on
        context["is_alone"] = len(team.memberships.all()) == 1
        context["ask_form"] = JoinRequestForm()
        return context


class TeamCreateView(OnceMixin, EventMixin, CreateView[Team, TeamForm]):
    tab = "teams"
    model = Team
    form_class = TeamForm

    def why_not_now(self) -> Refused | None:
        try:
            actions.check_founder(self.event, self.user)
        except Refused as refusal:
            return refusal
        return None

    def form_valid(self, form: TeamForm) -> HttpResponse:
        try:
            team = actions.create_team(self.event, self.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("%(team)s is born. Share the code %(code)s to fill it.")
            % {"team": team, "code": team.join_code},
        )
        return redirect(team)


class TeamUpdateView(VersionedMixin, TeamView, UpdateView[Team, TeamForm]):
    permission = "teams.edit_team"
    form_class = TeamForm

    def form_valid(self, form: TeamForm) -> HttpResponse:
        try:
            team = actions.edit_team(self.object, self.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("Saved."))
        return redirect(team)


def why_no_seat(team: Team, user: User) -> Refused | None:
    try:
        actions.check_newcomer(team, user)
    except Refused as refusal:
        return refusal
    return None


class TeamActionView(TeamView, ActionView[Team]):
    """A button on the team's page."""


class JoinTeamView(TeamActionView):
    permission = "teams.join_team"
    fragment = "teams/team_detail.html#roster"

    def perform(self, team: Team) -> str:
        actions.join_team(team, self.user)
        return _("Welcome to %(team)s!") % {"team": team}


class AskTeamView(RefilledMixin, TeamView, FormView[JoinRequestForm]):
    """The page of the form that stands on the team's page as well."""

    permission = "teams.ask_team"
    form_class = JoinRequestForm
    template_name = "teams/team_ask.html"

    @cached_property
    def team(self) -> Team:
        return self.get_object()

    def why_closed(self, obj: Team) -> Refused | None:
        return why_no_seat(obj, self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.object = self.team
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _team = self.team  # who may not ask is not told of slips in the form
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: JoinRequestForm) -> HttpResponse:
        try:
            if not may_try(self.request, "ask_team"):
                raise actions.TooOften
            actions.ask_to_join(self.team, self.user, form.cleaned_data["message"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("Your request is with the captain. We will mail you the answer."),
        )
        return redirect(self.team)


class LeaveTeamView(TeamActionView):
    permission = "teams.leave_team"

    def perform(self, team: Team) -> str:
        actions.leave_team(team, self.user)
        return _("You have left %(team)s.") % {"team": team}


class NewCodeView(TeamActionView):
    permission = "teams.lead_team"

    def perform(self, team: Team) -> str:
        code = actions.renew_code(team, self.user)
        return _("The new code is %(code)s. The old one is void.") % {"code": code}


class MemberActionView(TeamActionView):
    """A button beside one member's name."""

    permission = "teams.lead_team"

    @property
    def member(self) -> User:
        return get_object_or_404(
            User,
            pk=self.kwargs["user_pk"],
            memberships__team__slug=self.kwargs["slug"],
            memberships__event=self.event,
        )


class RemoveMemberView(MemberActionView):
    def perform(self, team: Team) -> str:
        member = self.member
        actions.remove_member(team, member, self.user)
        return _("%(person)s is no longer in the team.") % {"person": member}


class InvitePersonView(TeamActionView):
    """On the board of people: the captain asks somebody into the team."""

    permission = "teams.lead_team"

    def get_success_url(self, obj: Team) -> str:  # noqa: ARG002
        return f"{self.event.get_absolute_url()}people/"

    def perform(self, team: Team) -> str:
        place = get_object_or_404(
            self.event.registrations.in_directory().select_related("user"),
            user=self.kwargs["user_pk"],
        )
        if not may_try(self.request, "invite"):
            raise actions.TooOften
        actions.invite_person(team, place.user, self.user)
        return _("We have mailed %(person)s the link to your team.") % {
            "person": place.user
        }


class HandOverView(MemberActionView):
    def perform(self, team: Team) -> str:
        member = self.member
        actions.hand_over(team, member, self.user)
        return _("%(person)s is the captain now.") % {"person": member}


class GiveTablesView(EventMixin, ActionView[Event]):
    """For organisers, on the live view: every team gets a table."""

    permission = "events.organise_event"
    slug_url_kwarg = "event_slug"

    def get_queryset(self) -> QuerySet[Event]:
        return Event.objects.visible_to(self.user)

    def get_success_url(self, obj: Event) -> str:
        return f"{obj.get_absolute_url()}live/"

    def perform(self, event: Event) -> str:
        given = actions.give_tables(event, self.user)
        text = ngettext("%d team has got a table.", "%d teams have got a table.", given)
        return text % given


class JoinByCodeView(RefilledMixin, EventMixin, FormView[CodeForm]):
    """Type a code, anywhere; the team is found by it."""

    tab = "teams"
    form_class = CodeForm
    template_name = "teams/team_code.html"

    def form_valid(self, form: CodeForm) -> HttpResponse:
        if not may_try(self.request, "team_code", form.cleaned_data["code"]):
            form.add_error("code", _("Too many tries. Please wait a minute."))
            return self.form_invalid(form)
        team = (
            self.event.teams.active()
            .filter(join_code=form.cleaned_data["code"])
            .first()
        )
        if team is None:
            form.add_error(
                "code", _("No team of this event has this code. Please ask again.")
            )
            return self.form_invalid(form)
        return redirect(
            "teams:join_by_code", self.event.slug, team.slug, team.join_code
        )


class InviteView(TeamView, TemplateView):
    """The shared link: shows the team, and joins it by a button."""

    permission = "teams.view_team"
    template_name = "teams/team_invite.html"
    http_method_names = ["get", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        knock(request, "team_code", kwargs["code"].upper())
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Team]:
        return (
            super()
            .get_queryset()
            .filter(is_archived=False, join_code=self.kwargs["code"].upper())
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.object = team = self.get_object()
        return super().get_context_data(
            team=team,
            is_member=any(s.user_id == self.user.pk for s in team.memberships.all()),
            why_no_seat=why_no_seat(team, self.user),
            registration=self.event.registrations.filter(user=self.user).first(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        team = self.get_object()
        try:
            actions.join_team(team, self.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)
        messages.success(request, _("Welcome to %(team)s!") % {"team": team})
        return redirect(team)


class RequestView(EventMixin, ActionView[JoinRequest]):
    """Accept, decline or take back a request to join."""

    tab = "teams"
    permission = ""

    def get_queryset(self) -> QuerySet[JoinRequest]:
        return JoinRequest.objects.filter(
            team__event=self.event, team__slug=self.kwargs["slug"]
        ).select_related("team__event", "user")

    def get_object(self, queryset: Any = None) -> JoinRequest:  # noqa: ARG002
        request = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        answers = self.kwargs["answer"] in {"accept", "decline"}
        allowed = (
            self.user.has_perm("teams.lead_team", request.team)
            if answers
            else self.user.has_perm("teams.withdraw_request", request)
        )
        if not allowed:
            raise PermissionDenied(
                why_not(self.user, "teams.lead_team", request.team) if answers else ""
            )
        return request

    def get_success_url(self, obj: JoinRequest) -> str:
        return obj.team.get_absolute_url()

    def perform(self, request: JoinRequest) -> str:
        match self.kwargs["answer"]:
            case "accept":
                actions.answer_request(request, self.user, accept=True)
                return _("%(person)s is in the team.") % {"person": request.user}
            case "decline":
                actions.answer_request(request, self.user, accept=False)
                return _("Declined. We have told them kindly.")
            case _withdraw:
                actions.withdraw_request(request)
                return _("Your request is taken back.")
