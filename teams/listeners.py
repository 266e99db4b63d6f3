from accounts.models import User
from events import hooks
from events.models import Registration
from teams.actions import locked, vacate
from teams.models import Team


@hooks.registration_cancelled
def free_the_seat(registration: Registration, user: User) -> None:  # noqa: ARG001
    """Who gives up their place at the event gives up their seat in a team."""
    for team in Team.objects.filter(
        event=registration.event_id, memberships__user=registration.user_id
    ):
        vacate(locked(team), registration.user)
