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
        "feedback.theme_pinned": _("pinned the theme %(target)s"),
        "feedback.theme_released": _("let go of the theme %(target)s"),
        "feedback.theme_renamed": _("renamed the theme %(old)s to %(target)s"),
        "feedback.theme_unpinned": _("took the pin off the theme %(target)s"),
        "feedback.themes_merged": _("merged %(merged)s into the theme %(target)s"),
        "feedback.survey_closed": _("closed the survey"),
        "feedback.survey_opened": _("opened the survey for %(invited)s people"),
    }
)
