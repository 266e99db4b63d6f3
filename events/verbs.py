"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "events.announced": _("announced: “%(target)s”"),
        "events.answers_changed": _("corrected the answers of %(target)s"),
        "events.approved": _("approved %(target)s"),
        "events.cancelled": _("gave up a place: %(target)s"),
        "events.check_in_undone": _("took back the check-in of %(target)s"),
        "events.checked_in": _("checked in %(target)s"),
        "events.copied": _("made %(target)s from %(source)s"),
        "events.admin_added": _("added: %(kind)s “%(target)s”"),
        "events.admin_changed": _("changed: %(kind)s “%(target)s”"),
        "events.admin_deleted": _("deleted: %(kind)s “%(target)s”"),
        "events.created": _("created %(target)s"),
        "events.declined": _("declined %(target)s"),
        "events.promoted": _("moved up from the waiting list: %(target)s"),
        "events.role_changed": _("let %(target)s take part as: %(role)s"),
        "events.told_people": _("mailed everybody what has changed: %(target)s"),
        "events.registered": _("registered: %(target)s"),
    }
)
