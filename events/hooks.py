"""Occasions on which apps above this one want to do something of their own.

An app registers in its ``listeners.py``, which is imported when Menlo starts::

    @hooks.registration_confirmed
    def tell_the_person(registration: Registration) -> None: ...

Listeners run inside the transaction of the action that tells them; one that raises
undoes the whole action. docs/adr/0019 says why this is not Django's signals.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, ParamSpec

if TYPE_CHECKING:
    from accounts.models import User
    from events.models import Announcement, Event, Registration

P = ParamSpec("P")


class Occasion(Generic[P]):
    """Something that happens here and that others may act upon."""

    def __init__(self) -> None:
        self._listeners: list[Callable[P, None]] = []

    def __call__(self, listener: Callable[P, None]) -> Callable[P, None]:
        """Register ``listener``; works as a decorator. Twice is once."""
        if listener not in self._listeners:
            self._listeners.append(listener)
        return listener

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        for listener in self._listeners:
            listener(*args, **kwargs)


# A registration waits for the organisers' answer.
registration_received: "Occasion[[Registration]]" = Occasion()
# A person has a place: at once, or because the organisers said yes.
registration_confirmed: "Occasion[[Registration]]" = Occasion()
# All places are taken; the person stands in the queue.
registration_waitlisted: "Occasion[[Registration]]" = Occasion()
# A place became free and went to the first in the queue.
registration_promoted: "Occasion[[Registration]]" = Occasion()
registration_declined: "Occasion[[Registration]]" = Occasion()
# A place was given up; the second argument is who did it: the person or an organiser.
registration_cancelled: "Occasion[[Registration, User]]" = Occasion()
# Somebody was checked in at the desk.
checked_in: "Occasion[[Registration]]" = Occasion()
# The organisers have news, and want them mailed if the second argument says so.
announcement_published: "Occasion[[Announcement, bool]]" = Occasion()
# A new event was made from an older one: (the older, the new one).
event_copied: "Occasion[[Event, Event]]" = Occasion()
# An organiser has made a new event; it has its phases already.
event_created: "Occasion[[Event]]" = Occasion()
# A published event has another day, place or hour; a line each.
event_changed: "Occasion[[Event, list[str]]]" = Occasion()
# A published event was taken off the site, and its people are to know.
event_called_off: "Occasion[[Event]]" = Occasion()
