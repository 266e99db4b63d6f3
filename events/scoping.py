"""What organisers see in the admin: the rows of their own series, and nothing else.

Every ``ModelAdmin`` and inline of an organiser's window derives from these. Choices of
foreign keys are taken from the scoped admin of the model they point to, so a row of
another series can neither be read in a list nor be sent in a form.
"""

from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.filters import RelatedOnlyFieldListFilter
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.contrib.admin.widgets import AutocompleteMixin
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet
from django.forms import ModelChoiceField, Select
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from accounts.models import User
from core.guarded_admin import GuardedAdminMixin, KeepingFormSet
from core.whole_row import whole
from events.models import Event
from events.rules import series_ids_of


def organises_something(user: object) -> bool:
    """Whether this person may enter the admin. One query per request."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.is_superuser:
        return True
    return bool(series_ids_of(user))


def zone_of(user: User) -> ZoneInfo:
    """The person's own; else that of the events they organise, if they have one."""
    if user.zone:
        return user.zone
    zones = Event.objects.organised_by(user).order_by().values_list("time_zone")
    names = list(zones.distinct()[:2])
    return ZoneInfo(names[0][0]) if len(names) == 1 else ZoneInfo("UTC")


class ScopedFields:
    """Choices of relations are cut to what the asking organiser may see.

    What belongs to an event is chosen from the event of the page. On the page for a new
    row that is the one that is sent, or that stands in the address; until then there
    is nothing to choose from.
    """

    admin_site: admin.AdminSite

    def _scoped(self, model: type[Model], request: HttpRequest) -> QuerySet[Any] | None:
        related = self.admin_site._registry.get(model)
        if not isinstance(related, ScopedModelAdmin):
            return None
        rows = related.get_queryset(request)
        page = self._page()
        if not page.has_event or not related.has_event or model is Event:
            return rows
        event = page.event_of_page(request)
        return rows.filter(**{related.event_path: event}) if event else rows.none()

    def _page(self) -> "ScopedModelAdmin":
        """The window itself, or that of the page that a part stands on."""
        page: Any = self
        if not isinstance(self, ScopedModelAdmin):
            page = self.admin_site._registry[self.parent_model]  # type: ignore[attr-defined]
        return cast("ScopedModelAdmin", page)

    def formfield_for_foreignkey(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if rows := self._scope_or_none(db_field, request):
            kwargs["queryset"] = rows[0]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if rows := self._scope_or_none(db_field, request):
            kwargs["queryset"] = rows[0]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def _scope_or_none(
        self, db_field: Field[Any, Any], request: HttpRequest
    ) -> tuple[QuerySet[Any]] | None:
        """The allowed rows in a tuple (an unevaluated QuerySet has no cheap truth)."""
        rows = self._scoped(db_field.related_model, request)  # type: ignore[arg-type]
        return None if rows is None else (rows,)


class ScopedModelAdmin(GuardedAdminMixin, ScopedFields, ModelAdmin):
    """Rows reach their series by ``series_path``; organisers of it may change them."""

    series_path: ClassVar[str] = "event__series"
    may_add: ClassVar[bool] = True
    may_change: ClassVar[bool] = True
    may_delete: ClassVar[bool] = True
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = True

    @property
    def event_path(self) -> str:
        """From a row to its event; ``pk`` if it is one."""
        return self.series_path.removesuffix("series").removesuffix("__") or "pk"

    @property
    def has_event(self) -> bool:
        return self.model is Event or self.event_path != "pk"

    def event_of_page(self, request: HttpRequest) -> int | None:
        """The event of the row that this page changes or adds, if it is known yet."""
        known: dict[str, int | None] = request.__dict__
        if "event_of_page" not in known:
            known["event_of_page"] = self._find_event(request)
        return known["event_of_page"]

    def _find_event(self, request: HttpRequest) -> int | None:
        match = request.resolver_match
        row = unquote(match.kwargs.get("object_id", "")) if match else ""
        sent = request.POST.get("event") or request.GET.get("event")
        model, path, text = (
            (self.model, self.event_path, row) if row else (Event, "pk", sent)
        )
        try:
            pk = model._meta.pk.to_python(text)
        except ValidationError:
            return None
        rows = model._default_manager.filter(pk=pk)  # noqa: SLF001 -- Django's name
        return rows.values_list(path, flat=True).first()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row stays in its event; what hangs on it would not come along."""
        fields = tuple(super().get_readonly_fields(request, obj))
        stays = obj is not None and self.event_path == "event"
        return (*fields, "event") if stays and "event" not in fields else fields

    def response_delete(
        self, request: HttpRequest, obj_display: str, obj_id: int
    ) -> HttpResponse:
        """Back to the list, also where rows can be deleted and not changed."""
        response: HttpResponse = super().response_delete(request, obj_display, obj_id)
        if response.headers.get("Location") == reverse("admin:index"):
            opts = self.model._meta
            name = f"admin:{opts.app_label}_{opts.model_name}_changelist"
            return redirect(name)
        return response

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.series_path}__organisers": request.user.pk})

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Filters by a relation offer only what stands in the rows one may see."""
        return [
            (name, RelatedOnlyFieldListFilter) if self._is_relation(name) else name
            for name in super().get_list_filter(request)
        ]

    def _is_relation(self, path: str) -> bool:
        return bool(get_fields_from_path(self.model, path)[-1].is_relation)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lists mix events: moments are in the reader's zone, or in their events'."""
        timezone.activate(zone_of(cast("User", request.user)))
        return super().changelist_view(request, extra_context)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Pages about one row show and take moments in the zone of its event."""
        row = super().get_object(request, object_id, from_field)
        steps = self.series_path.split("__")
        if row is not None and "event" in steps:
            event = row
            for step in steps[: steps.index("event") + 1]:
                event = getattr(event, step, None)
            if event is not None:
                timezone.activate(event.zone)
        return row

    def _may(self, request: HttpRequest, obj: Model | None) -> bool:
        if not organises_something(request.user):
            return False
        return obj is None or self.get_queryset(request).filter(pk=obj.pk).exists()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return organises_something(request.user)

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return self._may(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and organises_something(request.user)

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return self.may_change and self._may(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return self.may_delete and self._may(request, obj)


class ReadOnlyModelAdmin(ScopedModelAdmin):
    """A window: organisers look, nobody changes."""

    may_add = may_change = may_delete = False


class ScopedFormSet(KeepingFormSet):
    """Asks for what each row may choose from once, not once a row.

    The theme asks for the empty form nine times a page; once made is enough.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._choices: dict[str, list[Any]] = {}
        super().__init__(*args, **kwargs)

    @cached_property
    def empty_form(self) -> Any:
        return super().empty_form

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if (
                isinstance(field, ModelChoiceField)
                and isinstance(widget, Select)
                and not isinstance(widget, AutocompleteMixin)
            ):
                if name not in self._choices:
                    self._choices[name] = list(field.choices)  # type: ignore[arg-type]
                field.choices = self._choices[name]


class ScopedInline(ScopedFields):
    """Rows on the page of an object whose own admin has asked who may."""

    extra = 0
    formset = ScopedFormSet

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        formset.form = whole(formset.form)
        return formset

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return organises_something(request.user)

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Model | None) -> bool:
        return organises_something(request.user)


class ScopedTabularInline(ScopedInline, TabularInline):
    tab = True


class ScopedStackedInline(ScopedInline, StackedInline):
    tab = True
