from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.models import User
from core.text import fold
from events.scoping import ScopedModelAdmin, ScopedTabularInline
from teams import actions
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


class TeamForm(forms.ModelForm[Team]):
    class Meta:
        model = Team
        fields = ("name", "pitch", "join_policy", "table")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        team = self.instance
        others = team.event.teams.active().filter(folded_name=fold(name))
        if others.exclude(pk=team.pk).exists():
            raise forms.ValidationError(actions.NameIsTaken.message)
        return name

    def clean_table(self) -> str:
        table: str = self.cleaned_data["table"]
        others = self.instance.event.teams.active().exclude(pk=self.instance.pk)
        for other in others.exclude(table="") if table else ():
            if other.table.casefold() == table.casefold():
                raise forms.ValidationError(
                    _("“%(team)s” sits at this table. Give one of them another.")
                    % {"team": other}
                )
        return table


@admin.register(Team)
class TeamAdmin(ScopedModelAdmin):
    """People found teams themselves; organisers name tables and mend texts."""

    list_display = ("name", "event", "members", "table", "is_archived")
    list_filter = ("event", "is_archived")
    list_select_related = ("event",)
    search_fields = ("name",)
    fields = ("name", "event", "pitch", "join_policy", "table")
    readonly_fields = ("event",)
    form = TeamForm
    inlines = (MembershipInline,)
    may_add = may_delete = False
    logged_by_action = frozenset({"name"})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).annotate(size=Count("memberships"))

    def save_model(
        self, request: HttpRequest, obj: Team, form: Any, change: Any
    ) -> None:
        """As its captain does on the team's page, and the table."""
        actions.edit_team(
            obj,
            cast("User", request.user),
            name=obj.name,
            pitch=obj.pitch,
            join_policy=obj.join_policy,
            wanted_skills=obj.wanted_skills.all(),
        )
        obj.save(update_fields=["table"])

    @display(description=_("members"), ordering="size")
    def members(self, team: Team) -> int:
        return int(team.size)  # type: ignore[attr-defined]
