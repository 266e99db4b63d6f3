"""What the page for pairs says, in the reader's language; its script holds no words."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def pair_texts() -> dict[str, Any]:
    return {
        "saved": _("All saved"),
        "writing": _("Saving …"),
        "waiting": _("{n} waiting for Wi-Fi"),
        "refused": _("Could not be saved: {why}"),
        "late": _("Arrived after closing. The organisers decide."),
        "signedOut": _(
            "Open your judging link again to send. Waiting on this phone: {n}."
        ),
        "storage": _("This phone keeps nothing. Leave this page open: {n} waiting."),
        "openLink": _("Open your judging link once while you are online."),
        "none": _("There are no pairs to compare now."),
        "all": _("All projects"),
        "table": _("Table {table}"),
        "count": _("{n} compared"),
        "startTitle": _("Start here"),
        "startText": _("Look at this project first. The next one is compared with it."),
        "seen": _("I have seen it"),
        "goTo": _("Go to"),
        "question": _("Which of these two is better?"),
        "before": _("Before"),
        "now": _("Now"),
        "unsure": _("Cannot tell"),
        "absent": _("Team is absent"),
        "busy": _("Busy, come back"),
        "undo": _("Undo"),
        "next": _("After that"),
        "quick": _("That was quick. Is {project} the better one?"),
        "yes": _("Yes, it is better"),
        "no": _("No, let me look"),
        "done": _("You have seen everything there is. Thank you!"),
        "offline": _("The next projects come when there is Wi-Fi again."),
        "leaveUnsent": _("Not sent yet: {n}. Sign out and lose them?"),
    }
