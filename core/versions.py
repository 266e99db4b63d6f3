"""No lost update: a page remembers what it was made from.

Each form carries a digest of every field as its reader got it. When it comes back, the
row is locked and each field compared three ways: as it was read, as it stands now, and
as it was typed. Whoever saves second is shown what changed, keeps what they typed, and
decides.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core import signing
from django.db import transaction
from django.db.models import Manager, Model, QuerySet
from django.forms.models import InlineForeignKeyField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.exceptions import Refused
from core.kept import RefilledMixin

AS_READ = "as_read"
TAKE = "take_theirs"
# Fields of a page that are about the page, not about the row.
NOT_OF_THE_ROW = {AS_READ, "DELETE"}
CONFLICT = 409
_signer_salt = "core.versions"


class SavedMeanwhile(Refused):
    message = _(
        "Somebody saved this while you were writing. Nothing is lost: look at what "
        "changed, decide, and save again."
    )


@dataclass(frozen=True)
class Change:
    """One field that is no longer as it was read; ``mine`` if I wrote it, too."""

    key: str
    label: str
    theirs: str
    mine: str = ""
    # What the reader typed is in the form, and would replace what others wrote.
    is_clash: bool = False


@dataclass(frozen=True)
class Part:
    """One form of a page. ``name`` tells its row from the page's other rows."""

    form: forms.BaseForm
    name: str = ""
    title: str = ""

    def key(self, field: str) -> str:
        return f"{self.name}.{field}" if self.name else field

    def stored(self) -> dict[str, Any]:
        """The row as it stood when this form was made, by the form's fields."""
        own = {
            name: self.form[name].initial
            for name, field in self.form.fields.items()
            if name not in NOT_OF_THE_ROW
            and not field.disabled
            and not isinstance(field, InlineForeignKeyField)
            and not self._is_key(name)
        }
        more = getattr(self.form, "stored_beside", None)
        return own | more() if more else own

    def _is_key(self, name: str) -> bool:
        meta = getattr(self.form, "_meta", None)
        model = getattr(meta, "model", None)
        return model is not None and name == model._meta.pk.name

    def typed(self, name: str) -> Any:
        return self.form.cleaned_data.get(name)

    def is_untouched(self, name: str, was_read: str | None) -> bool:
        """Whether the reader sent back what they had got."""
        leaves_alone = getattr(self.form, "leaves_alone", None)
        return was_read == digest(self.typed(name)) or bool(
            leaves_alone and leaves_alone(name)
        )

    def label(self, name: str) -> str:
        field = self.form.fields.get(name)
        label = str(field.label or name) if field else name
        return f"{self.title}: {label}" if self.title else label


def canonical(value: Any) -> str:
    """The same text for what a row holds and for what a clean form says of it."""
    if isinstance(value, Manager):
        value = value.all()
    match value:
        case None:
            text = ""
        case Model():
            text = str(value.pk)
        case datetime():
            text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        case Decimal() | float():
            text = f"{Decimal(str(value)).normalize():f}"
        case dict():
            text = canonical([f"{canonical(k)}\n{v}" for k, v in value.items()])
        case list() | tuple() | set() | frozenset() | QuerySet():
            text = "\n\n".join(sorted(canonical(one) for one in value))
        case _:
            text = str(value)
    return text


def digest(value: Any) -> str:
    return hashlib.blake2b(canonical(value).encode(), digest_size=6).hexdigest()


def in_words(field: forms.Field | None, value: Any) -> str:
    """A value for people to read."""
    match value:
        case bool():
            text = str(_("yes") if value else _("no"))
        case datetime():
            text = date_format(timezone.localtime(value), "j F Y, H:i T")
        case dict():
            text = ", ".join(
                sorted(f"{k} ({v})" if v else str(k) for k, v in value.items())
            )
        case list() | tuple() | set() | QuerySet():
            text = ", ".join(in_words(field, one) for one in value)
        case None | Model():
            text = str(value or "")
        case _ if isinstance(field, forms.ModelChoiceField) and field.queryset:
            text = str(field.queryset.filter(pk=value).first() or value)
        case _ if isinstance(field, forms.ChoiceField):
            labels: dict[Any, Any] = dict(flatten_choices(cast("Any", field.choices)))
            text = str(labels.get(value, value))
        case _:
            text = str(value)
    return text or str(_("(empty)"))


def write(data: QueryDict, form: forms.BaseForm, name: str, value: Any) -> None:
    """Put ``value`` into what a browser sent, as if it had been typed."""
    special = getattr(form, "write_beside", None)
    if special and special(data, name, value):
        return
    field = form.fields[name]
    # The admin wraps selects.
    widget: Any = getattr(field.widget, "widget", field.widget)
    html_name = form.add_prefix(name)
    value = field.prepare_value(value)
    if isinstance(widget, forms.MultiWidget):
        several = cast("Any", widget)
        names, pieces = several.widgets_names, several.decompress(value)
        for inner, suffix, piece in zip(several.widgets, names, pieces, strict=True):
            data[html_name + suffix] = inner.format_value(piece) or ""
        return
    if isinstance(widget, forms.CheckboxInput):
        data.pop(html_name, None)
        if value:
            data[html_name] = "on"
        return
    shown = widget.format_value(value)
    if getattr(widget, "allow_multiple_selected", False):
        data.setlist(html_name, [str(one) for one in shown])
    elif isinstance(shown, list):
        data[html_name] = str(shown[0]) if shown else ""
    else:
        data[html_name] = "" if shown is None else str(shown)


def token_of(parts: list[Part], rows: list[str] | None = None) -> str:
    """What the page holds, for its hidden field; ``rows`` are names it also shows."""
    seen = {
        part.key(name): digest(value)
        for part in parts
        for name, value in part.stored().items()
    }
    return signing.dumps(
        seen | dict.fromkeys(rows or [], ""), salt=_signer_salt, compress=True
    )


def read_token(token: str) -> dict[str, str]:
    """The digests of a page; none at all if it does not say."""
    try:
        seen: dict[str, str] = signing.loads(token, salt=_signer_salt)
    except signing.BadSignature:
        return {}
    return seen


def take_theirs(data: QueryDict, parts: list[Part]) -> None:
    """Give up what was typed into the fields that the reader ticked."""
    wanted = set(data.getlist(TAKE))
    for part in parts:
        for name, value in part.stored().items():
            if part.key(name) in wanted:
                write(data, part.form, name, value)


def find_changes(
    seen: dict[str, str], parts: list[Part], data: QueryDict
) -> Iterator[Change]:
    """What others saved since ``seen``; fields left alone follow them in ``data``.

    The forms are bound, valid, and made from the rows as they stand now.
    """
    for part in parts:
        is_leaving = bool(part.form.cleaned_data.get("DELETE"))
        for name, now in part.stored().items():
            key, field = part.key(name), part.form.fields.get(name)
            mine = part.typed(name)
            was_read = seen.get(key)
            agree = canonical(mine) == canonical(now) and not is_leaving
            if was_read == digest(now) or agree:
                continue
            label, theirs = part.label(name), in_words(field, now)
            if part.is_untouched(name, was_read) and not is_leaving:
                write(data, part.form, name, now)
                yield Change(key, label, theirs)
                continue
            yield Change(
                key,
                label,
                theirs,
                str(_("(removed)")) if is_leaving else in_words(field, mine),
                is_clash=True,
            )


class VersionedForm(forms.BaseForm):
    """A form that knows what it was made from. Mix in before the form's own class."""

    changes: tuple[Change, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        instance: Model | None = getattr(self, "instance", None)
        if instance is not None and instance.pk:
            self.fields[AS_READ] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=self.as_read
            )

    def as_read(self) -> str:
        return token_of([Part(self)])

    def full_clean(self) -> None:
        super().full_clean()
        if hasattr(self, "cleaned_data"):
            self.cleaned_data.pop(AS_READ, None)


class VersionedMixin(RefilledMixin):
    """A view for updating one row by a :class:`VersionedForm`."""

    def lock(self, row: Model) -> None:
        manager = type(row)._base_manager  # noqa: SLF001 -- Django's documented name
        manager.select_for_update(of=("self",)).get(pk=row.pk)

    @transaction.atomic
    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        view: Any = self
        self.lock(view.get_object())
        view.object = view.get_object()
        kwargs = view.get_form_kwargs()
        form = view.get_form_class()(**kwargs)
        if TAKE in request.POST:
            data = request.POST.copy()
            take_theirs(data, [Part(form)])
            view.object = kwargs["instance"] = view.get_object()
            form = view.get_form_class()(**{**kwargs, "data": data})
        if not form.is_valid():
            return view.form_invalid(form)  # type: ignore[no-any-return]
        data = form.data.copy()
        seen = read_token(data.get(form.add_prefix(AS_READ), ""))
        if changes := tuple(find_changes(seen, [Part(form)], data)):
            view.object = kwargs["instance"] = view.get_object()
            return self.show_changes(kwargs, data, changes)
        return view.form_valid(form)  # type: ignore[no-any-return]

    def show_changes(
        self, kwargs: dict[str, Any], data: QueryDict, changes: tuple[Change, ...]
    ) -> HttpResponse:
        """The form once more, with what was typed and beside it what changed."""
        view: Any = self
        fresh = view.get_form_class()(**{**kwargs, "data": data})
        fresh.full_clean()
        data[fresh.add_prefix(AS_READ)] = fresh.as_read()
        fresh.changes = changes
        fresh.add_error(None, str(SavedMeanwhile()))
        response: HttpResponse = view.render_to_response(
            view.get_context_data(form=fresh)
        )
        response.status_code = CONFLICT
        return response
