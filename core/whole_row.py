"""What must be unique in the database is asked before saving, whatever a form shows.

Django leaves out each constraint that has a column which the form does not show: the
event of a row that is there already, or a folded name. Then the page breaks.
"""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseModelForm


class WholeRowForm(BaseModelForm):  # type: ignore[type-arg]
    """Mixed into a model form: asks all constraints of the row."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not self.has_changed():
            return
        try:
            self.instance.validate_unique()
            self.instance.validate_constraints()
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                shown = name != NON_FIELD_ERRORS and name in self.fields
                self.add_error(name if shown else None, list(texts))


def whole(form: Any) -> Any:
    return type(form)(form.__name__, (WholeRowForm, form), {})
