"""What the phone says, in the reader's language; its scripts hold no words."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from judging.models import Scorecard

register = template.Library()


@register.simple_tag
def judge_texts() -> dict[str, Any]:
    return {
        "saved": _("All saved"),
        "savedDirectly": _("Saved on the server"),
        "waiting": _("{n} waiting for Wi-Fi"),
        "refused": _("Could not be saved: {why}"),
        "signedOut": _("Open your judging link again. Your scores wait on this phone."),
        "storage": _("This phone keeps nothing: stay online until you see “saved”."),
        "lost": _("Not saved! No network and no room on this phone. Tap again."),
        "openLink": _("Open your judging link once while you are online."),
        "progress": _("{done} of {all} scored"),
        "table": _("Table {table}"),
        "nowOn": _("on now"),
        "noCards": _("Nothing to judge yet. Projects appear when they are handed in."),
        "all": _("All projects"),
        "star": _("☆ Star"),
        "unstar": _("★ Starred"),
        "mark": {"absent": _("Team is absent"), "busy": _("Busy, come back")},
        "next": {
            "absent": _("Noted. Go on; the organisers see that the team was away."),
            "busy": _("Noted. The project stays on your list for later."),
        },
        "words": _("Notes and feedback"),
        "notes": _("Private notes"),
        "feedback": _("Feedback to the team"),
        "conflict": _("Conflict of interest"),
        "conflictHelp": _("You know them too well? Then you do not score them."),
        "conflictGo": _("I should not score this"),
        "move": _("Move"),
        "previous": _("Back"),
        "undo": _("Undo"),
        "following": _("Next"),
        "finish": _("Finish"),
        "leaveUnsent": _("{n} scorecards have not been sent. Sign out and lose them?"),
        "status": {value: str(label) for value, label in Scorecard.Status.choices},
    }
