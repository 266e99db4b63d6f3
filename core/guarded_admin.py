"""What every window of the admin has, whoever may open it; a test asks for it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.forms import PaginationInlineFormSet

from core.admin_journal import JournalMixin
from core.deletion import why_it_stays
from core.named_lookups import NamedLookups
from core.versioned_admin import VersionedAdminMixin


class GuardedAdminMixin(NamedLookups, VersionedAdminMixin, JournalMixin):
    """Shown filters only, no lost update, all of it told, nothing given deleted."""

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
