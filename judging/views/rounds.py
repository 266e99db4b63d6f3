"""A round from the organisers' side: who sees what, who goes on, open and closed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.exceptions import NotSure, Refused
from core.text import typed_line, whole_number
from events.models import Phase
from judging import actions
from judging.actions.dealing import fingerprint_of
from judging.assignment import plan
from judging.coverage import STATES, grid_of
from judging.hall import Hall, enter
from judging.models import Judge, Round
from judging.views.organise import RunJudgingView
from submissions.models import Project

# What a click on the grid does, in the order of the choices.
MODES: dict[str, Any] = {
    "pin": gettext_lazy("pins: must see it"),
    "forbid": gettext_lazy("forbids: must not see it"),
    "free": gettext_lazy("leaves it to the plan"),
    "conflict": gettext_lazy("records a conflict of interest"),
}


class CoverageView(RunJudgingView):
    """The grid of one round. ``?plan=again`` also shows what a new plan would move."""

    template_name = "judging/coverage.html"

    @cached_property
    def round(self) -> Round:
        rounds = self.event.rounds.select_related("event", "follows", "track")
        found: Round = get_object_or_404(
            rounds.prefetch_related("event__windows", "follows__event__windows"),
            pk=self.kwargs["pk"],
        )
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        hall = enter(self.round)
        is_pairwise = self.round.kind == Round.Kind.PAIRWISE
        modes = dict(MODES)
        if is_pairwise:  # judges are sent where an answer tells most, not by a plan
            del modes["pin"]
        mode = self.request.GET.get("mode", "")
        taking_part = {project.pk for project in [*hall.projects, *hall.set_aside]}
        return super().get_context_data(
            round=self.round,
            is_pairwise=is_pairwise,
            hall=hall,
            grid=grid_of(hall),
            states=STATES.values(),
            modes=modes.items(),
            mode=mode if mode in modes else next(iter(modes)),
            preview=self.preview(hall),
            judges=[judge for judge in hall.judges if judge.revoked_at is None],
            others=[
                project
                for project in self.event.projects.in_gallery()
                if project.pk not in taking_part
            ]
            if self.round.follows_id
            else [],
            **kwargs,
        )

    def preview(self, hall: Hall) -> dict[str, Any] | None:
        kind = self.request.GET.get("plan", "")
        if kind not in {"again", "anew"} or not self.round.is_dealt:
            return None
        new = plan(hall.problem(anew=kind == "anew"))
        return {
            "kind": kind,
            "moves": hall.moves(new),
            "plan": new,
            "seen": fingerprint_of(hall, new),
        }


class RoundActionView(CoverageView):
    """A button on the grid's page."""

    http_method_names = ["post"]
    query = ""

    def perform(self) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.perform())
        except Refused as refusal:
            messages.error(request, str(refusal))
        page = reverse("judging:coverage", args=[self.event.slug, self.round.pk])
        return redirect(f"{page}{self.query}")

    def project(self, pk: str) -> Project:
        return get_object_or_404(self.event.projects, pk=_number(pk))

    def judge(self, pk: str) -> Judge:
        return get_object_or_404(self.event.judges, pk=_number(pk))


def _number(text: str) -> int:
    """A row's number from a form; what is none finds no row."""
    return whole_number(text) or 0


class PlanView(RoundActionView):
    def perform(self) -> str:
        kind = self.request.POST.get("plan", "")
        try:
            moved = actions.plan_again(
                self.round,
                self.user,
                seen=self.request.POST.get("seen", ""),
                anew=kind == "anew",
            )
        except Refused:
            self.query = f"?plan={'anew' if kind == 'anew' else 'again'}#plan"
            raise
        return ngettext("%d card has moved.", "%d cards have moved.", moved) % moved


class PairView(RoundActionView):
    """A click on the grid, or a judge and a project chosen by name."""

    def perform(self) -> str:
        data = self.request.POST
        judge_pk, _dash, project_pk = data.get("pair", "").partition("-")
        judge = self.judge(judge_pk or data.get("judge", ""))
        project = self.project(project_pk or data.get("project", ""))
        mode = data.get("mode", "")
        self.query = f"?mode={mode if mode in MODES else 'pin'}#project-{project.pk}"
        names = {"judge": judge, "project": project}
        if mode == "conflict":
            actions.record_conflict(judge, project, self.user)
            return _("%(judge)s does not score %(project)s. It is in the log.") % names
        if mode == "forbid":
            actions.forbid(self.round, judge, project, self.user)
            return _("%(judge)s does not see %(project)s.") % names
        if mode == "free":
            actions.free(self.round, judge, project, self.user)
            return _("The plan decides about %(judge)s and %(project)s.") % names
        actions.pin(self.round, judge, project, self.user)
        return _("%(judge)s sees %(project)s.") % names


class PresenceView(RoundActionView):
    def perform(self) -> str:
        judge = self.judge(str(self.kwargs["judge"]))
        self.query = "#judges"
        if self.request.POST.get("decision") == "back":
            actions.judge_back(judge, self.user)
            return _("%(judge)s is back and takes their share.") % {"judge": judge}
        actions.judge_left(judge, self.user)
        return _("%(judge)s has left. What they had not finished went to others.") % {
            "judge": judge
        }


class AsideView(RoundActionView):
    def perform(self) -> str:
        project = self.project(self.request.POST.get("project", ""))
        if self.request.POST.get("decision") == "back":
            actions.bring_back(self.round, project, self.user)
            return _("%(project)s is back on the routes.") % {"project": project}
        actions.set_aside(self.round, project, self.user)
        return _("%(project)s is set aside: no judge is sent there.") % {
            "project": project
        }


class OpenView(RoundActionView):
    def perform(self) -> str:
        if self.request.POST.get("decision") == "close":
            NotSure.unless(self.request.POST)
            actions.close_round(self.round, self.user)
            return _("%(round)s is closed.") % {"round": self.round}
        actions.open_round(self.round, self.user)
        if not self.event.is_open_for(Phase.JUDGING):
            text = _(
                "%(round)s is dealt, but judging is closed: what is scored now comes "
                "late, and waits for you. Move the end of judging to let it count."
            )
            return text % {"round": self.round}
        return _("%(round)s is open, and its cards are dealt.") % {"round": self.round}


class ShortlistView(RoundActionView):
    def perform(self) -> str:
        data = self.request.POST
        self.query = "#shortlist"
        if data.get("decision") == "best":
            best = actions.take_best(self.round, self.user)
            return ngettext("%d project goes on.", "%d projects go on.", len(best)) % (
                len(best)
            )
        project = self.project(data.get("project", ""))
        reason = typed_line(data.get("reason"))
        if data.get("decision") == "remove":
            actions.remove_from_shortlist(self.round, project, self.user, reason)
            return _("%(project)s does not go on.") % {"project": project}
        actions.add_to_shortlist(self.round, project, self.user, reason)
        return _("%(project)s goes on.") % {"project": project}
