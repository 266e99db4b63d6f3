"""The survey itself, as the person sees it who has the link."""

from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, TemplateView, View

from accounts.limits import knock
from core.exceptions import Refused
from events.models import Phase
from feedback import actions
from feedback.forms import (
    EventQuestionsForm,
    NamedToolsForm,
    ToolReviewForm,
    WishesForm,
)
from feedback.models import Answer, Invitation, Question, Response, ToolReview, Wish
from submissions.models import Tool


@dataclass(frozen=True)
class Step:
    """One page of the survey."""

    title: str
    url: str
    is_answered: bool


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
    def answers(self) -> dict[tuple[int, int | None], str]:
        """What was said to the organisers' questions, by question and tool."""
        rows = Answer.objects.filter(response=self.response) if self.response else ()
        return {(row.question_id, row.tool_id): row.value for row in rows}

    @cached_property
    def wishes(self) -> dict[int, bool]:
        rows = Wish.objects.filter(response=self.response) if self.response else ()
        return {row.tool_id: row.wants_it for row in rows}

    @cached_property
    def tools(self) -> list[Tool]:
        return list(actions.tools_of(self.invitation))

    @cached_property
    def offered(self) -> list[Tool]:
        return actions.offered_wishes(self.invitation, self.tools, self.wishes)

    @cached_property
    def steps(self) -> list[Step]:
        token = self.invitation.token
        steps = [
            Step(
                tool.name,
                reverse("feedback:survey_tool", args=[token, tool.slug]),
                (tool.pk in self.reviews and self.reviews[tool.pk].says_something)
                or any(about == tool.pk for _pk, about in self.answers),
            )
            for tool in self.tools
        ]
        if self.offered:
            url = reverse("feedback:survey_wishes", args=[token])
            steps.append(Step(_("What you would like to use"), url, bool(self.wishes)))
        said = self.response
        about_the_day = said and (
            said.come_again is not None
            or said.what_to_change
            or any(about is None for _pk, about in self.answers)
        )
        url = reverse("feedback:survey_event", args=[token])
        return [*steps, Step(_("The event itself"), url, bool(about_the_day))]


class StartView(SurveyView, TemplateView):
    template_name = "feedback/survey_start.html"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        steps = self.steps
        return super().get_context_data(
            event=self.invitation.survey.event,
            window=self.invitation.survey.event.window(Phase.SURVEY),
            steps=steps,
            tools=len(self.tools),
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

    def save(self, form: Any) -> None:
        raise NotImplementedError

    def get_success_url(self) -> str:
        return self.steps[self.place + 1].url

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.save(form)
        except Refused as refusal:
            if self.wants_json:
                return JsonResponse({"error": str(refusal)}, status=409)
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        if self.has_answered_every_page():
            actions.finish_survey(self.invitation)
        if self.wants_json:
            return JsonResponse({"saved": True})
        return redirect(self.get_success_url())

    def has_answered_every_page(self) -> bool:
        """Whether nothing is left to remind of, as what was just saved left it."""
        for name in ("response", "reviews", "answers", "wishes", "offered", "steps"):
            self.__dict__.pop(name, None)
        return all(step.is_answered for step in self.steps)

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
        tool = next((t for t in self.tools if t.slug == kwargs["slug"]), None)
        if tool is None:
            raise Http404
        self.tool = tool

    @cached_property
    def questions(self) -> list[Question]:
        return list(self.invitation.survey.questions.asked().about(self.tool))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "questions": self.questions}

    def get_initial(self) -> dict[str, Any]:
        review = self.reviews.get(self.tool.pk) or ToolReview()
        return {
            **{name: getattr(review, name) for name in actions.REVIEW_FIELDS},
            **{
                question.field_name: self.answers.get((question.pk, self.tool.pk), "")
                for question in self.questions
            },
        }

    def save(self, form: ToolReviewForm) -> None:
        slug = self.tool.slug
        usual = form.usual_answers()
        actions.save_answers(
            self.invitation,
            {
                "tools": {slug: usual} if usual else {},
                "answers": {(pk, slug): said for pk, said in form.answers().items()},
            },
        )


class WishesView(QuestionsView):
    form_class = WishesForm
    template_name = "feedback/survey_wishes.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not self.offered:
            raise Http404

    @cached_property
    def shown(self) -> list[Tool]:
        """The tools that the reader saw: the offer may have changed since."""
        sent = cast("QueryDict", self.request.POST).getlist("offered")
        if not sent or len(sent) > actions.MOST_WISHES:
            return self.offered
        allowed = actions.tools_to_wish_for(self.invitation, self.tools)
        return list(allowed.filter(slug__in=sent).order_by("name"))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "tools": self.shown}

    def get_initial(self) -> dict[str, Any]:
        wanted = [tool.slug for tool in self.shown if self.wishes.get(tool.pk)]
        return {
            "wanted": wanted,
            "none": bool(self.wishes) and not wanted,
            "offered": [tool.slug for tool in self.shown],
        }

    def save(self, form: WishesForm) -> None:
        if wishes := form.wishes():
            actions.save_answers(self.invitation, {"wishes": wishes})


class EventQuestionsView(QuestionsView):
    form_class = EventQuestionsForm
    template_name = "feedback/survey_event.html"

    @cached_property
    def questions(self) -> list[Question]:
        return list(self.invitation.survey.questions.asked().about_the_event())

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "questions": self.questions}

    def get_initial(self) -> dict[str, Any]:
        said = self.response or Response()
        user = self.invitation.user
        usual_role = user.headline_role if user else ""
        return {
            "come_again": said.come_again,
            "what_to_change": said.what_to_change,
            "role": said.role if said.role or said.is_finished else usual_role,
            **{
                question.field_name: self.answers.get((question.pk, None), "")
                for question in self.questions
            },
        }

    def save(self, form: EventQuestionsForm) -> None:
        actions.save_answers(
            self.invitation,
            {
                **form.usual_answers(),
                "answers": {(pk, ""): said for pk, said in form.answers().items()},
            },
        )
        if not self.wants_json:  # the button at the end, not a tap that saves itself
            actions.finish_survey(self.invitation)

    def get_success_url(self) -> str:
        return reverse("feedback:survey_thanks", args=[self.invitation.token])


class NamedToolsView(SurveyView, FormView[NamedToolsForm]):
    """Tools that the person used and the team's page does not name."""

    form_class = NamedToolsForm
    template_name = "feedback/survey_tools.html"
    http_method_names = ["get", "head", "post", "options"]

    @cached_property
    def declared(self) -> set[int]:
        return {tool.pk for tool in actions.declared_tools(self.invitation)}

    def get_form_kwargs(self) -> dict[str, Any]:
        named = {tool.pk for tool in self.tools} - self.declared
        return {**super().get_form_kwargs(), "named": named}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            event=self.invitation.survey.event,
            declared=[tool for tool in self.tools if tool.pk in self.declared],
            back=reverse("feedback:survey", args=[self.invitation.token]),
            **kwargs,
        )

    def form_valid(self, form: NamedToolsForm) -> HttpResponse:
        try:
            slugs = [tool.slug for tool in form.cleaned_data["tools"]]
            actions.name_tools(self.invitation, slugs)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return redirect("feedback:survey", self.invitation.token)

    def form_invalid(self, form: NamedToolsForm) -> HttpResponse:
        context = self.get_context_data(form=form)
        return render(self.request, self.template_name, context, status=422)
