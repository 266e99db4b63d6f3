"""What is written in the admin stands in the sealed log of each event concerned."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model

from accounts.models import User
from core.admin_journal import Write, hears_of_writes
from events.log import admin_verbs, record
from events.models import Event, Series
from events.scoping import ScopedModelAdmin

VERBS = {
    "added": "events.admin_added",
    "changed": "events.admin_changed",
    "deleted": "events.admin_deleted",
}


@hears_of_writes
def record_write(actor: User, about: Model, write: Write) -> None:
    label = write.row._meta.label_lower
    verb = admin_verbs.get((label, write.kind), VERBS[write.kind])
    for event in events_of(about):
        record(
            actor,
            verb,
            write.target,
            event=event,
            about=write.row,
            model=label,
            changes=write.changes,
        )


def events_of(row: Model) -> Iterator[Event | None]:
    """Of a series all its events; ``None`` is the log of the site."""
    if isinstance(row, Series) and row.events.exists():
        yield from row.events.all()
        return
    window = admin.site._registry.get(type(row))
    if not isinstance(window, ScopedModelAdmin):
        yield None
        return
    found: Any = row
    for step in window.series_path.split("__")[:-1]:
        found = getattr(found, step)
    yield found if isinstance(found, Event) else None
