"""The organisers' workshop: everything about an event on one page."""

from events.admin import parts, people, series
from events.admin.event import EventAdmin

__all__ = ["EventAdmin", "parts", "people", "series"]
