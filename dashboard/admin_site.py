"""The admin's home: what the organisers' events need today."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from dashboard.reports import numbers_of
from events.models import Event
from events.scoping import organises_something

SHOWN = 6


class MenloAdminSite(UnfoldAdminSite):
    index_template = "dashboard/admin_home.html"
    index_title = _("Your events")

    def has_permission(self, request: HttpRequest) -> bool:
        return organises_something(request.user)

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
