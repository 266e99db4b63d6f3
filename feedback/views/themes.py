"""What people wrote, by theme, for the organisers of the event."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core.exceptions import Refused
from events.views import EventMixin
from feedback.actions import themes as theming
from feedback.landscape.themes import themes_of
from feedback.models import Survey


class ForOrganisers(EventMixin):
    tab = "survey"

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if request.user.is_authenticated and not self.user.has_perm(
            "feedback.follow_survey", self.event
        ):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class ThemesView(ForOrganisers, TemplateView):
    template_name = "feedback/themes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        survey = get_object_or_404(Survey, event=self.event)
        themes = themes_of(survey)
        return super().get_context_data(
            survey=survey,
            themes=[found for found in themes if found.pk or len(found.remarks) > 1],
            alone=[
                found for found in themes if not found.pk and len(found.remarks) == 1
            ],
            **kwargs,
        )


class ThemeButton(ForOrganisers, View):
    """A POST that changes one theme, or makes one of several."""

    http_method_names = ["post"]

    def perform(self, keys: list[str]) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, **_words: str) -> HttpResponse:
        keys = request.POST.getlist("theme")
        try:
            if not keys:
                raise theming.ThemesHaveChanged
            messages.success(request, self.perform(keys))
        except Refused as refusal:
            messages.error(request, str(refusal))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("feedback:themes", self.event.slug)


class RenameThemeView(ThemeButton):
    def perform(self, keys: list[str]) -> str:
        name = self.request.POST.get("name", "")
        theme = theming.rename_theme(self.event, self.user, keys[0], name)
        return _("The theme is called “{name}” now.").format(name=theme.name)


class PinThemeView(ThemeButton):
    def perform(self, keys: list[str]) -> str:
        pinned = self.request.POST.get("pinned") == "yes"
        theming.pin_theme(self.event, self.user, keys[0], pinned=pinned)
        return _("Pinned to the top.") if pinned else _("The pin is off.")


class MergeThemesView(ThemeButton):
    def perform(self, keys: list[str]) -> str:
        theme = theming.merge_themes(self.event, self.user, keys)
        return _("They are one theme now: “{name}”.").format(name=theme.name)


class ReleaseThemeView(ThemeButton):
    def perform(self, keys: list[str]) -> str:
        theming.release_theme(self.event, self.user, keys[0])
        return _("Its remarks are put together anew.")
