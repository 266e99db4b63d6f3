"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "notifications.dropped": _("dropped %(recipients)s mails: %(target)s"),
        "notifications.left": _("left a mail to %(target)s that may have been sent"),
        "notifications.sent_again": _("sent a mail to %(target)s again"),
        "notifications.released": _("let %(recipients)s mails go: %(target)s"),
        "notifications.sent": _("mailed “%(target)s” to %(recipients)s people"),
    }
)
