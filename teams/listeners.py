from accounts.models import User
from events import hooks
from events.models import Registration
from teams.actions import give_up_place


@hooks.registration_cancelled
def free_the_seat(registration: Registration, user: User) -> None:  # noqa: ARG001
    """Who gives up their place at the event gives up their seat in a team."""
    give_up_place(registration.event, registration.user)


@hooks.registration_declined
def take_the_seat_back(registration: Registration) -> None:
    give_up_place(registration.event, registration.user)
