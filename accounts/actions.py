"""What people do with their own account."""

from typing import Any

from django.db import transaction

from accounts.hooks import before_erasure, last_of_all, personal_data
from accounts.models import User


def export_data(user: User) -> dict[str, Any]:
    """Everything that Menlo knows of this person, as JSON."""
    return {
        "account": {
            "email": user.email,
            "name": user.display_name,
            "role": user.headline_role,
            "skills": [skill.name for skill in user.skills.all()],
            "about": user.about,
            "time_zone": user.time_zone,
            "quiet_hours": [str(user.quiet_from or ""), str(user.quiet_until or "")],
            "joined": user.date_joined.isoformat(),
            "last_sign_in": user.last_login.isoformat() if user.last_login else None,
        },
        **{name: section(user) for name, section in sorted(personal_data.items())},
    }


@transaction.atomic
def erase(user: User) -> None:
    """Delete the account and what is only about the person; teams keep their work."""
    user = User.objects.select_for_update().get(pk=user.pk)
    for farewell in [*before_erasure, *last_of_all]:
        farewell(user)
    user.delete()
