from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from core.versioned_admin import VersionedAdminMixin
from events.scoping import (
    ReadOnlyModelAdmin,
    ScopedModelAdmin,
    ScopedTabularInline,
    organises_something,
)
from submissions.models import Dataset, Idea, Project, Tool, ToolCategory, ToolUse


class CatalogueAdmin(VersionedAdminMixin, ModelAdmin):
    """One catalogue for all series: organisers may add to it, not change it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return organises_something(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return organises_something(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return organises_something(request.user)

    def _is_superuser(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    has_change_permission = _is_superuser
    has_delete_permission = _is_superuser


@admin.register(ToolCategory)
class ToolCategoryAdmin(CatalogueAdmin):
    list_display = ("name", "description", "order")
    search_fields = ("name",)
    prepopulated_fields: ClassVar = {"slug": ("name",)}


@admin.register(Tool)
class ToolAdmin(CatalogueAdmin):
    list_display = ("name", "category", "is_open_source", "homepage")
    list_filter = ("category", "is_open_source")
    list_select_related = ("category",)
    search_fields = ("name", "aliases")
    prepopulated_fields: ClassVar = {"slug": ("name",)}


@admin.register(Idea)
class IdeaAdmin(ScopedModelAdmin):
    list_display = ("title", "author", "event", "team", "is_withdrawn")
    list_filter = ("event", "is_withdrawn")
    list_select_related = ("author", "event", "team")
    search_fields = ("title",)
    fields = ("title", "event", "author", "pitch", "is_withdrawn")
    readonly_fields = ("event", "author")
    may_add = False


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyModelAdmin):
    list_display = (
        "title",
        "team",
        "event",
        "licence",
        "sensitivity",
        "profile_status",
        "link_status",
    )
    list_filter = ("event", "licence", "sensitivity", "profile_status", "link_status")
    list_select_related = ("team", "event")
    search_fields = ("title",)
    exclude = ("file",)


class ToolUseInline(ScopedTabularInline):
    model = ToolUse


@admin.register(Project)
class ProjectAdmin(ScopedModelAdmin):
    """Organisers read; changes are made on the project's own page, with a reason."""

    list_display = ("title", "team", "event", "status_label", "submitted_at")
    list_filter = ("event", "status")
    list_select_related = ("team", "event")
    search_fields = ("title", "team__name")
    inlines = (ToolUseInline,)
    may_add = may_change = may_delete = False

    @display(
        description=_("status"),
        label={
            Project.Status.SUBMITTED: "success",
            Project.Status.DRAFT: "warning",
            Project.Status.WITHDRAWN: "danger",
        },
    )
    def status_label(self, project: Project) -> tuple[str, str]:
        return project.status, project.get_status_display()
