from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from events.scoping import ReadOnlyModelAdmin
from feedback.models import Survey


@admin.register(Survey)
class SurveyAdmin(ReadOnlyModelAdmin):
    """How many have answered. The answers themselves are shown only in sums."""

    list_display = ("event", "opened_at", "closed_at", "answered")
    list_select_related = ("event",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                invited=Count("invitations"),
                finished=Count(
                    "invitations", filter=Q(invitations__finished_at__isnull=False)
                ),
            )
        )

    @display(description=_("answered"))
    def answered(self, survey: Survey) -> str:
        return f"{survey.finished} / {survey.invited}"  # type: ignore[attr-defined]
