"""Parts of an event, as lists of their own, for searching."""

from django.contrib import admin
from django.http import HttpRequest

from events.models import (
    Prize,
    Sponsor,
    Track,
)
from events.scoping import (
    ScopedModelAdmin,
)


class EventPartAdmin(ScopedModelAdmin):
    """Edited on the event's page; here only so that its rows can be chosen."""

    list_display = ("name", "event")
    list_filter = ("event",)
    list_select_related = ("event",)
    search_fields = ("name",)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}


admin.site.register(Track, EventPartAdmin)
admin.site.register(Sponsor, EventPartAdmin)
admin.site.register(Prize, EventPartAdmin)
