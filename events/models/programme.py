"""What an event has beside its dates: tracks, prizes, agenda, news."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import LineField, LinkField, ProseField
from events.models.event import Event

STAYS_NEWS = timedelta(hours=1)


class Track(models.Model):
    event = models.ForeignKey(Event, models.CASCADE, related_name="tracks")
    name = LineField(_("name"), max_length=80)
    description = ProseField(_("description"), max_length=2000, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name"], name="track_name_unique_in_event"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Sponsor(models.Model):
    event = models.ForeignKey(Event, models.CASCADE, related_name="sponsors")
    name = LineField(_("name"), max_length=80)
    website = LinkField(_("website"), blank=True)
    what_they_give = LineField(_("what they give"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("sponsor")
        verbose_name_plural = _("sponsors")

    def __str__(self) -> str:
        return self.name


class Prize(models.Model):
    event = models.ForeignKey(Event, models.CASCADE, related_name="prizes")
    track = models.ForeignKey(
        Track, models.PROTECT, related_name="prizes", null=True, blank=True
    )
    sponsor = models.ForeignKey(
        Sponsor, models.SET_NULL, related_name="prizes", null=True, blank=True
    )
    name = LineField(_("name"), max_length=80)
    description = LineField(_("what one wins"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("prize")
        verbose_name_plural = _("prizes")

    def __str__(self) -> str:
        return self.name


class AgendaItem(models.Model):
    event = models.ForeignKey(Event, models.CASCADE, related_name="agenda")
    title = LineField(_("title"), max_length=120)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    room = LineField(_("room"), max_length=80, blank=True)
    description = ProseField(_("description"), max_length=1000, blank=True)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda")

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("This ends before it starts.")})


class Faq(models.Model):
    event = models.ForeignKey(Event, models.CASCADE, related_name="faqs")
    question = LineField(_("question"), max_length=200)
    answer = ProseField(_("answer"), max_length=2000)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")

    def __str__(self) -> str:
        return self.question


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def fresh(self) -> Self:
        """What somebody in the room may not have heard yet."""
        return self.filter(published_at__gt=timezone.now() - STAYS_NEWS)


class Announcement(models.Model):
    """News of the organisers: on the event's page, the stage, and by mail if wished."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="announcements")
    text = ProseField(_("text"), max_length=1000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    on_stage = models.BooleanField(_("show on the stage screen"), default=True)
    published_at = models.DateTimeField(_("published at"), default=timezone.now)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return self.text[:60]
