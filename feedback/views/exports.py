"""The landscape to take away: tables, pictures, data."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from core.pagecache import public_page
from events.views import EventMixin
from feedback import reports
from feedback.landscape import files, pictures
from feedback.views.landscape import LandscapeMixin
from submissions.models import Tool

Report = reports.Landscape | reports.EventReport
Writer = Callable[[HttpRequest, str, Any], HttpResponse]

# What there is to take, as the last part of the address.
OF_BOTH: dict[str, Writer] = {
    "tools.csv": lambda request, name, report: files.tools_table(
        request, name, report.stacks.rows
    ),
    "rooms.csv": lambda request, name, report: files.rooms_table(
        request, name, report.rooms
    ),
    "rooms.svg": lambda _request, name, report: files.drawing(
        name, pictures.rooms_sheet(report.rooms, report.stacks.most_teams)
    ),
    "network.csv": lambda request, name, report: files.network_table(
        request, name, report.links
    ),
    "network.svg": lambda _request, name, report: files.drawing(
        name, pictures.network_sheet(report.links)
    ),
    "landscape.json": lambda _request, name, report: files.data(
        name, files.landscape_data(report.rooms, report.links)
    ),
    "landscape.yml": lambda _request, name, report: files.answer(
        files.landscape_file(report.rooms), "application/yaml", f"{name}.yml"
    ),
}
OF_MANY: dict[str, Writer] = {
    **OF_BOTH,
    "trends.csv": lambda request, name, report: files.trends_table(
        request, name, report.trends
    ),
    "trends.svg": lambda _request, name, report: files.drawing(
        name, pictures.trends_sheet(report.trends)
    ),
}


def write(
    request: HttpRequest,
    writers: dict[str, Writer],
    what: str,
    whose: str,
    report: Report,
) -> Any:
    """``whose`` begins the name of the file, of which nobody but us has a part."""
    return writers[what](
        request, "-".join([whose, what.split(".", maxsplit=1)[0]]), report
    )


@public_page
class LandscapeExportView(LandscapeMixin, View):
    def get(self, request: HttpRequest, what: str) -> HttpResponse:
        form, series, year = self.read_filter()
        if what not in OF_MANY or (request.GET and not form.is_valid()):
            raise Http404
        whose = "-".join(
            [series.slug if series else "menlo", *([str(year)] if year else [])]
        )
        response: HttpResponse = write(
            request, OF_MANY, what, whose, reports.landscape(series, year)
        )
        return response


@public_page
class EventExportView(EventMixin, View):
    def get(
        self, request: HttpRequest, what: str = "tools.csv", **_words: str
    ) -> HttpResponse:
        if what not in OF_BOTH:
            raise Http404
        report = reports.event_report(self.event)
        response: HttpResponse = write(request, OF_BOTH, what, self.event.slug, report)
        return response


@public_page
class ToolExportView(View):
    def get(self, request: HttpRequest, slug: str, what: str) -> HttpResponse:
        tool = get_object_or_404(Tool.objects.listed(), slug=slug)
        report = reports.tool_report(tool)
        picture = pictures.history_chart(report)
        if what == "history.csv":
            return files.history_table(request, f"{slug}-history", report)
        if what == "history.svg" and picture is not None:
            return files.drawing(f"{slug}-history", picture)
        raise Http404
