"""What organisers see and do: coverage, late cards, the stage, links."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from core.exceptions import Refused
from core.permissions import require
from core.text import whole_number
from events.views import EventMixin
from judging import actions
from judging.models import Criterion, Round, ScorecardRevision
from judging.progress import progress_of
from submissions.models import Project


class RunJudgingView(EventMixin, TemplateView):
    """For organisers of this event only."""

    tab = "judging"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require(request.user, "judging.run_judging", self.event)
        return super().dispatch(request, *args, **kwargs)


class RankingView(RunJudgingView):
    template_name = "judging/ranking.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            rounds=self.event.rounds.all(),
            paper_rounds=self.event.rounds.exclude(kind=Round.Kind.PAIRWISE),
            judges=progress_of(self.event, self.event.judges.all()),
            several_phones=ScorecardRevision.objects.filter(
                scorecard__round__event=self.event
            ).judges_on_several_phones(),
            projects=Project.objects.in_gallery()
            .filter(event=self.event)
            .order_by(Lower("title")),
            late=self.late(),
            **kwargs,
        )

    def late(self) -> list[Any]:
        """What waits for a decision, with what it would change."""
        late: list[Any] = list(
            ScorecardRevision.objects.filter(
                scorecard__round__event=self.event,
                outcome=ScorecardRevision.Outcome.LATE,
            )
            .select_related(
                "scorecard__judge", "scorecard__project", "scorecard__round"
            )
            .prefetch_related("scorecard__scores")
        )
        criteria = Criterion.objects.filter(round__event=self.event) if late else ()
        names = {str(criterion.pk): criterion.name for criterion in criteria}
        for one in late:
            given = {str(s.criterion_id): s.value for s in one.scorecard.scores.all()}
            new = one.payload.get("scores", {})
            one.changes = [
                (name, given.get(pk), new[pk])
                for pk, name in names.items()
                if pk in new and new[pk] != given.get(pk)
            ]
        return late


class JudgingActionView(RunJudgingView):
    """A button on the organisers' judging page."""

    http_method_names = ["post"]

    def perform(self) -> str:
        raise NotImplementedError

    def chosen_project(self) -> Project | None:
        sent = self.request.POST.get("project", "")
        if not sent.isdecimal():
            return None
        return get_object_or_404(self.event.projects, pk=whole_number(sent) or 0)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.perform())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("judging:ranking", self.event.slug)


class DealView(JudgingActionView):
    def perform(self) -> str:
        new = actions.deal_cards(self.event)
        return ngettext("%d new scorecard.", "%d new scorecards.", new) % new


class LateView(JudgingActionView):
    def perform(self) -> str:
        late = get_object_or_404(
            ScorecardRevision,
            pk=self.kwargs["pk"],
            scorecard__round__event=self.event,
        )
        accept = self.request.POST.get("decision") == "accept"
        actions.decide_late(late, self.user, accept=accept)
        return _("It counts.") if accept else _("It does not count.")


class JudgeLinkView(RunJudgingView):
    """One judge's link and QR code, to show on the organiser's screen."""

    template_name = "judging/judge_link.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        judge = get_object_or_404(self.event.judges, pk=self.kwargs["pk"])
        return super().get_context_data(
            judge=judge,
            link=f"{settings.SITE_URL}{judge.get_link_path()}",
            **kwargs,
        )


class JudgeQrView(RunJudgingView):
    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        judge = get_object_or_404(self.event.judges, pk=self.kwargs["pk"])
        link = f"{settings.SITE_URL}{judge.get_link_path()}"
        svg = segno.make(link, error="m").svg_inline(scale=8, dark="#000", light="#fff")
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        return HttpResponse(svg, content_type="image/svg+xml")
