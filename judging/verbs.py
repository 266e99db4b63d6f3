"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "judging.award": _("gave %(target)s to %(project)s"),
        "judging.conflict": _("declared a conflict of interest with %(target)s"),
        "judging.invited": _("invited %(target)s to judge"),
        "judging.late_accepted": _(
            "counted the late scores of %(judge)s for %(target)s"
        ),
        "judging.late_rejected": _(
            "did not count the late scores of %(judge)s for %(target)s"
        ),
        "judging.link_renewed": _("renewed the link of the judge %(target)s"),
        "judging.on_stage": _("put on stage: %(target)s"),
        "judging.published": _("published version %(version)s of the results"),
        "judging.revoked": _("ended the link of the judge %(target)s"),
    }
)
