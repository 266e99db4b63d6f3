"""The catalogue's window: organisers add to it, its keepers merge and import."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from accounts.models import User
from core.exceptions import Refused
from core.guarded_admin import GuardedAdminMixin
from core.text import whole_number
from events.scoping import organises_something
from submissions import actions
from submissions.actions.catalogue import digest
from submissions.catalogue import landscape_yml
from submissions.models import Tool, ToolCategory

KEEP = "submissions.keep_catalogue"


class CatalogueAdmin(GuardedAdminMixin, ModelAdmin):
    """One catalogue for all series: organisers may add to it, not change it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return organises_something(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return organises_something(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return organises_something(request.user)

    def _is_keeper(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(KEEP))

    has_change_permission = _is_keeper
    has_delete_permission = _is_keeper
    has_merge_permission = _is_keeper
    has_import_permission = _is_keeper


@admin.register(ToolCategory)
class ToolCategoryAdmin(CatalogueAdmin):
    list_display = ("name", "description", "order")
    search_fields = ("name",)
    prepopulated_fields: ClassVar = {"slug": ("name",)}


class MergeForm(forms.Form):
    survivor = forms.ModelChoiceField(
        Tool.objects.none(),
        label=_("The one that stays"),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args: Any, tools: QuerySet[Tool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["survivor"].queryset = tools  # type: ignore[attr-defined]


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("landscape.yml"),
        help_text=_("In the shape of the CNCF and LF AI landscapes, up to 2 MB."),
    )


class StateFilter(admin.SimpleListFilter):
    title = _("part of another tool")
    parameter_name = "merged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Tool]) -> Any:
        if self.value() == "yes":
            return queryset.filter(merged_into__isnull=False)
        return queryset


@admin.register(Tool)
class ToolAdmin(CatalogueAdmin):
    list_display = ("name", "category", "is_open_source", "homepage", "part_of")
    list_filter = ("category", "is_open_source", StateFilter)
    list_select_related = ("category", "merged_into")
    search_fields = ("name", "aliases")
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    actions: ClassVar = ["merge"]
    actions_list: ClassVar = ["import_file"]
    actions_detail: ClassVar = ["unmerge"]

    @display(description=_("part of"))
    def part_of(self, tool: Tool) -> str:
        return tool.merged_into.name if tool.merged_into else ""

    def get_urls(self) -> list[URLPattern]:
        merge = path(
            "merge/",
            self.admin_site.admin_view(self.merge_view),
            name="submissions_tool_merge",
        )
        return [merge, *super().get_urls()]

    @action(description=_("Merge: they are the same"), permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Tool]) -> HttpResponse:
        chosen = "&".join(f"tool={pk}" for pk in queryset.values_list("pk", flat=True))
        return redirect(f"{reverse('admin:submissions_tool_merge')}?{chosen}")

    def merge_view(self, request: HttpRequest) -> HttpResponse:
        """Which one stays? Shown with what each brings, before anything is done."""
        if not self._is_keeper(request):
            raise PermissionDenied
        sent = map(whole_number, request.GET.getlist("tool")[:50])
        wanted = [pk for pk in sent if pk is not None]
        tools = Tool.objects.listed().filter(pk__in=wanted)
        form = MergeForm(request.POST or None, tools=tools)
        if request.method == "POST" and form.is_valid():
            survivor = form.cleaned_data["survivor"]
            try:
                actions.merge_tools(survivor, list(tools), cast("User", request.user))
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request,
                    _("They are one now: {name}.").format(name=survivor.name),
                )
                return redirect("admin:submissions_tool_change", survivor.pk)
        return self._page(
            request,
            "admin/submissions/tool/merge.html",
            _("Merge tools"),
            form=form,
            tools=tools.prefetch_related("uses", "reviews"),
        )

    @action(
        description=_("Let it stand for itself again"),
        permissions=["merge"],
        url_path="unmerge",
        icon="call_split",
    )
    def unmerge(self, request: HttpRequest, object_id: int) -> HttpResponse:
        tool = get_object_or_404(Tool, pk=object_id)
        try:
            actions.unmerge_tool(tool, cast("User", request.user))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It stands for itself again."))
        return redirect("admin:submissions_tool_change", object_id)

    @action(
        description=_("Import landscape.yml"),
        permissions=["import"],
        url_path="import",
        icon="upload_file",
    )
    def import_file(self, request: HttpRequest) -> HttpResponse:
        """Read the file, show what would change, and do it if that is wanted."""
        form = ImportForm()
        context: dict[str, Any] = {}
        if request.method == "POST":
            try:
                raw = self._sent(request)
                whole = landscape_yml.read(raw)
                chosen = request.POST.getlist("group")
                wanted = whole.only(chosen) if "text" in request.POST else whole
                if "import" in request.POST:
                    plan = actions.import_landscape(
                        wanted.items,
                        cast("User", request.user),
                        request.POST.get("seen", ""),
                    )
                    messages.success(
                        request,
                        _("{n} tools added, {m} facts changed.").format(
                            n=len(plan.new_tools), m=len(plan.changes)
                        ),
                    )
                    return redirect("admin:submissions_tool_changelist")
                plan = landscape_yml.plan(wanted.items)
                context = {
                    "plan": plan,
                    "seen": digest(plan),
                    "text": raw.decode("utf-8-sig"),
                    "notes": landscape_yml.with_lines(whole.notes),
                    "groups": whole.groups,
                    "chosen": set(wanted.groups),
                }
            except landscape_yml.BadLandscape as bad:
                context = {"faults": bad.sentences}
            except Refused as refusal:
                context = {"faults": [str(refusal)]}
        return self._page(
            request,
            "admin/submissions/tool/import.html",
            _("Import landscape.yml"),
            form=form,
            **context,
        )

    def _sent(self, request: HttpRequest) -> bytes:
        """The file, or the text of it that the preview sends back."""
        file = request.FILES.get("file")
        if file is None:
            return request.POST.get("text", "").encode()
        return bytes(file.read(landscape_yml.MOST_BYTES + 1))

    def _page(
        self, request: HttpRequest, template: str, title: Any, **context: Any
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                **context,
            },
        )
