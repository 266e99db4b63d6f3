"""Refusals that the clock gives: they say what closed when, and whom to ask."""

from datetime import datetime
from typing import ClassVar

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.exceptions import Refused
from events.models import Event, Phase


class NotOpenNow(Refused):
    """Something that belongs to one ``phase`` of an event came before or after it."""

    phase: ClassVar[Phase]

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def __str__(self) -> str:
        return " ".join(filter(None, [self.when(), str(self.message), self.whom()]))

    def when(self) -> str:
        window, now = self.event.window(self.phase), timezone.now()
        if window is None:
            return ""
        is_later = now < window.opens_at
        words = {
            "phase": self.phase.label,
            "then": self.clock(window.opens_at if is_later else window.closes_at),
            "now": self.clock(now),
        }
        if is_later:
            return _("%(phase)s opens on %(then)s; it is %(now)s now.") % words
        if now < window.closes_at:
            return ""
        return _("%(phase)s closed on %(then)s; you came on %(now)s.") % words

    def clock(self, moment: datetime) -> str:
        local = timezone.localtime(moment, self.event.zone)
        return f"{date_format(local, 'D j M, H:i:s')} {local.tzname()}"

    def whom(self) -> str:
        if not self.event.contact_email:
            return ""
        return _("The organisers can help: %(address)s.") % {
            "address": self.event.contact_email
        }
