from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import LineField
from events.models import Event


class RemarkTheme(models.Model):
    """A group of remarks that an organiser has named, merged or pinned.

    Groups that nobody has touched are worked out anew each time and stand nowhere.
    Remarks are named by :attr:`feedback.landscape.remarks.Remark.key`; they are final
    when the survey is closed, and only then are there themes.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="remark_themes")
    name = LineField(_("name"), max_length=80)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    remarks = models.JSONField(_("remarks"), default=list)

    class Meta:
        ordering = ["-is_pinned", "pk"]
        verbose_name = _("theme of remarks")
        verbose_name_plural = _("themes of remarks")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name"], name="one_theme_of_a_name_per_event"
            ),
        ]

    def __str__(self) -> str:
        return self.name
