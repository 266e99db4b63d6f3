"""The survey itself, as the person sees it who has the link."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, TemplateView, View

from accounts.limits import knock
from core.exceptions import Refused
from events.models import Phase
from feedback import actions
from feedback.forms import EventQuestionsForm, ToolReviewForm
from feedback.models import Invitation, Response, ToolReview
from submissions.models import Tool


@dataclass(frozen=True)
class Step:
    """One page of the survey."""

    title: str
    url: str
    is_answered: bool = False
    tool: Tool | None = None


# The link is the key, and nothing else is: no cookie is looked at, so there is nothing
# that another site could make a browser do. (Without a referrer, browsers send forms
# with "Origin: null", which the usual check would take for another site.)
@method_decorator([login_not_required, csrf_exempt], name="dispatch")
class SurveyView(View):
    """A page of somebody's survey. Looking at it changes nothing."""

    invitation: Invitation

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        knock(request, "survey_link", kwargs["token"])
        self.invitation = get_object_or_404(
            Invitation.objects.select_related("survey__event__series").prefetch_related(
                "survey__event__windows"
            ),
            token=kwargs["token"],
        )

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        response = (
            super().dispatch(request, *args, **kwargs)
            if self.invitation.survey.is_open
            else self.closed(request)
        )
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        add_never_cache_headers(response)
        return response

    def closed(self, request: HttpRequest) -> HttpResponse:
        event = self.invitation.survey.event
        saving = request.method == "POST"
        if saving and self.wants_json:
            return JsonResponse({"error": str(actions.SurveyIsClosed())}, status=409)
        return render(
            request,
            "feedback/survey_closed.html",
            {"event": event},
            status=409 if saving else 200,
        )

    @property
    def wants_json(self) -> bool:
        return self.request.headers.get("Accept") == "application/json"

    @cached_property
    def response(self) -> Response | None:
        return Response.objects.filter(invitation=self.invitation).first()

    @cached_property
    def reviews(self) -> dict[int, ToolReview]:
        if self.response is None:
            return {}
        return {review.tool_id: review for review in self.response.reviews.all()}

    @cached_property
    def steps(self) -> list[Step]:
        token = self.invitation.token
        steps = [
            Step(
                tool.name,
                reverse("feedback:survey_tool", args=[token, tool.slug]),
                tool.pk in self.reviews and self.reviews[tool.pk].says_something,
                tool,
            )
            for tool in actions.tools_of(self.invitation)
        ]
        said = self.response is not None and (
            self.response.come_again is not None or self.response.what_to_change
        )
        day = Step(
            self.invitation.survey.event.name,
            reverse("feedback:survey_event", args=[token]),
            bool(said),
        )
        return [*steps, day]


class StartView(SurveyView, TemplateView):
    template_name = "feedback/survey_start.html"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        steps = self.steps
        return super().get_context_data(
            event=self.invitation.survey.event,
            window=self.invitation.survey.event.window(Phase.SURVEY),
            steps=steps,
            tools=len(steps) - 1,
            begun=self.response is not None,
            next=next((step for step in steps if not step.is_answered), steps[0]),
            **kwargs,
        )


class ThanksView(StartView):
    template_name = "feedback/survey_thanks.html"


class QuestionsView(SurveyView, FormView[Any]):
    """One page of questions: a form that may be sent as often as one likes."""

    http_method_names = ["get", "head", "post", "options"]

    @cached_property
    def place(self) -> int:
        """Which of the steps this is."""
        return next(
            n for n, step in enumerate(self.steps) if step.url == self.request.path
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        steps, place = self.steps, self.place
        return super().get_context_data(
            event=self.invitation.survey.event,
            step=steps[place],
            number=place + 1,
            total=len(steps),
            back=steps[place - 1].url
            if place
            else reverse("feedback:survey", args=[self.invitation.token]),
            **kwargs,
        )

    def save(self, cleaned: dict[str, Any]) -> None:
        raise NotImplementedError

    def get_success_url(self) -> str:
        return self.steps[self.place + 1].url

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.save(form.cleaned_data)
        except Refused as refusal:
            if self.wants_json:
                return JsonResponse({"error": str(refusal)}, status=409)
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        if self.wants_json:
            return JsonResponse({"saved": True})
        return redirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        if self.wants_json:
            return JsonResponse({"errors": form.errors}, status=422)
        return render(
            self.request,
            self.get_template_names(),
            self.get_context_data(form=form),
            status=422,
        )


class ToolQuestionsView(QuestionsView):
    form_class = ToolReviewForm
    template_name = "feedback/survey_tool.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.tool = get_object_or_404(
            actions.tools_of(self.invitation), slug=kwargs["slug"]
        )

    def get_initial(self) -> dict[str, Any]:
        review = self.reviews.get(self.tool.pk)
        if review is None:
            return {}
        return {name: getattr(review, name) for name in actions.REVIEW_FIELDS}

    def save(self, cleaned: dict[str, Any]) -> None:
        actions.save_answers(self.invitation, {"tools": {self.tool.slug: cleaned}})


class EventQuestionsView(QuestionsView):
    form_class = EventQuestionsForm
    template_name = "feedback/survey_event.html"

    def get_initial(self) -> dict[str, Any]:
        if self.response is None:
            return {"role": self.invitation.user.headline_role}
        said = self.response
        return {
            "come_again": said.come_again,
            "what_to_change": said.what_to_change,
            "role": said.role
            if said.role or said.is_finished
            else self.invitation.user.headline_role,
        }

    def save(self, cleaned: dict[str, Any]) -> None:
        actions.save_answers(self.invitation, cleaned)
        if not self.wants_json:  # the button at the end, not a tap that saves itself
            actions.finish_survey(self.invitation)

    def get_success_url(self) -> str:
        return reverse("feedback:survey_thanks", args=[self.invitation.token])
