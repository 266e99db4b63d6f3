"""Making and moving whole events: default phases, copies, shifts."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.text import free_slug
from core.wall_clock import move, move_span, shift_between
from events import hooks
from events.log import record
from events.models import Event, FormerSlug, PhaseWindow, default_windows

# Settings travel with a copy; people, and what they made, stay behind.
COPIED = ("tracks", "sponsors", "faqs", "registration_questions", "agenda")


@transaction.atomic
def fill_phases(event: Event) -> None:
    """Give a new event the default windows for those phases that it lacks."""
    present = set(event.windows.values_list("phase", flat=True))
    PhaseWindow.objects.bulk_create(
        PhaseWindow(event=event, phase=phase, opens_at=opens_at, closes_at=closes_at)
        for phase, (opens_at, closes_at) in default_windows(
            event.starts_at, event.ends_at, event.zone
        ).items()
        if phase not in present
    )


@transaction.atomic
def settle(event: Event, user: User) -> None:
    """What a new event gets by itself: phases here, a rubric from the judging app."""
    fill_phases(event)
    hooks.event_created.tell(event)
    record(user, "events.created", event, event=event)


@transaction.atomic
def move_phases(event: Event, shift: timedelta) -> None:
    """Move all windows and the agenda with the event's start, by its own clock."""
    zone = event.zone
    for window in event.windows.all():
        window.opens_at, window.closes_at = move_span(
            window.opens_at, window.closes_at, shift, zone
        )
        window.save(update_fields=["opens_at", "closes_at"])
    for item in event.agenda.all():
        if item.ends_at:
            item.starts_at, item.ends_at = move_span(
                item.starts_at, item.ends_at, shift, zone
            )
        else:
            item.starts_at = move(item.starts_at, shift, zone)
        item.save(update_fields=["starts_at", "ends_at", "updated_at"])


@transaction.atomic
def copy_event(source: Event, user: User, *, name: str, starts_at: datetime) -> Event:
    """Make an unpublished copy that starts at ``starts_at``, without any people."""
    starts_at = starts_at.astimezone(UTC)
    shift = shift_between(source.starts_at, starts_at, source.zone)
    windows = list(source.windows.all())
    event = Event.objects.get(pk=source.pk)
    event.pk = None
    event._state.adding = True
    event.name = name
    event.slug = free_slug(name, Event.objects.all(), FormerSlug.objects.all())
    event.starts_at = starts_at
    event.ends_at = move(source.ends_at, shift, source.zone)
    if event.ends_at <= starts_at:  # in an hour that the clock skips or has twice
        event.ends_at = starts_at + (source.ends_at - source.starts_at)
    event.is_published = False
    event.created_at = timezone.now()
    event.save()
    for window in windows:
        window.pk = None
        window._state.adding = True
        window.event = event
        window.save()
    kept: dict[tuple[str, int], int] = {}
    for relation in COPIED:
        for row in getattr(source, relation).all():
            old_pk = row.pk
            row.pk = None
            row._state.adding = True
            row.event = event
            row.save()
            kept[relation, old_pk] = row.pk
    for prize in source.prizes.all():
        prize.pk = None
        prize._state.adding = True
        prize.event = event
        prize.track_id = kept.get(("tracks", prize.track_id or 0))
        prize.sponsor_id = kept.get(("sponsors", prize.sponsor_id or 0))
        prize.save()
    move_phases(event, shift)
    hooks.event_copied.tell(source, event)
    record(user, "events.copied", event, event=event, source=source.name)
    return event


def usual_conduct() -> str:
    """House rules to start from, for those who have not written their own yet."""
    return _(
        "Be kind, be curious, and assume that others mean well. Ask before you take "
        "pictures or touch somebody's laptop. Credit what you build on.\n\n"
        "Nobody is belittled or harassed here: not for who they are, not for what "
        "they know.\n\n"
        "If something feels wrong, tell an organiser. We listen first and act quickly."
    )


def a_year_later(event: Event) -> datetime:
    """When a copy is offered to begin: same weekday, same hour on the clock."""
    return move(event.starts_at, timedelta(weeks=52), event.zone)


def copy_name(event: Event) -> str:
    """What a copy is called until somebody has a better idea."""
    return _("Copy of %(name)s") % {"name": event.name[:70]}
