"""No lost update in the admin: a page and all its inlines, see :mod:`core.versions`."""

from contextlib import nullcontext
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.forms import BaseForm
from django.forms.formsets import all_valid
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from core.receipts import NONCE, nonce_for, once, seen_before
from core.search import FoldedSearchMixin
from core.versions import (
    AS_READ,
    CONFLICT,
    TAKE,
    Change,
    Part,
    SavedMeanwhile,
    find_changes,
    read_token,
    take_theirs,
    token_of,
)


class ChangedMeanwhile(BaseForm):
    """Mixed into a form that must not be saved yet."""

    def clean(self) -> None:
        super().clean()
        raise ValidationError(str(SavedMeanwhile()), code="saved_meanwhile")


def name_of(formset: Any, row: Model) -> str:
    return f"{formset.prefix}:{row.pk}"


def parts_of(form: Any, formsets: list[Any]) -> list[Part]:
    """The page's own form and those of its inlines that stand for a row."""
    return [
        Part(form),
        *(
            Part(one, name_of(formset, one.instance), str(one.instance))
            for formset in formsets
            for one in formset.initial_forms
            if one.instance.pk
        ),
    ]


def rows_of(formsets: list[Any]) -> dict[str, Model]:
    """Every row that belongs to the page now, whether or not it was sent."""
    return {
        name_of(formset, row): row
        for formset in formsets
        for row in formset.get_queryset()
    }


def without_row(data: QueryDict, prefix: str, place: int, total: int) -> None:
    """Take a row out of what was sent, and let those behind it move up."""
    for number in range(place, total):
        old, following = f"{prefix}-{number}-", f"{prefix}-{number + 1}-"
        for name in [key for key in data if key.startswith(old)]:
            del data[name]
        for name in [key for key in data if key.startswith(following)]:
            data.setlist(old + name.removeprefix(following), data.getlist(name))
    data[f"{prefix}-TOTAL_FORMS"] = str(total - 1)
    data[f"{prefix}-INITIAL_FORMS"] = str(int(str(data[f"{prefix}-INITIAL_FORMS"])) - 1)


def typed_into(data: QueryDict, prefix: str, place: int, key: str) -> str:
    start = f"{prefix}-{place}-"
    texts = [
        value
        for name, value in data.items()
        if name.startswith(start) and name != f"{start}{key}" and value
    ]
    return " · ".join(str(text) for text in texts)


class Sent(QueryDict):
    """What was sent; the admin copies it for each formset, though none changes it."""

    def copy(self) -> Any:
        return super().copy() if "_saveasnew" in self else self


def sent_by(request: HttpRequest) -> Sent:
    data = Sent("", mutable=True, encoding=request.encoding)
    data.update(request.POST)
    return data


class VersionedAdminMixin(FoldedSearchMixin):
    """Every page for changing a row knows what it was made from."""

    change_form_before_template = "admin/as_read.html"

    def get_form(
        self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, *args, **kwargs)  # type: ignore[misc]
        if getattr(request, "changed_meanwhile", None):
            return type(form)(form.__name__, (ChangedMeanwhile, form), {})
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        if object_id is None:
            return self.add_once(request, form_url, extra_context)
        changed: list[Change] = []
        # The lock lasts until it is saved; reading locks nothing.
        with transaction.atomic() if request.method == "POST" else nullcontext():
            if request.method == "POST":
                changed = self.meet_changes(request, unquote(object_id))
                request.changed_meanwhile = changed  # type: ignore[attr-defined]
            response = super().changeform_view(  # type: ignore[misc]
                request, object_id, form_url, extra_context
            )
        context = getattr(response, "context_data", None) or {}
        if "adminform" in context:
            sent = request.POST.get(AS_READ)
            context["as_read"] = sent if sent and not changed else page_token(context)
            context["changes"] = changed
            if changed and isinstance(response, TemplateResponse):
                response.status_code = CONFLICT
        return response  # type: ignore[no-any-return]

    def add_once(
        self, request: HttpRequest, form_url: str, extra_context: dict[str, Any] | None
    ) -> HttpResponseBase:
        """The page for a new row: sent twice, it makes one; see core.receipts."""
        context = {**(extra_context or {}), NONCE: nonce_for(request)}

        def page() -> HttpResponse:
            response: HttpResponse = super(VersionedAdminMixin, self).changeform_view(  # type: ignore[misc]
                request, None, form_url, context
            )
            return response

        if request.method != "POST":
            return page()
        return seen_before(request) or once(request, page)

    def meet_changes(self, request: HttpRequest, object_id: str) -> list[Change]:
        """Lock the row; tell what others saved since the page was made."""
        admin: Any = self
        obj = admin.get_object(request, object_id)
        if obj is None or not admin.has_change_permission(request, obj):
            return []
        manager = admin.model._base_manager  # noqa: SLF001 -- Django's documented name
        manager.select_for_update(of=("self",)).get(pk=obj.pk)
        seen = read_token(request.POST.get(AS_READ, ""))
        request.POST = data = sent_by(request)  # type: ignore[assignment]
        form, formsets = self.bound(request, object_id)
        gone = self.leave_out_gone_rows(formsets, seen, data)
        if gone:
            form, formsets = self.bound(request, object_id)
        if TAKE in data:
            take_theirs(data, parts_of(form, formsets))
            form, formsets = self.bound(request, object_id)
        if not all([form.is_valid(), all_valid(formsets)]):
            return gone
        return [
            *gone,
            *(
                Change(name, str(row), str(_("(added)")))
                for name, row in rows_of(formsets).items()
                if name not in seen
            ),
            *find_changes(seen, parts_of(form, formsets), data),
        ]

    def bound(self, request: HttpRequest, object_id: str) -> tuple[Any, list[Any]]:
        """The forms of the page on what was sent, made from the rows as they are."""
        admin: Any = self
        obj = admin.get_object(request, object_id)
        fields = flatten_fieldsets(admin.get_fieldsets(request, obj))
        form_class = admin.get_form(request, obj, change=True, fields=fields)
        form = form_class(request.POST, request.FILES, instance=obj)
        formsets, _inlines = admin._create_formsets(  # noqa: SLF001 -- as the page itself
            request, obj, change=True
        )
        return form, list(formsets)

    def leave_out_gone_rows(
        self, formsets: list[Any], seen: dict[str, str], data: QueryDict
    ) -> list[Change]:
        """Rows that others removed: out of the form, but not out of sight."""
        changes = []
        for formset in formsets:
            if not formset.management_form.is_valid():
                continue
            key = formset.model._meta.pk.name
            there = {str(row.pk) for row in formset.get_queryset()}
            # What the browser claims is not bounded; what Django reads of it is.
            sent = min(formset.initial_form_count(), formset.total_form_count())
            for place in reversed(range(sent)):
                pk = data.get(f"{formset.prefix}-{place}-{key}", "")
                name = f"{formset.prefix}:{pk}"
                if pk in there or name not in seen:
                    continue
                changes.append(
                    Change(
                        name,
                        str(formset.model._meta.verbose_name),
                        str(_("(removed)")),
                        typed_into(data, formset.prefix, place, key),
                    )
                )
                without_row(data, formset.prefix, place, formset.total_form_count())
        return changes


def page_token(context: dict[str, Any]) -> str:
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    return token_of(
        parts_of(context["adminform"].form, formsets), list(rows_of(formsets))
    )
