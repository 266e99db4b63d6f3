"""What everybody may read of the tools."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import DetailView, TemplateView

from core.pagecache import public_page
from events.models import Series
from events.views import EventMixin
from feedback import reports
from feedback.forms import LandscapeFilterForm
from feedback.landscape import charts, pictures
from submissions.models import Tool


class LandscapeMixin:
    """Whose landscape is asked for: everybody's, one series', one year's."""

    request: HttpRequest

    def read_filter(self) -> tuple[LandscapeFilterForm, Series | None, int | None]:
        form = LandscapeFilterForm(self.request.GET or None)
        if not form.is_bound:
            return form, None, None
        if not form.is_valid():
            raise Http404  # nothing is known of such a series or year
        return form, form.cleaned_data["series"], form.cleaned_data["year"]


@public_page
class LandscapeView(LandscapeMixin, TemplateView):
    template_name = "feedback/landscape.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form, series, year = self.read_filter()
        report = reports.landscape(series, year)
        return super().get_context_data(
            form=form,
            series=series,
            year=year,
            query=f"?{self.request.GET.urlencode()}" if series or year else "",
            files=reverse("feedback:landscape_export", args=["x"])[:-1],
            report=report,
            rooms=pictures.room_charts(report.rooms, report.stacks.most_teams),
            network=pictures.network_sheet(report.links),
            trends=pictures.trend_charts(report.trends),
            bands=charts.band_words(),
            **kwargs,
        )


@public_page
class ToolView(DetailView[Tool]):
    template_name = "feedback/tool_detail.html"
    queryset = Tool.objects.select_related("category", "merged_into")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tool = self.get_object()
        if tool.merged_into:  # its old address
            return redirect(tool.merged_into, permanent=True)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = reports.tool_report(self.object)
        return super().get_context_data(
            report=report,
            history=pictures.history_chart(report),
            roles=pictures.roles_chart(report),
            trend=charts.shares_trend(self.object, report.shares)
            if report.shares
            else None,
            **kwargs,
        )


@public_page
class EventLandscapeView(EventMixin, TemplateView):
    tab = "tools"
    template_name = "feedback/event_landscape.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = reports.event_report(self.event)
        return super().get_context_data(
            report=report,
            rooms=pictures.room_charts(report.rooms, report.stacks.most_teams),
            network=pictures.network_sheet(report.links),
            bands=charts.band_words(),
            files=reverse("feedback:event_export", args=[self.event.slug, "x"])[:-1],
            **kwargs,
        )
