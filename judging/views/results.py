"""What teams and everybody see after publishing, and what is read before that."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.models import User
from core.pagecache import public_page
from events.views import EventMixin
from judging import actions
from judging.evidence import SEED
from judging.explaining import middle_of, why
from judging.models import JudgingRules, PublishedResult, Round, Scorecard
from judging.presenting import bar
from judging.reveal import are_held_back, public_versions
from judging.views.organise import JudgingActionView, RunJudgingView
from submissions.models import Project


class FeedbackReviewView(RunJudgingView):
    """What judges wrote to teams, to be read before the teams read it."""

    template_name = "judging/feedback_review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            cards=Scorecard.objects.filter(round__event=self.event)
            .exclude(feedback="")
            .select_related("project__team", "project__event", "judge")
            .order_by("project__title", "judge__name"),
            is_public=bool(public_versions(self.event)),
            rules=JudgingRules.of(self.event),
            **kwargs,
        )


class HideFeedbackView(JudgingActionView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        super().post(*args, **kwargs)
        return redirect("judging:feedback_review", self.event.slug)

    def perform(self) -> str:
        card = get_object_or_404(
            Scorecard.objects.select_related("judge__event", "project"),
            pk=self.kwargs["pk"],
            round__event=self.event,
        )
        hide = self.request.POST.get("decision") == "hide"
        actions.hide_feedback(card, self.user, hide=hide)
        return _("The team will not read it.") if hide else _("The team may read it.")


# --- After publishing -----------------------------------------------------------------


@public_page
class ResultsView(EventMixin, TemplateView):
    template_name = "judging/results.html"
    tab = "results"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = public_versions(self.event)
        user = self.request.user
        own = (
            Project.objects.filter(
                event=self.event, team__memberships__user=user
            ).first()
            if isinstance(user, User)
            else None
        )
        rules = JudgingRules.of(self.event)
        return super().get_context_data(
            is_held_back=not versions and are_held_back(self.event),
            result=versions[0] if versions else None,
            versions=versions,
            rounds=_rounds(versions[0]) if versions else [],
            shows_scores=rules.publishes_scores,
            own_project=own,
            **kwargs,
        )


def _rounds(result: PublishedResult) -> list[dict[str, Any]]:
    """The rounds of a snapshot with each line's criteria in the rubric's order."""
    return [
        {
            **round_,
            "is_mean": round_["method"] == Round.Method.MEAN,
            "tables": tables_of(round_),
            "seed": SEED,
            "projects": [
                {
                    **line,
                    "bar": bar(line),
                    "means": [
                        line["criteria"].get(str(c["id"])) for c in round_["criteria"]
                    ],
                }
                for line in round_["projects"]
            ],
        }
        for round_ in result.snapshot["rounds"]
    ]


def tables_of(round_: dict[str, Any]) -> list[str]:
    """Which files the result of a round can be computed from."""
    has_scores = any(line["mean"] is not None for line in round_["projects"])
    tables = ["scores", "weights"] if has_scores else []
    return [*tables, "comparisons"] if round_["comparisons"] else tables


class MyFeedbackView(EventMixin, TemplateView):
    """One's own team: its scores, its place, what judges wrote. Nobody else's."""

    template_name = "judging/my_feedback.html"
    tab = "results"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = get_object_or_404(
            Project, event=self.event, team__memberships__user=self.user
        )
        result = next(iter(public_versions(self.event)), None)
        return super().get_context_data(
            project=project,
            rounds=own_rounds(result, project) if result else [],
            feedback=words_to(project) if result else [],
            shows_judges=JudgingRules.of(self.event).shows_judges,
            is_public=result is not None,
            **kwargs,
        )


def words_to(project: Project) -> list[Scorecard]:
    """In the order of the texts, which says nothing about who wrote them."""
    return list(
        Scorecard.objects.filter(project=project, is_feedback_hidden=False)
        .exclude(feedback="")
        .exclude(judge__recusals__project=project)
        .select_related("judge")
        .order_by("feedback")
    )


def own_rounds(result: PublishedResult, project: Project) -> list[dict[str, Any]]:
    """What the published result says about one project, and nothing about others."""
    return [
        {
            "name": round_["name"],
            "line": line,
            "of": len(round_["projects"]),
            "bar": bar(line),
            "why": why(line, middle_of(round_["projects"])),
            "is_mean": round_["method"] == Round.Method.MEAN,
            "criteria": [
                (c["name"], line["criteria"].get(str(c["id"])))
                for c in round_["criteria"]
            ],
        }
        for round_ in result.snapshot["rounds"]
        for line in round_["projects"]
        if line["project"] == project.pk
    ]
