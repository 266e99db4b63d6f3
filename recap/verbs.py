"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "recap.block_added": _("added to the recap: %(target)s"),
        "recap.block_edited": _("edited in the recap: %(target)s"),
        "recap.block_hidden": _("hid in the recap: %(target)s"),
        "recap.block_moved": _("moved in the recap: %(target)s"),
        "recap.block_removed": _("removed from the recap: %(target)s"),
        "recap.block_reverted": _("took back an edit in the recap: %(target)s"),
        "recap.block_shown": _("showed in the recap: %(target)s"),
        "recap.certificate_restored": _("made a certificate valid again: %(target)s"),
        "recap.certificate_revoked": _("revoked a certificate: %(target)s"),
        "recap.certificates_made": _("made %(number)s certificates"),
        "recap.changed": _("changed whom the recap thanks"),
        "recap.digest_sent": _("sent %(number)s people their links"),
        "recap.published": _("published the recap"),
        "recap.talk_accepted": _("accepted a talk of %(target)s"),
        "recap.talk_declined": _("declined a talk of %(target)s"),
        "recap.talk_withdrawn": _("took back an offered talk"),
        "recap.withdrawn": _("took the recap off the public pages"),
        "recap.written": _("wrote the recap"),
    }
)
