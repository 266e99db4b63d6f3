"""What this app knows of a person; all of it goes with them."""

from typing import Any

from accounts.hooks import holds_personal_data
from accounts.models import User


@holds_personal_data("certificates")
def certificates(user: User) -> list[dict[str, Any]]:
    return [
        {
            "event": one.event.name,
            "kind": one.kind,
            "name": one.name,
            "award": one.award,
            "issued": one.issued_at.isoformat(),
        }
        for one in user.certificates.select_related("event")
    ]


@holds_personal_data("offered talks")
def talks(user: User) -> list[dict[str, Any]]:
    return [
        {
            "event": one.event.name,
            "title": one.title,
            "about": one.about,
            "tool": one.tool.name if one.tool else "",
            "status": one.status,
            "agreed on": one.consented_on.isoformat(),
        }
        for one in user.talk_proposals.select_related("event", "tool")
    ]
