"""Everything that can happen to people's places at an event, and to its news."""

from events.actions.announcements import publish_announcement
from events.actions.changes import tell_people
from events.actions.check_in import check_in, undo_check_in
from events.actions.organisers import run_series, settle_staff
from events.actions.registrations import (
    Wishes,
    approve_registration,
    cancel_registration,
    change_answers,
    change_role,
    conduct_digest,
    decline_registration,
    fill_places,
    leave_all_events,
    register_for_event,
    set_looking,
)

__all__ = [
    "Wishes",
    "approve_registration",
    "cancel_registration",
    "change_answers",
    "change_role",
    "check_in",
    "conduct_digest",
    "decline_registration",
    "fill_places",
    "leave_all_events",
    "publish_announcement",
    "register_for_event",
    "run_series",
    "set_looking",
    "settle_staff",
    "tell_people",
    "undo_check_in",
]
