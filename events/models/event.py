"""The event itself."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, validate_time_zone
from core.models import LineField, LinkField, ProseField
from events.models.addresses import FormerSlug
from events.models.phases import HEADLINE, Phase
from events.models.series import Series, validate_day, validate_slug_is_free
from events.venues import validate_networks

if TYPE_CHECKING:
    from events.models.programme import Announcement
    from events.models.windows import PhaseWindow


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: object) -> Self:
        """Published ones, and for organisers also the drafts of their series."""
        published = Q(is_published=True)
        if not isinstance(user, User):
            return self.filter(published)
        if user.has_every_right:
            return self
        return self.filter(published | Q(series__in=Series.objects.organised_by(user)))

    def organised_by(self, user: User) -> Self:
        if user.has_every_right:
            return self
        return self.filter(series__in=Series.objects.organised_by(user))

    def with_windows(self) -> Self:
        return self.select_related("series").prefetch_related("windows")


class Event(models.Model):
    """One hackathon. Its phase is never stored: the windows and the clock tell it."""

    series = models.ForeignKey(Series, models.PROTECT, related_name="events")
    name = LineField(_("name"), max_length=80)
    slug = models.SlugField(
        _("address"),
        max_length=60,
        unique=True,
        validators=[validate_slug_is_free],
        help_text=_("The last part of the event's web address, such as spring-day"),
    )
    tagline = LineField(_("one sentence about it"), max_length=160, blank=True)
    description = ProseField(_("description"), blank=True, help_text=_("Markdown"))
    is_published = models.BooleanField(
        _("published"), default=False, help_text=_("Until then only organisers see it.")
    )
    starts_at = models.DateTimeField(_("doors open"), validators=[validate_day])
    ends_at = models.DateTimeField(_("it is over at"), validators=[validate_day])
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[validate_time_zone]
    )
    venue = LineField(_("place"), max_length=160, blank=True)
    venue_networks = ProseField(
        _("internet addresses of the place"),
        max_length=1000,
        blank=True,
        validators=[validate_networks],
        help_text=_(
            "One address or network a line, as the host's technician tells you. While "
            "the event runs, everybody may come from there at once unhindered."
        ),
    )
    contact_email = models.EmailField(_("contact"), blank=True)
    website = LinkField(_("website"), blank=True)

    capacity = models.PositiveIntegerField(
        _("places"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text=_("Empty: no limit. When full, people go to the waiting list."),
    )
    needs_approval = models.BooleanField(
        _("organisers approve each registration"), default=False
    )
    min_team_size = models.PositiveSmallIntegerField(
        _("smallest team"), default=1, validators=[MinValueValidator(1)]
    )
    max_team_size = models.PositiveSmallIntegerField(
        _("largest team"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    table_names = ProseField(
        _("tables"),
        max_length=4000,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "One a line, in the order in which teams get them. Empty: 1, 2, 3 …"
        ),
    )
    code_of_conduct = ProseField(
        _("code of conduct"), blank=True, help_text=_("Markdown")
    )
    privacy_k = models.PositiveSmallIntegerField(
        _("smallest group whose answers are shown"),
        default=5,
        validators=[MinValueValidator(5)],
    )
    holds_mail = models.BooleanField(
        _("mails to many wait for my approval"),
        default=False,
        help_text=_("Reminders and the survey; you find them under Mail."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = EventQuerySet.as_manager()
    # The slug as the database has it, to notice when it changes.
    stored_slug: str | None = None

    class Meta:
        ordering = ["-starts_at"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(min_team_size__gte=1)
                & Q(max_team_size__gte=F("min_team_size")),
                name="team_sizes_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Under whichever form it is renamed, its old address keeps leading on."""
        old = None if self._state.adding else self.stored_slug
        names = kwargs.get("update_fields")
        if old in {None, self.slug} or (names is not None and "slug" not in names):
            super().save(*args, **kwargs)
        else:
            with transaction.atomic():
                super().save(*args, **kwargs)
                self.former_slugs.filter(slug=self.slug).delete()
                FormerSlug.objects.update_or_create(slug=old, defaults={"event": self})
        self.stored_slug = self.slug

    def get_absolute_url(self) -> str:
        return reverse("events:detail", args=[self.slug])

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        event = super().from_db(*args, **kwargs)
        event.stored_slug = event.__dict__.get("slug")
        return event

    def clean(self) -> None:
        if taken := FormerSlug.objects.filter(slug=self.slug).exclude(event=self.pk):
            raise ValidationError(
                {
                    "slug": _(
                        "Links that people have of %(event)s lead here. Please choose "
                        "another address."
                    )
                    % {"event": taken[0].event}
                }
            )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def year(self) -> int:
        """In which year it begins, where it takes place."""
        return self.starts_at.astimezone(self.zone).year

    def window(self, phase: Phase) -> "PhaseWindow | None":
        return next((w for w in self.windows.all() if w.phase == phase), None)

    def is_open_for(self, phase: Phase, at: datetime | None = None) -> bool:
        """Whether the clock (or ``at``) is in the half-open window of ``phase``."""
        window = self.window(phase)
        moment = at or timezone.now()
        return window is not None and window.opens_at <= moment < window.closes_at

    def phase(self, at: datetime | None = None) -> Phase:
        """The headline phase: the last one of :data:`HEADLINE` that has begun."""
        if not self.is_published:
            return Phase.DRAFT
        moment = at or timezone.now()
        begun = [
            window
            for phase in HEADLINE
            if (window := self.window(phase)) and window.opens_at <= moment
        ]
        if not begun:
            return Phase.ANNOUNCED if moment < self.ends_at else Phase.ARCHIVE
        last = begun[-1]
        if last.phase == Phase.RESULTS and moment >= last.closes_at:
            return Phase.ARCHIVE
        return Phase(last.phase)

    @property
    def current_phase(self) -> Phase:
        return self.phase()

    def next_deadline(self, at: datetime | None = None) -> "PhaseWindow | None":
        """The window that closes next among those that are open.

        The end of the results is nobody's deadline.
        """
        moment = at or timezone.now()
        open_now = [
            window
            for window in self.windows.all()
            if window.is_open(moment) and window.phase != Phase.RESULTS
        ]
        return min(open_now, key=lambda window: window.closes_at, default=None)

    def next_boundary(self, at: datetime | None = None) -> datetime | None:
        """When this event's pages will look different without anybody's doing."""
        moment = at or timezone.now()
        moments = [self.starts_at, self.ends_at]
        for window in self.windows.all():
            moments += [window.opens_at, window.closes_at]
        return min((then for then in moments if then > moment), default=None)

    @property
    def is_on(self) -> bool:
        """Whether people are there right now."""
        return self.starts_at <= timezone.now() < self.ends_at

    def latest_news(self) -> "Announcement | None":
        """What was announced lately, while the event is on."""
        return self.announcements.fresh().first() if self.is_on else None

    @property
    def has_room(self) -> bool:
        """Whether one more attendee gets a place."""
        return (
            self.capacity is None
            or self.registrations.holding_a_place().count() < self.capacity
        )

    @property
    def has_begun(self) -> bool:
        return timezone.now() >= self.starts_at

    @property
    def is_over(self) -> bool:
        return timezone.now() >= self.ends_at
