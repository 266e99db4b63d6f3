"""What every window of the admin has, whoever may open it; a test asks for it."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.forms import PaginationInlineFormSet

from core.admin_journal import JournalMixin
from core.deletion import why_it_stays
from core.named_lookups import NamedLookups
from core.versioned_admin import VersionedAdminMixin
from core.whole_row import whole


class GuardedAdminMixin(NamedLookups, VersionedAdminMixin, JournalMixin):
    """Shown filters only, no lost update, all of it told, nothing given deleted."""

    def get_form(
        self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        return whole(super().get_form(request, obj, *args, **kwargs))

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """What cannot be the number of a row is not looked for."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        known = [text for text in chosen if self.is_number_of_a_row(text)]
        if known != chosen:
            sent = request.POST.copy()
            sent.setlist(ACTION_CHECKBOX_NAME, known)
            request.POST = sent  # type: ignore[assignment]
        return super().response_action(request, queryset)  # type: ignore[misc]

    def is_number_of_a_row(self, text: str) -> bool:
        try:
            self.model._meta.pk.clean(text, None)
        except ValidationError:
            return False
        return True

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[Any, Any, set[str], list[str]]:
        """For the page and the list's action: sentences in place of a list of rows.

        Whoever may delete a row may delete what only belongs to it.
        """
        rows = list(objs)
        found, counts, lacking, _protected = super().get_deleted_objects(rows, request)  # type: ignore[misc]
        may = all(self.has_delete_permission(request, row) for row in rows)  # type: ignore[attr-defined]
        sentences = [text for row in rows if (text := why_it_stays(row))]
        return found, counts, set() if may else lacking, sentences


class KeepingFormSet(PaginationInlineFormSet):
    """The bin in a row of a page refuses what the row's own page would refuse."""

    def clean(self) -> None:
        gone = [
            form.instance
            for form in self.initial_forms
            if self.can_delete
            and self._should_delete_form(form)
            and form.instance.pk is not None  # of a row that was not there
        ]
        if sentences := [text for row in gone if (text := why_it_stays(row))]:
            raise ValidationError(sentences)
        super().clean()  # which would only say that something is protected
