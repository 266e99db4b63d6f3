"""Fields of forms for what people type: tidied before any view or action sees it."""

from typing import Any

from django import forms

from core.text import clean_line, clean_text


class WholeInput(forms.CharField):
    """Browsers cut what is pasted at ``maxlength``, without a word; we refuse it."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class LineInput(WholeInput):
    """One line, as :class:`core.models.LineField` stores it."""

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")


class ProseInput(WholeInput):
    """Some lines, as :class:`core.models.ProseField` stores them."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")
