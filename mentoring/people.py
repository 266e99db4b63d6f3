from typing import Any

from accounts.hooks import holds_personal_data
from accounts.models import User
from mentoring.models import HelpRequest, Offer


@holds_personal_data("help")
def help_given_and_asked(user: User) -> dict[str, list[dict[str, Any]]]:
    def rows(**who: User) -> list[dict[str, Any]]:
        return [
            {
                "event": one.event.name,
                "team": one.team.name,
                "topic": one.topic,
                "asked": one.asked_at.isoformat(),
            }
            for one in HelpRequest.objects.filter(**who).select_related("event", "team")
        ]

    return {
        "asked": rows(asked_by=user),
        "given": rows(taken_by=user),
        "offered": [
            {"event": one.registration.event.name, "about": one.about}
            for one in Offer.objects.filter(registration__user=user).select_related(
                "registration__event"
            )
        ],
    }
