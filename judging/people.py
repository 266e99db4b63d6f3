from typing import Any

from accounts.hooks import holds_personal_data
from accounts.models import User


@holds_personal_data("former teams")
def former_teams(user: User) -> list[dict[str, Any]]:
    """Kept because nobody judges a team that they were in."""
    return [
        {"team": seat.team.name, "event": seat.team.event.name}
        for seat in user.former_seats.select_related("team__event")
    ]
