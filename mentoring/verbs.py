"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "mentoring.asked": _("asked for help for %(target)s"),
        "mentoring.closed": _("closed the call for help of %(target)s"),
        "mentoring.put_back": _("put %(target)s back into the queue for help"),
        "mentoring.taken": _("is on the way to help %(target)s"),
        "mentoring.thanked": _("thanked for the help to %(target)s"),
        "mentoring.withdrawn": _("took back the call for help of %(target)s"),
    }
)
