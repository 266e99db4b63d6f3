"""Pages of an event. Other apps build theirs on :class:`EventMixin`."""

from events.views.base import EventMixin, SheetMixin

__all__ = ["EventMixin", "SheetMixin"]
