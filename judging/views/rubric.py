"""What judges score, for organisers to read and to change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.exceptions import Refused
from core.text import typed_line
from judging import actions
from judging.forms import CriterionForm, RubricFormSet
from judging.models import Round, Score
from judging.rubrics import (
    TEMPLATES,
    Wish,
    as_json,
    differences,
    rubric_digest,
    rubric_of,
)
from judging.views.organise import RunJudgingView


class RubricBase(RunJudgingView):
    @cached_property
    def round(self) -> Round:
        return get_object_or_404(self.event.rounds, pk=self.kwargs["pk"])

    @cached_property
    def tracks(self) -> dict[int, str]:
        return {track.pk: track.name for track in self.event.tracks.all()}

    @cached_property
    def is_frozen(self) -> bool:
        return Score.objects.filter(scorecard__round=self.round).exists()


class RubricView(RubricBase):
    """The rubric, as judges see it, and what it was before."""

    template_name = "judging/rubric.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = list(self.round.rubric_versions.select_related("made_by"))
        before = [*(one.criteria for one in versions[1:]), None]
        return super().get_context_data(
            round=self.round,
            criteria=self.round.criteria.filter(retired_in=None).select_related(
                "track"
            ),
            is_frozen=self.is_frozen,
            versions=[
                (
                    one,
                    differences(old, one.criteria, self.tracks) if old else [],
                )
                for one, old in zip(versions, before, strict=False)
            ],
            **kwargs,
        )


class RubricEditView(RubricBase):
    """A form for the whole rubric; says what a change undoes before it is made."""

    template_name = "judging/rubric_edit.html"

    def forms_for(self, data: Any = None) -> Any:
        template = TEMPLATES.get(self.request.GET.get("template", ""))
        wishes = template[1]() if template else rubric_of(self.round)
        return RubricFormSet(
            data,
            form_kwargs={"tracks": self.tracks},
            initial=None if data else [CriterionForm.initial_of(one) for one in wishes],
            prefix="criteria",
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = {
            "round": self.round,
            "is_frozen": self.is_frozen,
            "seen": rubric_digest(rubric_of(self.round)),
            "templates": [(key, text) for key, (text, _make) in TEMPLATES.items()],
        }
        if "formset" not in kwargs:
            context["formset"] = self.forms_for()
        return super().get_context_data(**context, **kwargs)

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        formset = self.forms_for(request.POST)
        context: dict[str, Any] = {"formset": formset}
        if not formset.is_valid():
            return self.render_to_response(self.get_context_data(**context))
        reason = request.POST.get("reason", "")
        wishes: list[Wish] = formset.wishes
        try:
            reason = typed_line(reason)
            consequences = actions.preview_change(self.round, wishes)
            if as_json(wishes) == as_json(rubric_of(self.round)):
                messages.info(request, _("Nothing has changed."))
                return redirect("judging:rubric", self.event.slug, self.round.pk)
            if consequences.is_frozen and "confirm" not in request.POST:
                context |= {"consequences": consequences, "reason": reason}
                return self.render_to_response(self.get_context_data(**context))
            actions.change_rubric(
                self.round, wishes, self.user, reason, seen=request.POST.get("seen", "")
            )
        except Refused as refusal:
            context |= {"refusal": refusal, "reason": reason}
            return self.render_to_response(self.get_context_data(**context))
        messages.success(request, _("This is the rubric from now on."))
        return redirect("judging:rubric", self.event.slug, self.round.pk)
