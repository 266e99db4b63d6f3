"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "feedback.survey_closed": _("closed the survey"),
        "feedback.survey_opened": _("opened the survey for %(invited)s people"),
    }
)
