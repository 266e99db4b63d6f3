"""The admin's home: what the organisers' events need today."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from accounts.models import User
from dashboard.reports import numbers_of
from events.models import Event
from events.scoping import organises_something
from events.second_step import lead_to_second_step

SHOWN = 6


class MenloAdminSite(UnfoldAdminSite):
    index_template = "dashboard/admin_home.html"
    index_title = _("Your events")

    def has_permission(self, request: HttpRequest) -> bool:
        return organises_something(request.user)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """Asked for by the side bar and by Django, for each page; made once."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        key = f"_app_list_of_{request.user.pk}"
        known: list[Any] | None = request.__dict__.get(key)
        if known is None:
            known = request.__dict__[key] = super().get_app_list(request)
        return known

    def admin_view(
        self, view: Callable[..., HttpResponseBase], cacheable: Any = None
    ) -> Callable[..., HttpResponseBase]:
        """Every page of the admin, for those who sign in with a second step."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(
            request: HttpRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            user = request.user
            if self.has_permission(request) and cast("User", user).lacks_second_step:
                return lead_to_second_step(request)
            return inner(request, *args, **kwargs)

        return guarded

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        events = (
            Event.objects.organised_by(request.user)  # type: ignore[arg-type]
            .with_windows()
            .order_by("-starts_at")[:SHOWN]
        )
        context = {"numbers": numbers_of(list(events)), **(extra_context or {})}
        return super().index(request, context)
