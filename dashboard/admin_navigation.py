"""The admin's side bar, in the order of an organiser's work rather than of our apps."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


def _groups() -> list[tuple[str, dict[str, str]]]:
    """Title, and its tables with their icons (Material Symbols)."""
    return [
        (
            _("Events"),
            {
                "events.event": "event",
                "events.registration": "how_to_reg",
                "events.announcement": "campaign",
                "events.series": "collections_bookmark",
                "events.auditentry": "history",
            },
        ),
        (
            _("Teams and their work"),
            {
                "teams.team": "groups",
                "submissions.idea": "lightbulb",
                "submissions.dataset": "database",
                "submissions.project": "rocket_launch",
                "mentoring.helprequest": "support",
            },
        ),
        (
            _("Judging"),
            {
                "judging.round": "gavel",
                "judging.judge": "person",
                "judging.scorecard": "grading",
                "judging.recusal": "block",
                "judging.publishedresult": "leaderboard",
            },
        ),
        (
            _("Mail"),
            {
                "notifications.mailtext": "edit_note",
                "notifications.notification": "outbox",
            },
        ),
        (
            _("Afterwards"),
            {
                "recap.recap": "auto_stories",
                "recap.certificate": "workspace_premium",
                "recap.talkproposal": "record_voice_over",
            },
        ),
        (
            _("Tools"),
            {
                "feedback.survey": "ballot",
                "submissions.tool": "construction",
                "submissions.toolcategory": "category",
            },
        ),
    ]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """What this person may open; tables that stand in no group come last."""
    found = {
        f"{app['app_label']}.{model['object_name'].lower()}": model
        for app in admin.site.get_app_list(request)
        for model in app["models"]
        if model["admin_url"]
    }
    home = reverse("admin:index")
    shown: list[dict[str, Any]] = [
        {
            "items": [
                {
                    "title": _("Your events"),
                    "icon": "home",
                    "link": home,
                    "active": request.path == home,
                }
            ]
        }
    ]
    for title, icons in _groups():
        items = [
            _item(found.pop(name), icon)
            for name, icon in icons.items()
            if name in found
        ]
        shown.append({"title": title, "items": items})
    shown.append({"title": _("More"), "items": [_item(m) for m in found.values()]})
    return [group for group in shown if group["items"]]


def _item(model: dict[str, Any], icon: str = "table") -> dict[str, Any]:
    return {"title": model["name"], "icon": icon, "link": model["admin_url"]}
