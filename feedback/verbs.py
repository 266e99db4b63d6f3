"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "feedback.people_asked": _("added %(invited)s people to the survey"),
        "feedback.question_added": _("added the survey question “%(target)s”"),
        "feedback.question_changed": _("changed the survey question “%(target)s”"),
        "feedback.question_dropped": _("dropped the survey question “%(target)s”"),
        "feedback.survey_changed": _("changed what the survey asks"),
        "feedback.survey_closed": _("closed the survey"),
        "feedback.survey_opened": _("opened the survey for %(invited)s people"),
    }
)
