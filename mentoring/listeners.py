"""What follows from things that happen below."""

from mentoring.models import HelpRequest, Offer
from submissions import hooks as submission_hooks
from submissions.models import Tool


@submission_hooks.tool_merged
def help_with_what_stays(goes: Tool, stays: Tool) -> None:
    HelpRequest.objects.filter(tool=goes).update(tool=stays)
    for offer in Offer.objects.filter(tools=goes):
        offer.tools.add(stays)
        offer.tools.remove(goes)
