"""Parts of an event's people that organisers may write to. Apps above add theirs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from events import attendance
from events.models import Event, Registration

Who = Callable[[Event], QuerySet[User]]


@dataclass(frozen=True)
class Segment:
    name: str
    label: "str | StrPromise"
    who: Who


register: dict[str, Segment] = {}


def segment(name: str, label: "str | StrPromise") -> Callable[[Who], Who]:
    def add(who: Who) -> Who:
        register[name] = Segment(name, label, who)
        return who

    return add


@segment("everybody", _("Everybody who takes part"))
def everybody(event: Event) -> QuerySet[User]:
    return User.objects.filter(registrations__in=event.registrations.taking_part())


@segment("waiting", _("People on the waiting list"))
def waiting(event: Event) -> QuerySet[User]:
    return User.objects.filter(
        registrations__event=event,
        registrations__status=Registration.Status.WAITLISTED,
    )


@segment("came", _("People who came"))
def came(event: Event) -> QuerySet[User]:
    return User.objects.filter(registrations__in=attendance.arrived(event))


@segment("did_not_come", _("People who did not come"))
def did_not_come(event: Event) -> QuerySet[User]:
    return User.objects.filter(registrations__in=attendance.who_did_not_come(event))
