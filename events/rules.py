"""Who may do what with an event. Read the table at the bottom first."""

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.permissions import explain
from events.models import Event, Registration, Series, SeriesOrganiser


def event_of(obj: Any) -> Event | None:
    """The event that ``obj`` is, or belongs to."""
    if isinstance(obj, Event):
        return obj
    return getattr(obj, "event", None)


def series_ids_of(user: User) -> frozenset[int]:
    """The series that ``user`` organises; asked once per user object: per request."""
    known: frozenset[int] | None = user.__dict__.get("_organised_series_ids")
    if known is None:
        known = frozenset(
            SeriesOrganiser.objects.filter(user=user).values_list(
                "series_id", flat=True
            )
        )
        user.__dict__["_organised_series_ids"] = known
    return known


def has_organiser_role(user: Any, obj: Any) -> bool:
    """Organises the series of ``obj``: a series, an event or anything in an event."""
    if not isinstance(user, User):
        return False
    if user.is_superuser:
        return True
    owner = obj if isinstance(obj, Series) else event_of(obj)
    if owner is None:
        owner = getattr(obj, "series", None)
    if owner is None:
        return False
    series_id = owner.series_id if isinstance(owner, Event) else owner.pk
    return series_id in series_ids_of(user)


@rules.predicate
def is_organiser(user: Any, obj: Any) -> bool:
    """Has the role, and the second step where organisers need one (STAFF_MFA)."""
    return has_organiser_role(user, obj) and not user.lacks_second_step


@rules.predicate
def runs_series(user: Any, series: Any) -> bool:
    """Is one of its administrators, who alone change the series itself."""
    if not isinstance(user, User) or user.is_superuser:
        return bool(getattr(user, "is_superuser", False))
    admins = SeriesOrganiser.objects.filter(role=SeriesOrganiser.Role.ADMIN)
    return admins.filter(series=series, user=user).exists()


@rules.predicate
def takes_part(user: Any, obj: Any) -> bool:
    """Has a confirmed place at the event of ``obj``, in whatever role."""
    event = event_of(obj)
    return (
        isinstance(user, User)
        and event is not None
        and event.registrations.taking_part().filter(user=user).exists()
    )


@rules.predicate
def is_attendee(user: Any, obj: Any) -> bool:
    """Takes part to build, not to mentor."""
    event = event_of(obj)
    return (
        isinstance(user, User)
        and event is not None
        and event.registrations.taking_part()
        .filter(user=user, role=Registration.Role.ATTENDEE)
        .exists()
    )


@rules.predicate
def can_be_seen(user: Any, obj: Any) -> bool:
    event = event_of(obj)
    return (
        event is not None
        and Event.objects.visible_to(user).filter(pk=event.pk).exists()
    )


@rules.predicate
def is_own_registration(user: Any, registration: Any) -> bool:
    return isinstance(registration, Registration) and registration.user_id == user.pk


explain(
    takes_part,
    _("This is for people with a place at the event. Please register first."),
)
explain(is_organiser, _("This is for the organisers of the event."), last=True)

rules.add_perm("events.view_event", can_be_seen)
rules.add_perm("events.register_event", rules.is_authenticated & can_be_seen)
rules.add_perm("events.see_registration", is_own_registration | is_organiser)
rules.add_perm("events.cancel_registration", is_own_registration | is_organiser)
rules.add_perm("events.change_own_registration", is_own_registration)
rules.add_perm("events.see_directory", takes_part | is_organiser)
rules.add_perm("events.organise_event", is_organiser)
rules.add_perm("events.answer_registration", is_organiser)
rules.add_perm("events.check_in_event", is_organiser)
rules.add_perm("events.announce_event", is_organiser)
rules.add_perm("events.read_log_event", is_organiser)
