"""What follows from things that happen below."""

from django.db.models import Exists, OuterRef

from recap.models import TalkProposal
from submissions import hooks as submission_hooks
from submissions.models import Tool


@submission_hooks.tool_merged
def tell_about_what_stays(goes: Tool, stays: Tool) -> None:
    """Who offered a talk about each keeps both, the second about no tool by name."""
    twins = TalkProposal.objects.filter(
        event=OuterRef("event"), user=OuterRef("user"), tool=stays
    )
    talks = TalkProposal.objects.filter(tool=goes)
    talks.filter(Exists(twins)).update(tool=None)
    talks.update(tool=stays)
