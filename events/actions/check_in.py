"""The desk at the door. Two phones may scan the same ticket at the same moment."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events import hooks
from events.attendance import day_begins
from events.log import record
from events.models import Registration

Status = Registration.Status


class NotConfirmed(Refused):
    message = _(
        "This person has no confirmed place. "
        "Confirm their registration first, then check them in."
    )


def _locked(registration: Registration) -> Registration:
    return (
        Registration.objects.select_for_update(of=("self",))
        .select_related("event", "user")
        .get(pk=registration.pk)
    )


@transaction.atomic
def check_in(registration: Registration, user: User) -> tuple[Registration, bool]:
    """Note that the person is here; the flag says whether that is news.

    Whoever was checked in at a rehearsal comes for the first time on the day.
    """
    registration = _locked(registration)
    first_of_the_day = day_begins(registration.event)
    came_at, now = registration.checked_in_at, timezone.now()
    if came_at and (came_at >= first_of_the_day or now < first_of_the_day):
        return registration, False
    if registration.status not in {Status.CONFIRMED, Status.CHECKED_IN}:
        raise NotConfirmed
    registration.status = Status.CHECKED_IN
    registration.checked_in_at = now
    registration.save(update_fields=["status", "checked_in_at"])
    record(user, "events.checked_in", registration, event=registration.event)
    hooks.checked_in.tell(registration)
    return registration, True


@transaction.atomic
def undo_check_in(registration: Registration, user: User) -> Registration:
    """Take back a check-in: the wrong person was tapped. Twice is once."""
    registration = _locked(registration)
    if registration.status != Status.CHECKED_IN:
        return registration
    registration.status = Status.CONFIRMED
    registration.checked_in_at = None
    registration.save(update_fields=["status", "checked_in_at"])
    record(user, "events.check_in_undone", registration, event=registration.event)
    return registration
