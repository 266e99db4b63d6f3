"""The words for where an event stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Phase(models.TextChoices):
    """Where an event stands. The ones between draft and archive have windows."""

    DRAFT = "draft", _("Draft")
    ANNOUNCED = "announced", _("Announced")
    REGISTRATION = "registration", _("Registration")
    TEAM_FORMATION = "team_formation", _("Finding teams")
    HACKING = "hacking", _("Hacking")
    JUDGING = "judging", _("Judging")
    RESULTS = "results", _("Results")
    SURVEY = "survey", _("Survey")
    ARCHIVE = "archive", _("Archive")


WINDOWED = (
    Phase.REGISTRATION,
    Phase.TEAM_FORMATION,
    Phase.HACKING,
    Phase.JUDGING,
    Phase.RESULTS,
    Phase.SURVEY,
)
# What an event's page shows as its phase; teams and survey run beside these.
HEADLINE = (Phase.REGISTRATION, Phase.HACKING, Phase.JUDGING, Phase.RESULTS)
