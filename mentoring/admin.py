from django.contrib import admin

from events.scoping import ReadOnlyModelAdmin
from mentoring.models import HelpRequest


@admin.register(HelpRequest)
class HelpRequestAdmin(ReadOnlyModelAdmin):
    """Where help was needed, and who gave it; the queue is a page of its own."""

    list_display = ("topic", "team", "tool", "status", "taken_by", "asked_at")
    list_filter = ("event", "status")
    list_select_related = ("team", "tool", "taken_by")
    search_fields = ("topic", "team__name")
