from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 1000


class MaximumLengthValidator:
    """Refuse what is too long to be typed, before time is spent on hashing it."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002
        if len(password) > LONGEST:
            raise ValidationError(_("This password is too long: 1000 signs at most."))

    def get_help_text(self) -> str:
        return _("Your password can have up to 1000 signs.")
