"""Who has a place. Each action locks the event: its places are what is scarce."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events import hooks
from events.closing import NotOpenNow
from events.log import record
from events.models import ConductText, Event, Phase, Registration

Status = Registration.Status
Role = Registration.Role
STANDING = Registration.STANDING


class RegistrationIsClosed(NotOpenNow):
    phase = Phase.REGISTRATION
    message = _("Registration is not open now.")


class RegistrationWasDeclined(Refused):
    message = _(
        "The organisers could not give you a place at this event. "
        "If you think that is a mistake, please write to them."
    )


class ConductHasChanged(Refused):
    message = _(
        "The code of conduct has changed while you were reading. "
        "Please read it again and accept it."
    )


class EventIsFull(Refused):
    message = _("All places are taken. Raise the number of places, or wait for one.")


class AlreadyHere(Refused):
    message = _("This person is checked in already. Undo that at the desk first.")


class PlaceIsGiven(Refused):
    message = _("This person has a place already. Cancel it if they cannot come.")


class NoLongerAsking(Refused):
    message = _("This person has cancelled. They can register again.")


@dataclass(frozen=True)
class Wishes:
    """What a person says when they register."""

    answers: dict[str, Any] = field(default_factory=dict)
    # The words of the questions that were answered.
    asked: dict[str, str] = field(default_factory=dict)
    conduct_digest: str = ""
    in_directory: bool = False
    looking_for_team: bool = False
    pitch: str = ""


def conduct_digest(event: Event) -> str:
    """Which text of the code of conduct it is; empty if the event has none."""
    if not event.code_of_conduct:
        return ""
    return hashlib.sha256(event.code_of_conduct.encode()).hexdigest()


def _locked(event_pk: int) -> Event:
    """The event as it is now; its places are ours until the transaction ends."""
    return Event.objects.select_for_update().get(pk=event_pk)


def _locked_registration(registration: Registration) -> Registration:
    """The registration as it is now, with its locked event."""
    event = _locked(registration.event_id)
    current = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("user")
        .get(pk=registration.pk)
    )
    current.event = event
    return current


def _next_status(event: Event) -> Registration.Status:
    waiting = event.registrations.filter(status=Status.WAITLISTED, role=Role.ATTENDEE)
    if not event.has_room or waiting.exists():  # nobody overtakes those who wait
        return Status.WAITLISTED
    return Status.PENDING if event.needs_approval else Status.CONFIRMED


def _tell_status(registration: Registration) -> None:
    occasion = {
        Status.PENDING: hooks.registration_received,
        Status.CONFIRMED: hooks.registration_confirmed,
        Status.WAITLISTED: hooks.registration_waitlisted,
    }[Status(registration.status)]
    occasion.tell(registration)


@transaction.atomic
def register_for_event(event: Event, user: User, wishes: Wishes) -> Registration:
    """Give ``user`` a place, or one in the queue. Asking twice is asking once."""
    event = _locked(event.pk)
    registration = event.registrations.filter(user=user).first()
    if registration is not None and registration.status in STANDING:
        return registration
    if registration is not None and registration.status == Status.DECLINED:
        raise RegistrationWasDeclined
    if not event.is_published or not event.is_open_for(Phase.REGISTRATION):
        raise RegistrationIsClosed(event)
    digest = conduct_digest(event)
    if wishes.conduct_digest != digest:
        raise ConductHasChanged

    _fill(event)
    now = timezone.now()
    registration = registration or Registration(event=event, user=user)
    registration.event = event
    registration.status = _next_status(event)
    registration.answers = wishes.answers
    registration.asked = wishes.asked
    if digest:
        ConductText.objects.get_or_create(
            digest=digest, defaults={"text": event.code_of_conduct}
        )
    registration.conduct_digest = digest
    registration.conduct_accepted_at = now if digest else None
    registration.in_directory = wishes.in_directory
    registration.looking_for_team = wishes.looking_for_team
    registration.pitch = wishes.pitch
    registration.queued_at = now
    registration.save()
    record(
        user,
        "events.registered",
        registration,
        event=event,
        status=registration.status,
    )
    _tell_status(registration)
    return registration


@transaction.atomic
def change_answers(
    registration: Registration, user: User, wishes: Wishes, **shown: Any
) -> Registration:
    """Correct what was said, at no cost: place and turn stay as they are.

    Answers to questions of before are kept. ``shown`` is what others see.
    """
    registration = _locked_registration(registration)
    if registration.status not in STANDING:
        raise NoLongerAsking
    if not registration.event.is_open_for(Phase.REGISTRATION):
        raise RegistrationIsClosed(registration.event)
    new = {
        **shown,
        "answers": {**registration.answers, **wishes.answers},
        "asked": {**(registration.asked or {}), **wishes.asked},
    }
    changed = [
        name for name, said in new.items() if getattr(registration, name) != said
    ]
    for name in changed:
        setattr(registration, name, new[name])
    if changed:
        registration.save(update_fields=changed)
        record(user, "events.answers_changed", registration, event=registration.event)
    return registration


@transaction.atomic
def cancel_registration(registration: Registration, user: User) -> Registration:
    """Give up a place and hand it to the first who waits. Twice is once."""
    registration = _locked_registration(registration)
    if registration.status == Status.CHECKED_IN:
        raise AlreadyHere
    if registration.status not in STANDING:
        return registration
    registration.status = Status.CANCELLED
    registration.in_directory = False
    registration.looking_for_team = False
    registration.save(update_fields=["status", "in_directory", "looking_for_team"])
    record(user, "events.cancelled", registration, event=registration.event)
    hooks.registration_cancelled.tell(registration, user)
    _fill(registration.event)
    return registration


@transaction.atomic
def approve_registration(registration: Registration, user: User) -> Registration:
    """Confirm somebody who waits, in any order, while there is room."""
    registration = _locked_registration(registration)
    if registration.takes_part:
        return registration
    if registration.status == Status.CANCELLED:
        raise NoLongerAsking
    if registration.role == Role.ATTENDEE and not registration.event.has_room:
        raise EventIsFull
    registration.status = Status.CONFIRMED
    registration.save(update_fields=["status"])
    record(user, "events.approved", registration, event=registration.event)
    hooks.registration_confirmed.tell(registration)
    return registration


@transaction.atomic
def change_role(registration: Registration, user: User, role: str) -> Registration:
    """Say as what somebody takes part: to build, or to help those who do.

    Who helps needs none of the places, and leaves theirs to the next.
    """
    registration = _locked_registration(registration)
    if registration.role != role:
        needs_place = registration.takes_part and role == Role.ATTENDEE
        if needs_place and not registration.event.has_room:
            raise EventIsFull
        registration.role = role
        registration.save(update_fields=["role"])
        record(
            user,
            "events.role_changed",
            registration,
            event=registration.event,
            role=registration.get_role_display(),
        )
        _fill(registration.event, user)
    return registration


@transaction.atomic
def decline_registration(registration: Registration, user: User) -> Registration:
    """Say no to somebody who waits, and hand the place they held to the next."""
    registration = _locked_registration(registration)
    if registration.takes_part:
        raise PlaceIsGiven
    if registration.status == Status.CANCELLED:
        raise NoLongerAsking
    if registration.status == Status.DECLINED:
        return registration
    registration.status = Status.DECLINED
    registration.save(update_fields=["status"])
    record(user, "events.declined", registration, event=registration.event)
    hooks.registration_declined.tell(registration)
    _fill(registration.event)
    return registration


def set_looking(registration: Registration, *, is_looking: bool) -> None:
    """Show the person as looking for a team, or no longer; a shown one can be seen."""
    shown: dict[str, Any] = {"in_directory": True} if is_looking else {}
    registration.event.registrations.taking_part().filter(pk=registration.pk).update(
        looking_for_team=is_looking, **shown
    )


@transaction.atomic
def fill_places(event: Event, user: User) -> int:
    """Give free places to those who wait, in order, as when capacity was raised."""
    return _fill(_locked(event.pk), user)


@transaction.atomic
def leave_all_events(user: User) -> None:
    """Give up all places of somebody whose account goes; those who wait get them."""
    for registration in user.registrations.standing().order_by("event"):
        event = _locked(registration.event_id)
        registration.delete()
        _fill(event)


def _fill(event: Event, asked_by: User | None = None) -> int:
    """Promote people while there is room in the locked ``event``; return how many.

    Once the doors are open nobody is called any more: who is not there has other plans.
    Nor after registration, unless an organiser made the room on purpose.
    """
    if not event.is_published or event.has_begun:
        return 0
    if asked_by is None and not event.is_open_for(Phase.REGISTRATION):
        return 0
    waiting = (
        event.registrations.filter(status=Status.WAITLISTED)
        .select_related("user")
        .order_by("queued_at", "pk")
    )
    promoted = list(waiting)
    if event.capacity is not None:
        free = event.capacity - event.registrations.holding_a_place().count()
        if event.needs_approval:  # as many as might get a place
            pending = event.registrations.filter(
                status=Status.PENDING, role=Role.ATTENDEE
            )
            free -= pending.count()
        mentors = [one for one in promoted if one.role == Role.MENTOR]
        attendees = [one for one in promoted if one.role == Role.ATTENDEE]
        promoted = [*mentors, *attendees[: max(free, 0)]]
    for registration in promoted:
        registration.event = event
        registration.status = (
            Status.PENDING if event.needs_approval else Status.CONFIRMED
        )
        registration.save(update_fields=["status"])
        record(asked_by, "events.promoted", registration, event=event)
        if registration.status == Status.PENDING:
            hooks.registration_received.tell(registration)
        else:
            hooks.registration_promoted.tell(registration)
    return len(promoted)
