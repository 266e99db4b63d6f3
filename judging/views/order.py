"""Results while they come in, what would settle them, and the button to publish."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView

from core.exceptions import NotSure, Refused
from core.kept import RefilledMixin
from core.ledger import digest_of
from core.text import typed_line, whole_number
from events.models import Phase
from judging import actions
from judging.actions.deliberation import who_may_be_asked
from judging.actions.results import others_who_organise
from judging.evidence import evidence_of
from judging.forms import JudgingRulesForm
from judging.models import JudgingRules, PublishProposal, Round, Scorecard
from judging.presenting import ENOUGH_JUDGES, RoundOnPage
from judging.prizes import with_leaders
from judging.publishing import open_points, who_is_mailed
from judging.reveal import are_held_back, differences, order_of
from judging.standings import evidence_of_event, snapshot
from judging.templatetags.judging_texts import chance
from judging.views.organise import JudgingActionView, RunJudgingView
from submissions.models import Project


class ResultsInProgressView(RunJudgingView):
    """What the scores say now, how sure it is, and the button that publishes it."""

    template_name = "judging/order.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        evidence = evidence_of_event(self.event)
        projects = {
            p.pk: p
            for p in Project.objects.in_gallery()
            .filter(event=self.event)
            .select_related("team", "event")
        }
        judges = {judge.pk: judge for judge in self.event.judges.all()}
        rounds = [RoundOnPage(one, projects, judges) for one in evidence]
        is_pending = any(one.is_pending for one in rounds)
        prizes = self.event.prizes.select_related("award")
        content = {} if is_pending else snapshot(self.event, evidence)
        digest = digest_of(content) if content else ""
        latest = self.event.published_results.first()
        proposal = (
            PublishProposal.objects.filter(event=self.event)
            .select_related("proposed_by")
            .first()
        )
        return super().get_context_data(
            rounds=rounds,
            projects=sorted(projects.values(), key=lambda p: p.title.lower()),
            prizes=prizes if is_pending else with_leaders(prizes),
            is_open=self.event.is_open_for(Phase.JUDGING),
            is_pending=is_pending,
            digest=digest,
            latest=latest,
            differs=bool(latest and digest and latest.digest != digest),
            order_differs=bool(
                latest and content and order_of(latest.snapshot) != order_of(content)
            ),
            is_held_back=are_held_back(self.event),
            waits_for_another=bool(proposal and proposal.proposed_by == self.user),
            proposal=proposal,
            proposal_stands=bool(proposal and digest and proposal.digest == digest),
            rules=JudgingRules.of(self.event),
            methods=Round.Method.choices,
            ties=Round.Ties.choices,
            **kwargs,
        )


class ResultsActionView(JudgingActionView):
    """A button on the organisers' results page."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        super().post(*args, **kwargs)
        return redirect("judging:order", self.event.slug)

    @property
    def round(self) -> Round:
        return get_object_or_404(self.event.rounds, pk=self.kwargs["pk"])


class MethodView(ResultsActionView):
    def perform(self) -> str:
        method, ties = (self.request.POST.get(name, "") for name in ("method", "ties"))
        if method not in Round.Method.values or ties not in Round.Ties.values:
            return _("Nothing changed.")
        actions.choose_what_decides(self.round, method, ties, self.user)
        return _("Noted. It stays so from the first score on.")


class AwardView(ResultsActionView):
    def perform(self) -> str:
        prize = get_object_or_404(self.event.prizes, pk=self.kwargs["pk"])
        project = self.chosen_project()
        actions.give_award(prize, project, self.user)
        return _("Noted.")


class PublishView(RunJudgingView):
    """All that is unfinished, who would be mailed, and then the button."""

    template_name = "judging/publish.html"
    http_method_names = ["get", "post"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        evidence = evidence_of_event(self.event)
        projects = Project.objects.in_gallery().filter(event=self.event)
        rounds = [RoundOnPage(one, projects.in_bulk(), {}) for one in evidence]
        is_pending = any(one.is_pending for one in rounds)
        content = {}
        if not is_pending and any(one.size for one in evidence):
            content = snapshot(self.event, evidence)
        digest = digest_of(content) if content else ""
        latest = self.event.published_results.first()
        proposal = (
            PublishProposal.objects.filter(event=self.event)
            .select_related("proposed_by")
            .first()
        )
        stands = bool(proposal and digest and proposal.digest == digest)
        window = self.event.window(Phase.JUDGING)
        return super().get_context_data(
            points=open_points(self.event, rounds),
            is_pending=is_pending,
            is_open=self.event.is_open_for(Phase.JUDGING),
            closes_at=window.closes_at if window else None,
            snapshot=content,
            digest=digest,
            latest=latest,
            is_same=bool(latest and latest.digest == digest),
            changes=differences(latest.snapshot, content) if latest else [],
            is_held_back=are_held_back(self.event),
            proposal=proposal,
            proposal_stands=stands,
            waits_for_another=bool(
                stands and proposal and proposal.proposed_by_id == self.user.pk
            ),
            is_alone=not others_who_organise(self.event, self.user).exists(),
            rules=JudgingRules.of(self.event),
            mailed=who_is_mailed(self.event).count(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        when = request.POST.get("when", "")
        if when not in {"now", "reveal"}:
            messages.error(request, _("Choose when everybody sees it, then publish."))
            return redirect("judging:publish", self.event.slug)
        try:
            messages.success(request, self.perform(hold_back=when == "reveal"))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("judging:order", self.event.slug)

    def perform(self, *, hold_back: bool) -> str:
        post = self.request.POST
        result = actions.publish_results(
            self.event,
            self.user,
            typed_line(post.get("reason")),
            post.get("seen", ""),
            hold_back=hold_back,
        )
        if isinstance(result, PublishProposal):
            if others_who_organise(self.event, self.user).exists():
                return _("Proposed. Another organiser must agree; they were mailed.")
            text = _(
                "Proposed. Nobody else organises %(series)s yet. Name somebody on the "
                "page of the series, who can then agree."
            )
            return text % {"series": self.event.series}
        said = {"version": result.version}
        if are_held_back(self.event):
            text = _(
                "Version %(version)s is frozen. "
                "Nobody sees it until you end the reveal."
            )
            return text % said
        return _("Version %(version)s of the results is public.") % said


class EndJudgingView(ResultsActionView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        super().post(*args, **kwargs)
        return redirect("judging:publish", self.event.slug)

    def perform(self) -> str:
        NotSure.unless(self.request.POST)
        actions.end_judging(self.event, self.user)
        return _("Judging is closed.")


class WithdrawView(ResultsActionView):
    def perform(self) -> str:
        actions.withdraw_proposal(self.event, self.user)
        return _("Taken back. Nothing was published.")


class DeliberationView(RunJudgingView):
    """What one more score would settle, and who should give it."""

    template_name = "judging/deliberation.html"
    most = 8

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rounds = self.event.rounds.select_related("event").prefetch_related("criteria")
        round_ = get_object_or_404(rounds, pk=self.kwargs["pk"])
        projects = {
            p.pk: p
            for p in Project.objects.in_gallery()
            .filter(event=self.event)
            .select_related("team", "event")
        }
        judges = {judge.pk: judge for judge in self.event.judges.all()}
        shown = RoundOnPage(evidence_of(round_), projects, judges)
        settling = (shown.verdict or {}).get("settling")
        known = settling is not None and not shown.is_pending
        return super().get_context_data(
            shown=shown,
            settling=settling,
            cards=self.cards(shown, settling) if settling and known else [],
            open_cards=Scorecard.objects.filter(round=round_).open().count(),
            waiting=[
                *shown.unseen,
                *(one["name"] for one in shown.lines if one["judges"] < ENOUGH_JUDGES),
            ],
            contested=[line for line in shown.lines if 0.02 < line["p_top"] < 0.98],  # noqa: PLR2004
            is_open=self.event.is_open_for(Phase.JUDGING),
            **kwargs,
        )

    def cards(
        self, shown: RoundOnPage, settling: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """The best judge for each project, of those who may see it."""
        if not shown.tells_chances:
            return []
        allowed = who_may_be_asked(shown.round)
        now = chance(settling["now"])
        found: dict[int, dict[str, Any]] = {}
        for card in settling["cards"]:
            pk = shown.evidence.judges[card["judge"]]
            project = card["project"]
            after = chance(settling["now"] + card["gain"])
            # Advice that changes nothing on the page is none.
            if after == now or project in found or project not in shown.projects:
                continue
            if project in allowed.get(pk, ()):
                found[project] = {
                    "judge": shown.people[pk],
                    "project": shown.projects[project],
                    "gain": card["gain"],
                    "after": settling["now"] + card["gain"],
                }
        return list(found.values())[: self.most]


class AskView(ResultsActionView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        super().post(*args, **kwargs)
        return redirect("judging:deliberation", self.event.slug, self.kwargs["pk"])

    def perform(self) -> str:
        judge = whole_number(self.request.POST.get("judge"))
        judges = self.event.judges.filter(pk=judge or 0)
        project = self.chosen_project()
        if project is None:
            raise Http404
        card = actions.ask_for_one_more(
            self.round,
            get_object_or_404(judges),
            project,
            self.user,
        )
        return _("%(judge)s finds %(project)s at the end of their list.") % {
            "judge": card.judge,
            "project": card.project,
        }


class RulesView(RefilledMixin, RunJudgingView, FormView[JudgingRulesForm]):
    """What an organiser may choose about judging here."""

    template_name = "judging/rules.html"
    form_class = JudgingRulesForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": JudgingRules.of(self.event)}

    def form_valid(self, form: JudgingRulesForm) -> HttpResponse:
        try:
            actions.change_rules(self.event, form.cleaned_data, self.user)
        except Refused as refusal:  # somebody scored a moment ago
            form.add_error("needs_two_to_publish", str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("Saved."))
        return redirect("judging:order", self.event.slug)
