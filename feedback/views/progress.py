"""How a survey goes, for organisers, and the way to one's own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import TemplateView, View

from core.views import HtmxRequest
from events.views import EventMixin
from feedback import reports
from feedback.models import Invitation, Survey


class ProgressView(EventMixin, TemplateView):
    """How many have answered, as it happens."""

    tab = "survey"
    template_name = "feedback/survey_progress.html"
    request: HtmxRequest

    def get_template_names(self) -> list[str]:
        if self.request.htmx:
            return [f"{self.template_name}#numbers"]
        return [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not self.user.has_perm("feedback.follow_survey", self.event):
            raise PermissionDenied
        survey = Survey.objects.filter(event=self.event).first()
        return super().get_context_data(
            survey=survey,
            progress=survey and reports.progress(survey, self.event.privacy_k),
            **kwargs,
        )


class MineView(EventMixin, View):
    """From a page or mail that does not know the personal link."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        invitation = get_object_or_404(
            Invitation, survey__event=self.event, user=self.user
        )
        return redirect("feedback:survey", invitation.token)
