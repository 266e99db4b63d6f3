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
        "writing": _("Saving …"),
        "waiting": _("{n} waiting for Wi-Fi"),
        "held": _("{n} waiting: {why}"),
        "refused": _("Could not be saved: {why}"),
        "signedOut": _(
            "Open your judging link again to send. Waiting on this phone: {n}."
        ),
        "revoked": _("Your link no longer works. Kept on this phone, unsent: {n}."),
        "storage": _("This phone keeps nothing. Saved on the server so far."),
        "storageWaiting": _(
            "Not saved yet: {n}. This phone keeps nothing, so leave this page open."
        ),
        "closedTitle": _("This link does not work any more"),
        "closedText": _("Ask the organisers for a new one. Nothing is deleted."),
        "keptHere": _("Scored on this phone, not sent: {n}"),
        "notSaved": _("Not saved"),
        "card": _("Scorecard {n}"),
        "others": _("Scorecards of another judge waiting on this phone: {n}"),
        "overruled": _(
            "{project}, {field}: two phones differ. The newer {stands} stands, "
            "{lost} is in the history."
        ),
        "late": _("{project}: arrived after closing. The organisers decide."),
        "seen": _("Got it"),
        "openLink": _("Open your judging link once while you are online."),
        "progress": _("{done} of {all} scored"),
        "table": _("Table {table}"),
        "nowOn": _("on now"),
        "noCards": _("Nothing to judge yet. Projects appear when they are handed in."),
        "all": _("All projects"),
        "starred": _("Star"),
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
        "leaveUnsent": _("Not sent yet: {n}. Sign out and lose them?"),
        "status": {value: str(label) for value, label in Scorecard.Status.choices},
    }


@register.filter
def chance(share: float) -> str:
    """A probability as people say it; never 0 % or 100 % sure."""
    if share < 0.005:  # noqa: PLR2004
        return "<1 %"
    if share > 0.995:  # noqa: PLR2004
        return ">99 %"
    return f"{round(share * 100)} %"


@register.filter
def signed(value: float) -> str:
    """With its sign, also of what is above 0."""
    return f"{value:+.1f}".replace("-", "−") if abs(value) >= 0.05 else "0.0"  # noqa: PLR2004, RUF001
