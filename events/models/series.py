"""Who organises, and what every date and address must be."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import LineField, LinkField, ProseField

RESERVED_SLUGS = frozenset(
    {"admin", "api", "new", "mine", "static", "media", "judge", "series"}
)


FIRST_YEAR, LAST_YEAR = 2000, 2100


def validate_slug_is_free(slug: str) -> None:
    if slug != slug.lower():
        raise ValidationError(_("Please use small letters only."))
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("This address is taken by Menlo itself."))


def validate_day(moment: datetime) -> None:
    """Refuse slips of the keyboard, and what zones and calendars cannot count with."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValidationError(_("Please check the year."))


class SeriesQuerySet(models.QuerySet["Series"]):
    def organised_by(self, user: User) -> Self:
        """None, where organisers need a second step that ``user`` lacks."""
        if user.lacks_second_step:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(organisers=user)


class Series(models.Model):
    """A community that hosts events again and again."""

    name = LineField(_("name"), max_length=80)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    description = ProseField(_("description"), blank=True)
    website = LinkField(_("website"), blank=True)
    organisers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="SeriesOrganiser",
        related_name="organised_series",
    )

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("series")
        verbose_name_plural = _("series")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("events:series", args=[self.slug])


class SeriesOrganiser(models.Model):
    """One person who organises the events of one series."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("Runs the series: may also add organisers")
        ORGANISER = "organiser", _("Organises events")

    series = models.ForeignKey(Series, models.CASCADE, related_name="organiser_roles")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="organiser_roles"
    )
    role = models.CharField(
        _("role"), max_length=10, choices=Role, default=Role.ORGANISER
    )

    class Meta:
        verbose_name = _("organiser")
        verbose_name_plural = _("organisers")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "user"], name="one_role_per_organiser_and_series"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.series})"
