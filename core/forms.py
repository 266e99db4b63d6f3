"""Fields of forms for what people type: tidied before any view or action sees it."""

from typing import Any

from django import forms

from core.text import clean_line, clean_text


class LineInput(forms.CharField):
    """One line, as :class:`core.models.LineField` stores it."""

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value) or "")


class ProseInput(forms.CharField):
    """Some lines, as :class:`core.models.ProseField` stores them."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")
