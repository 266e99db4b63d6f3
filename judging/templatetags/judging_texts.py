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
        "left": _("{n} to go"),
        "again": _("{n} to visit again"),
        "allDone": _("All scored. Thank you! You can still change everything."),
        "groupLeft": _("To score"),
        "groupAgain": _("To visit again"),
        "groupDone": _("Scored"),
        "groupConflict": _("You stepped back"),
        "notBegun": _("Judging has not begun yet. What you score now waits here."),
        "isClosed": _(
            "Judging is closed. What you change now waits for the organisers' word."
        ),
        "table": _("Table {table}"),
        "nowOn": _("on now"),
        "onStage": _("On stage:"),
        "noCards": _(
            "The organisers have not given you projects yet. They appear here by "
            "themselves."
        ),
        "openUntil": _("Open until {time}"),
        "notOpen": _("Not open yet"),
        "roundOver": _("{round}: closed"),
        "allOver": _("Judging is closed. Thank you!"),
        "all": _("All projects"),
        "starred": _("Star"),
        "star": _("☆ Star"),
        "unstar": _("★ Starred"),
        "cannot": _("If you cannot score it now"),
        "mark": {
            "absent": _("Absent"),
            "busy": _("Busy"),
            "trouble": _("Technical trouble"),
        },
        "next": {
            "absent": _(
                "Absent. You are asked again at the end of your list; the organisers "
                "see that nobody was there."
            ),
            "busy": _("Busy. You are asked again at the end of your list."),
            "trouble": _(
                "Technical trouble. You are asked again at the end of your list; the "
                "organisers see it and can help."
            ),
            "conflict": _(
                "You do not score this project. The organisers give it to somebody "
                "else. For ten minutes after it is sent you can take it back; later "
                "only they can undo it."
            ),
        },
        "words": _("Notes and feedback"),
        "notes": _("Private notes"),
        "feedback": _("Feedback to the team"),
        "help": {
            "notes": _("Only you read this."),
            "feedback": _("Optional. The team reads this with the results."),
        },
        "conflict": _("Conflict of interest"),
        "conflictHelp": _("You know them too well? Then you do not score them."),
        "reason": _("Your reason (optional)"),
        "conflictSure": _(
            "Step back from {project}? Your scores and your feedback do not reach the "
            "team then."
        ),
        "takeBack": _("Take it back"),
        "takeBackHelp": _(
            "You can take it back for ten minutes. After that, ask the organisers."
        ),
        "takeBackLater": _("Without a network this cannot be taken back. Try again."),
        "conflictGo": _("I should not score this"),
        "move": _("Move"),
        "previous": _("Back"),
        "undo": _("Undo"),
        "following": _("Next"),
        "finish": _("Finish"),
        "undone": _("Taken back. {field}: {value}"),
        "leaveTitle": _("Not sent yet: {n}"),
        "leaveText": _(
            "Send now, or leave them locked on this phone: nobody can read them, and "
            "they go out when you open your link here again."
        ),
        "leaveLost": _("Send now: this phone cannot keep them when you sign out."),
        "leaveSend": _("Send now and sign out"),
        "leaveLock": _("Lock them here and sign out"),
        "leaveLose": _("Delete them and sign out"),
        "leaveStay": _("Stay signed in"),
        "leftTitle": _("Signed out"),
        "leftText": _("Nothing that can be read is left on this phone."),
        "leftOffline": _(
            "Nothing that can be read is left on this phone. The server hears of it as "
            "soon as there is a network."
        ),
        "leftAgain": _("Your link opens your list again."),
        "status": {
            **{value: str(label) for value, label in Scorecard.Status.choices},
            "conflict": _("Waiting to be sent"),
        },
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
