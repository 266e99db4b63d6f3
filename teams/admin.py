from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from events.scoping import ScopedModelAdmin, ScopedTabularInline
from teams.models import Membership, Team


class MembershipInline(ScopedTabularInline):
    model = Membership
    fields = ("user", "role", "joined_at")
    readonly_fields = ("user", "role", "joined_at")
    tab = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None) -> bool:
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: Model | None = None,
    ) -> bool:
        return False


@admin.register(Team)
class TeamAdmin(ScopedModelAdmin):
    """People found teams themselves; organisers name tables and mend texts."""

    list_display = ("name", "event", "members", "table", "is_archived")
    list_filter = ("event", "is_archived")
    list_select_related = ("event",)
    search_fields = ("name",)
    fields = ("name", "event", "pitch", "join_policy", "table")
    readonly_fields = ("event",)
    inlines = (MembershipInline,)
    may_add = may_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(size=Count("memberships"))

    @display(description=_("members"), ordering="size")
    def members(self, team: Team) -> int:
        return int(team.size)  # type: ignore[attr-defined]
