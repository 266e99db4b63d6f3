"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "teams.accepted": _("let %(who)s into the team %(target)s"),
        "teams.code_renewed": _("renewed the code of the team %(target)s"),
        "teams.created": _("founded the team %(target)s"),
        "teams.edited": _("changed what the team %(target)s says about itself"),
        "teams.handed_over": _("made %(to)s captain of %(target)s"),
        "teams.invited": _("invited %(who)s into the team %(target)s"),
        "teams.joined": _("joined the team %(target)s"),
        "teams.left": _("left the team %(target)s"),
        "teams.removed": _("took %(who)s out of the team %(target)s"),
        "teams.tables_given": _("gave tables to %(number)s teams"),
        "teams.renamed": _("renamed the team %(before)s to %(target)s"),
    }
)
