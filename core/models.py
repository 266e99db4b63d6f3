"""Fields that store what people type, and the receipts of what they sent."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from core.forms import LineInput, ProseInput
from core.text import (
    clean_line,
    clean_text,
    validate_line,
    validate_link,
    validate_text,
)

if TYPE_CHECKING:  # generic only there
    CharField = models.CharField[str, str]
    TextField = models.TextField[str, str]
    URLField = models.URLField[str, str]
else:
    CharField, TextField, URLField = models.CharField, models.TextField, models.URLField


class LineField(CharField):
    """One line of text: normalised when it is cleaned, controls refused."""

    default_validators = [validate_line]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return clean_line(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": LineInput, **kwargs})


class ProseField(TextField):
    """Many lines of text (Markdown where the form says so), at most ``max_length``."""

    default_validators = [validate_text]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20_000)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return clean_text(value) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": ProseInput, **kwargs})


class LinkField(URLField):
    """An http(s) link that another person can open."""

    default_validators = [*models.URLField.default_validators, validate_link]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 2000)  # signed links are long
        super().__init__(*args, **kwargs)


class Receipt(models.Model):
    """That one person's page was sent and what came of it; see core.receipts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    # Digest of what was sent: the same page with other words is not the same thing.
    content = models.CharField(max_length=64)
    answer = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "nonce"], name="one_receipt_per_page_and_person"
            ),
        ]

    def __str__(self) -> str:
        return self.answer
