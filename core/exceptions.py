from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refused(Exception):
    """A domain rule said no; ``message`` is written for the person who asked.

    Subclass it once per rule, next to the action that enforces the rule.
    """

    message: ClassVar["str | _StrPromise"] = _("That is not possible right now.")

    def __str__(self) -> str:
        return str(self.message)
