from collections.abc import Mapping
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


class NotSure(Refused):
    """What cannot be undone, or everybody sees, is asked for twice."""

    message = _("Nothing happened. Tick the box to say that you are sure.")

    @classmethod
    def unless(cls, post: Mapping[str, str]) -> None:
        """Refuse unless the box beside the button was ticked."""
        if post.get("sure") != "yes":
            raise cls
