"""What is written in the admin, told as values before and after.

Apps that keep a log listen by :func:`hears_of_writes`. Django's own history knows the
names of fields only, and goes with the person who made it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import EmailField, Field, Model, QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

LONGEST = 500


@dataclass(frozen=True)
class Write:
    """One row was ``added``, ``changed`` or ``deleted``; ``changes`` is plain JSON."""

    kind: str
    row: Model
    changes: list[dict[str, str]]
    name: str = ""

    @property
    def target(self) -> str:
        return self.name or str(self.row)


# Takes who did it, the row whose page it was, and what was done.
Listener = Callable[[Any, Model, Write], None]
listeners: list[Listener] = []


def hears_of_writes(listener: Listener) -> Listener:
    listeners.append(listener)
    return listener


def tell(request: HttpRequest, about: Model, writes: Iterable[Write]) -> None:
    for write in writes:
        for listener in listeners:
            listener(request.user, about, write)


def masked(address: str) -> str:
    """Enough to see that an address changed, and not whose it is."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}…{at}{domain}" if at else address


def in_text(field: Any, value: Any) -> str:
    """A value as people read it, and as it can be kept."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.is_relation:
        return _rows_in_text(field, value)
    if isinstance(value, datetime):
        clock = "%H:%M:%S" if value.second else "%H:%M"
        return timezone.localtime(value).strftime(f"%Y-%m-%d {clock} %Z")
    if isinstance(field, EmailField):
        return masked(str(value))
    text = str(dict(field.flatchoices).get(value, value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _rows_in_text(field: Any, value: Any) -> str:
    if field.many_to_many:
        return ", ".join(sorted(map(str, value)))
    if not isinstance(value, Model):
        value = field.related_model._base_manager.filter(pk=value).first()  # noqa: SLF001
    return str(value or "")


def _fields(model: type[Model], names: Iterable[str]) -> Iterator[Field[Any, Any]]:
    for name in names:
        try:
            field: Any = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue  # of the form alone
        if not field.auto_created:
            yield field


def changes_of(
    model: type[Model], before: dict[str, Any], after: dict[str, Any]
) -> list[dict[str, str]]:
    """The fields that differ, as ``{"field", "old", "new"}``."""
    found = []
    for field in _fields(model, dict.fromkeys([*before, *after])):
        old = in_text(field, before.get(field.name))
        new = in_text(field, after.get(field.name))
        if old != new:
            found.append({"field": field.name, "old": old, "new": new})
    return found


def written(form: Any, *, is_new: bool) -> Iterator[Write]:
    """What a form that has been saved did to its row, if anything."""
    names = list(form.cleaned_data) if is_new else form.changed_data
    after = {name: form.cleaned_data.get(name) for name in names}
    before = {} if is_new else {name: form.initial.get(name) for name in names}
    changes = changes_of(form._meta.model, before, after)
    if changes or is_new:
        yield Write("added" if is_new else "changed", form.instance, changes)


def written_in_rows(formset: Any) -> Iterator[Write]:
    """The same of the rows of a part: added, changed, deleted."""
    gone = [id(row) for row in formset.deleted_objects]
    new = [id(row) for row in formset.new_objects]
    changed = [id(row) for row, _names in formset.changed_objects]
    forms = {id(form.instance): form for form in formset.forms}
    for key in new:
        yield from written(forms[key], is_new=True)
    for key in changed:
        yield from written(forms[key], is_new=False)
    for key in gone:
        row = forms[key].instance
        yield Write("deleted", row, changes_of(type(row), forms[key].initial, {}))


def moved(rows: Iterable[Model]) -> Iterator[Write]:
    """What an action changed meanwhile in rows that were read before it."""
    for row in rows:
        now = type(row)._base_manager.get(pk=row.pk)  # noqa: SLF001
        if changes := changes_of(type(row), model_to_dict(row), model_to_dict(now)):
            yield Write("changed", now, changes)


class JournalMixin:
    """Tells the listeners of all that its pages write, rows in their parts included."""

    # Fields of which is only told that they changed.
    private: frozenset[str] = frozenset()
    # Fields whose action writes the log itself.
    logged_by_action: frozenset[str] = frozenset()

    def name_in_log(self, row: Any) -> str:
        return str(row)

    def tell(self, request: HttpRequest, writes: Iterable[Write]) -> None:
        """Of rows that are this window's own."""
        for write in writes:
            changes = [
                {"field": one["field"]} if one["field"] in self.private else one
                for one in write.changes
                if one["field"] not in self.logged_by_action
            ]
            if changes or not self.logged_by_action:
                name = self.name_in_log(write.row)
                tell(request, write.row, [replace(write, changes=changes, name=name)])

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: Any
    ) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        self.tell(request, written(form, is_new=not change))
        for formset in formsets:
            tell(request, form.instance, written_in_rows(formset))

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            changes = changes_of(type(row), model_to_dict(row), {})
            self.tell(request, [Write("deleted", row, changes)])
        return super().log_deletions(request, queryset)  # type: ignore[misc]
