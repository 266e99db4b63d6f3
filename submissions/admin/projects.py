from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from events.scoping import (
    ReadOnlyModelAdmin,
    ScopedModelAdmin,
    ScopedTabularInline,
)
from submissions.models import Dataset, Idea, Project, ToolUse


@admin.register(Idea)
class IdeaAdmin(ScopedModelAdmin):
    list_display = ("title", "author", "event", "team", "is_withdrawn")
    list_filter = ("event", "is_withdrawn")
    list_select_related = ("author", "event", "team")
    search_fields = ("title",)
    fields = ("title", "event", "author", "pitch", "is_withdrawn")
    readonly_fields = ("event", "author")
    may_add = may_delete = False  # it is withdrawn; whoever backed it still finds it


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
