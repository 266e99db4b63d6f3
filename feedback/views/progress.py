"""How a survey goes, for organisers, and the way to one's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from core.exceptions import Refused
from core.permissions import require
from core.views import HtmxRequest
from events.views import EventMixin
from feedback import actions, reports
from feedback.forms import AddressesForm, EventQuestionsForm, ToolReviewForm
from feedback.models import Invitation, Question, Survey
from feedback.results import desired_tools, question_results


class FollowSurveyView(EventMixin, TemplateView):
    """For organisers of this event only."""

    tab = "survey"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        require(self.request.user, "feedback.follow_survey", self.event)
        return super().dispatch(request, *args, **kwargs)


class ProgressView(FollowSurveyView):
    """How many have answered, as it happens."""

    template_name = "feedback/survey_progress.html"
    request: HtmxRequest

    def get_template_names(self) -> list[str]:
        if self.request.htmx:
            return [f"{self.template_name}#numbers"]
        return [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        survey = Survey.objects.filter(event=self.event).first()
        is_closed = survey is not None and survey.closed_at is not None
        return super().get_context_data(
            **{
                "survey": survey,
                "progress": survey and reports.progress(survey),
                "results": question_results(survey) if survey and is_closed else (),
                "desired": desired_tools(survey) if survey and is_closed else (),
                "may_open": not (survey and survey.opened_at)
                and (self.event.is_on or self.event.is_over),
                "addresses": AddressesForm(),
                "waiting": actions.people_to_ask(self.event).count(),
                **kwargs,
            }
        )


class PreviewView(FollowSurveyView):
    """The pages as people get them, with all that may be asked; nothing is sent."""

    template_name = "feedback/survey_preview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = Question.objects.filter(survey__event=self.event).asked()
        about_tools = asked.exclude(tool=None, category=None)
        about: dict[str, list[Question]] = {}
        for question in about_tools.select_related("tool", "category"):
            about.setdefault(str(question.tool or question.category), []).append(
                question
            )
        return super().get_context_data(
            survey=Survey.objects.filter(event=self.event).first(),
            tool=ToolReviewForm(),
            about=[
                (title, ToolReviewForm(questions=qs)) for title, qs in about.items()
            ],
            day=EventQuestionsForm(questions=asked.about_the_event()),
            **kwargs,
        )


class SurveyActionView(FollowSurveyView):
    """A button on the organisers' survey page."""

    http_method_names = ["post"]

    def perform(self) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.perform())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("feedback:progress", self.event.slug)


class OpenNowView(SurveyActionView):
    def perform(self) -> str:
        if actions.open_now(self.event, self.user):
            return _("The survey is open. Everybody gets their personal link.")
        return _("The survey is open already.")


class CloseNowView(SurveyActionView):
    def perform(self) -> str:
        actions.close_now(self.event, self.user)
        return _("The survey is closed. This is what they said.")


class QuestionsOfSurveyView(SurveyActionView):
    """To the builder in the admin; a survey that was never prepared is made first."""

    def post(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        survey = actions.prepare_survey(self.event)
        return redirect("admin:feedback_survey_change", survey.pk)


class AskMoreView(ProgressView):
    """People without an account are named by their address."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = AddressesForm(request.POST)
        if form.is_valid():
            try:
                found = form.cleaned_data["addresses"]
                new = actions.invite_addresses(self.event, found, self.user)
            except Refused as refusal:
                form.add_error("addresses", str(refusal))
            else:
                text = ngettext(
                    "%d more person is asked.", "%d more people are asked.", new
                )
                messages.success(request, text % new)
                if not form.odd_lines:
                    return redirect("feedback:progress", self.event.slug)
                # What could not be read stays in the box, to be put right.
                odd = form.about_odd_lines()
                form = AddressesForm({"addresses": "\n".join(form.odd_lines)})
                form.add_error("addresses", odd)
        context = self.get_context_data(addresses=form)
        return self.render_to_response(context, status=422)


class MineView(EventMixin, View):
    """From a page or mail that does not know the personal link."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        invitation = get_object_or_404(
            Invitation, survey__event=self.event, user=self.user
        )
        return redirect("feedback:survey", invitation.token)
