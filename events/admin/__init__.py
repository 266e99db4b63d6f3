"""The organisers' workshop: everything about an event on one page."""

from events.admin import journal, parts, people, series
from events.admin.event import EventAdmin

__all__ = ["EventAdmin", "journal", "parts", "people", "series"]
