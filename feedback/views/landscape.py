"""What everybody may read."""

from typing import Any

from defusedcsv import csv
from django.http import HttpResponse
from django.views.generic import DetailView, TemplateView, View

from core.pagecache import public_page
from events.views import EventMixin
from feedback import reports
from feedback.forms import LandscapeFilterForm
from feedback.statistics import Estimate
from submissions.models import Tool


@public_page
class LandscapeView(TemplateView):
    template_name = "feedback/landscape.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = LandscapeFilterForm(self.request.GET or None)
        series = form.cleaned_data["series"] if form.is_valid() else None
        return super().get_context_data(
            form=form, series=series, report=reports.landscape(series), **kwargs
        )


@public_page
class ToolView(DetailView[Tool]):
    template_name = "feedback/tool_detail.html"
    queryset = Tool.objects.select_related("category")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            report=reports.tool_report(self.object), **kwargs
        )


@public_page
class EventLandscapeView(EventMixin, TemplateView):
    tab = "tools"
    template_name = "feedback/event_landscape.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            report=reports.event_report(self.event), **kwargs
        )


# What a spreadsheet might take for a formula and the csv writer lets pass.
FULL_WIDTH_FORMULA = ("＝", "＋", "－", "＠")  # noqa: RUF001


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FULL_WIDTH_FORMULA) else text


def _three(estimate: Estimate | None, shape: str) -> list[str]:
    if estimate is None:
        return ["", "", ""]
    return [
        format(number, shape)
        for number in (estimate.value, estimate.low, estimate.high)
    ]


@public_page
class EventLandscapeCsvView(EventMixin, View):
    """The same figures as the page, with the same gaps."""

    columns = [
        "tool",
        "category",
        "open_source",
        "teams",
        "reviewers",
        "score",
        "score_low",
        "score_high",
        "sus_equivalent",
        "again",
        "again_low",
        "again_high",
        "helped",
        "in_the_way",
    ]

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = (
            f'attachment; filename="{self.event.slug}-tools.csv"'
        )
        response["X-Content-Type-Options"] = "nosniff"
        response.write("\ufeff")  # or Excel takes it for Latin-1
        table = csv.writer(response)
        table.writerow(self.columns)
        for row in reports.event_report(self.event).stacks.rows:
            table.writerow(_safe(cell) for cell in self.cells(row))
        return response

    def cells(self, row: reports.ToolRow) -> list[str]:
        known = [
            row.tool.name,
            row.tool.category.name,
            "yes" if row.tool.is_open_source else "no",
            str(row.teams),
        ]
        verdict = row.verdict
        if verdict is None:
            return known + [""] * (len(self.columns) - len(known))
        return [
            *known,
            str(verdict.reviewers),
            *_three(verdict.score, ".1f"),
            f"{verdict.sus:.1f}" if verdict.sus is not None else "",
            *_three(verdict.again, ".3f"),
            " ".join(f"{theme.slug}:{theme.count}" for theme in verdict.helped),
            " ".join(f"{theme.slug}:{theme.count}" for theme in verdict.in_the_way),
        ]
