"""What organisers see in the admin: the rows of their own series, and nothing else.

Every ``ModelAdmin`` and inline of an organiser's window derives from these. Choices of
foreign keys are taken from the scoped admin of the model they point to, so a row of
another series can neither be read in a list nor be sent in a form.
"""

from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.filters import RelatedOnlyFieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.widgets import AutocompleteMixin
from django.db.models import Field, Model, QuerySet
from django.forms import ModelChoiceField, Select
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from accounts.models import User
from core.guarded_admin import GuardedAdminMixin, KeepingFormSet
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
    """Choices of relations are cut to what the asking organiser may see."""

    admin_site: admin.AdminSite

    def _scoped(self, model: type[Model], request: HttpRequest) -> QuerySet[Any] | None:
        related = self.admin_site._registry.get(model)
        rows: QuerySet[Any] | None = None
        if isinstance(related, ScopedModelAdmin):
            rows = related.get_queryset(request)
            event_pk = self._event_pk(request)
            if event_pk and any(f.name == "event" for f in model._meta.get_fields()):
                rows = rows.filter(event=event_pk)
        return rows

    def _event_pk(self, request: HttpRequest) -> str | None:
        """The event whose page this is, if it is one."""
        match = request.resolver_match
        if match and match.url_name == "events_event_change":
            return str(match.kwargs["object_id"])
        return None

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
