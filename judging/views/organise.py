"""What organisers see and do: coverage, standings, late cards, publishing."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from accounts.models import User
from core.exceptions import Refused
from core.pagecache import public_page
from events.models import Phase
from events.views import EventMixin
from judging import actions
from judging.models import Judge, Scorecard, ScorecardRevision
from judging.prizes import with_leaders
from judging.reveal import are_held_back
from judging.standings import percent, standings
from submissions.models import Project


class RunJudgingView(EventMixin, TemplateView):
    """For organisers of this event only."""

    tab = "judging"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm("judging.run_judging", self.event):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class RankingView(RunJudgingView):
    template_name = "judging/ranking.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        projects = {
            p.pk: p
            for p in Project.objects.in_gallery()
            .filter(event=self.event)
            .select_related("team")
        }
        rounds = []
        for round_ in self.event.rounds.prefetch_related("criteria"):
            criteria = list(round_.criteria.all())
            rounds.append(
                {
                    "round": round_,
                    "criteria": criteria,
                    "lines": [
                        {
                            "rank": one.rank,
                            "project": projects[one.project],
                            "score": percent(one.score),
                            "judges": one.judges,
                            "means": [
                                percent(one.criteria[c.pk])
                                if c.pk in one.criteria
                                else None
                                for c in criteria
                            ],
                        }
                        for one in standings(round_)
                    ],
                }
            )
        return super().get_context_data(
            rounds=rounds,
            judges=self.judges(),
            projects=sorted(projects.values(), key=lambda p: p.title.lower()),
            prizes=with_leaders(self.event.prizes.select_related("award")),
            late=ScorecardRevision.objects.filter(
                scorecard__round__event=self.event,
                outcome=ScorecardRevision.Outcome.LATE,
            ).select_related("scorecard__judge", "scorecard__project"),
            is_open=self.event.is_open_for(Phase.JUDGING),
            latest=self.event.published_results.first(),
            **kwargs,
        )

    def judges(self) -> list[tuple[Judge, int, int]]:
        cards = (
            Scorecard.objects.live()
            .filter(round__event=self.event)
            .values_list("judge_id", "status")
        )
        tally: dict[int, tuple[int, int]] = {}
        for judge, status in cards:
            done, dealt = tally.get(judge, (0, 0))
            done += status == Scorecard.Status.DONE
            tally[judge] = (done, dealt + 1)
        return [
            (judge, *tally.get(judge.pk, (0, 0))) for judge in self.event.judges.all()
        ]


class JudgingActionView(RunJudgingView):
    """A button on the organisers' judging page."""

    http_method_names = ["post"]

    def perform(self) -> str:
        raise NotImplementedError

    def chosen_project(self) -> Project | None:
        pk = self.request.POST.get("project", "")
        return get_object_or_404(self.event.projects, pk=pk) if pk.isdecimal() else None

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


class AwardView(JudgingActionView):
    def perform(self) -> str:
        prize = get_object_or_404(self.event.prizes, pk=self.kwargs["pk"])
        project = self.chosen_project()
        actions.give_award(prize, project, self.user)
        return _("Noted.")


class PublishView(JudgingActionView):
    def perform(self) -> str:
        result = actions.publish_results(
            self.event, self.user, self.request.POST.get("reason", "")
        )
        return _("Version %(version)s of the results is public.") % {
            "version": result.version
        }


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


@public_page
class ResultsView(EventMixin, TemplateView):
    template_name = "judging/results.html"
    tab = "results"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_held_back = are_held_back(self.event)
        versions = [] if is_held_back else list(self.event.published_results.all())
        user = self.request.user
        own = (
            Project.objects.filter(
                event=self.event, team__memberships__user=user
            ).first()
            if isinstance(user, User)
            else None
        )
        return super().get_context_data(
            is_held_back=is_held_back,
            result=versions[0] if versions else None,
            versions=versions,
            rounds=_rounds(versions[0].snapshot) if versions else [],
            own_project=own,
            **kwargs,
        )


def _rounds(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The rounds of a snapshot with each line's criteria in the rubric's order."""
    return [
        {
            **round_,
            "projects": [
                {
                    **line,
                    "means": [
                        line["criteria"].get(str(c["id"])) for c in round_["criteria"]
                    ],
                }
                for line in round_["projects"]
            ],
        }
        for round_ in content["rounds"]
    ]


class MyFeedbackView(EventMixin, TemplateView):
    """What judges wrote to one's own team: the words, never the names."""

    template_name = "judging/my_feedback.html"
    tab = "results"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = get_object_or_404(
            Project, event=self.event, team__memberships__user=self.user
        )
        is_public = self.event.published_results.exists() and not are_held_back(
            self.event
        )
        feedback = (
            Scorecard.objects.filter(project=project)
            .exclude(feedback="")
            .order_by("feedback")
            .values_list("feedback", flat=True)
            if is_public
            else []
        )
        return super().get_context_data(
            project=project, feedback=feedback, is_public=is_public, **kwargs
        )
