"""The admin's lists are asked by the filters that they show, and by nothing else.

Whether a row is found is an answer. Django lets an address ask about every column of a
row, hidden ones included: with ``?context__path__regex=…`` a secret is read letter by
letter.
"""

from typing import Any

from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Model
from django.http import HttpRequest

# What Django's own filters put into an address: of a column, and of the days above.
OF_A_COLUMN = ("", "__exact", "__isnull", "__gte", "__lt")
OF_A_DAY = ("__year", "__month", "__day", "__gte", "__lt")


class NamedLookups:
    """Allows what ``list_filter`` and ``date_hierarchy`` name."""

    model: type[Model]
    date_hierarchy: str | None

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:  # noqa: ARG002
        return lookup in self.named_lookups(request)

    def named_lookups(self, request: HttpRequest) -> set[str]:
        named: set[str] = set()
        for item in self.get_list_filter(request):  # type: ignore[attr-defined]
            if hasattr(item, "parameter_name"):
                named.add(item.parameter_name)
            else:
                named |= self._of(item if isinstance(item, str) else item[0])
        if self.date_hierarchy:
            named |= {f"{self.date_hierarchy}{part}" for part in OF_A_DAY}
        return named

    def _of(self, path: str) -> set[str]:
        field: Any = get_fields_from_path(self.model, path)[-1]
        if field.is_relation:
            return {f"{path}__{field.target_field.name}__exact", f"{path}__isnull"}
        return {f"{path}{part}" for part in OF_A_COLUMN}
