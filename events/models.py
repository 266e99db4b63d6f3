from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User, validate_time_zone
from core.models import LineField, LinkField, ProseField
from core.text import new_code
from events.venues import validate_networks

# For how long an announcement meets those who were not looking.
STAYS_NEWS = timedelta(hours=1)
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


class SeriesQuerySet(models.QuerySet["Series"]):
    def organised_by(self, user: User) -> Self:
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


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: object) -> Self:
        """Published ones, and for organisers also the drafts of their series."""
        published = Q(is_published=True)
        if not isinstance(user, User):
            return self.filter(published)
        if user.is_superuser:
            return self
        return self.filter(published | Q(series__in=Series.objects.organised_by(user)))

    def organised_by(self, user: User) -> Self:
        if user.is_superuser:
            return self
        return self.filter(series__organisers=user)

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

    def get_absolute_url(self) -> str:
        return reverse("events:detail", args=[self.slug])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

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
        """The window that closes next among those that are open."""
        moment = at or timezone.now()
        open_now = [w for w in self.windows.all() if w.is_open(moment)]
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
    def is_over(self) -> bool:
        return timezone.now() >= self.ends_at


class PhaseWindow(models.Model):
    """When one phase of an event is open: from ``opens_at`` to before ``closes_at``."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="windows")
    phase = models.CharField(
        _("phase"), max_length=20, choices=[(p.value, p.label) for p in WINDOWED]
    )
    opens_at = models.DateTimeField(_("opens"), validators=[validate_day])
    closes_at = models.DateTimeField(_("closes"), validators=[validate_day])

    class Meta:
        ordering = ["opens_at"]
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "phase"], name="one_window_per_phase"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="phase_closes_after_it_opens",
                violation_error_message=_("This closes before it opens."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_phase_display())

    def is_open(self, at: datetime | None = None) -> bool:
        return self.opens_at <= (at or timezone.now()) < self.closes_at


def default_windows(
    starts_at: datetime, ends_at: datetime
) -> dict[Phase, tuple[datetime, datetime]]:
    """Sensible windows for an event between these two moments (the day's doors).

    Registration opens six weeks before and closes at the doors; hacking ends when a
    quarter of the time (at most three hours) is left for demos and judging.
    """
    demos = min(timedelta(hours=3), (ends_at - starts_at) / 4)
    demos_at = ends_at - demos
    return {
        Phase.REGISTRATION: (starts_at - timedelta(weeks=6), starts_at),
        Phase.TEAM_FORMATION: (
            starts_at - timedelta(weeks=4),
            starts_at + (demos_at - starts_at) / 2,
        ),
        Phase.HACKING: (starts_at, demos_at),
        Phase.JUDGING: (demos_at, ends_at),
        Phase.RESULTS: (ends_at, ends_at + timedelta(weeks=2)),
        Phase.SURVEY: (ends_at, ends_at + timedelta(weeks=2)),
    }


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


class RegistrationQuestion(models.Model):
    """A question that the organisers add to the registration form."""

    class Kind(models.TextChoices):
        LINE = "line", _("One line")
        TEXT = "text", _("Some lines")
        CHOICE = "choice", _("One of several")
        CHOICES = "choices", _("Some of several")
        YES_NO = "yes_no", _("Yes or no")

    event = models.ForeignKey(
        Event, models.CASCADE, related_name="registration_questions"
    )
    label = LineField(_("question"), max_length=200)
    help_text = LineField(_("help"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LINE)
    options = ProseField(
        _("options"), max_length=2000, blank=True, help_text=_("One a line.")
    )
    is_required = models.BooleanField(_("must be answered"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("registration question")
        verbose_name_plural = _("registration questions")

    def __str__(self) -> str:
        return self.label

    @property
    def option_list(self) -> list[str]:
        return [line.strip() for line in self.options.splitlines() if line.strip()]

    def clean(self) -> None:
        choosing = self.kind in {self.Kind.CHOICE, self.Kind.CHOICES}
        if choosing and len(set(self.option_list)) < 2:  # noqa: PLR2004
            raise ValidationError(
                {
                    "options": _(
                        "Please give at least two different options, one a line."
                    )
                }
            )


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def holding_a_place(self) -> Self:
        return self.filter(status__in=Registration.HOLDING)

    def taking_part(self) -> Self:
        """Confirmed or checked in."""
        return self.filter(
            status__in=[Registration.Status.CONFIRMED, Registration.Status.CHECKED_IN]
        )

    def in_directory(self) -> Self:
        return self.taking_part().filter(in_directory=True)


class Registration(models.Model):
    """One person's place at one event."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waits for approval")
        CONFIRMED = "confirmed", _("Confirmed")
        WAITLISTED = "waitlisted", _("On the waiting list")
        CANCELLED = "cancelled", _("Cancelled")
        DECLINED = "declined", _("Declined")
        CHECKED_IN = "checked_in", _("Checked in")

    class Role(models.TextChoices):
        ATTENDEE = "attendee", _("Attendee")
        MENTOR = "mentor", _("Mentor")

    # These take one of the event's places.
    HOLDING = (Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN)

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="registrations"
    )
    role = models.CharField(
        _("role"), max_length=10, choices=Role, default=Role.ATTENDEE
    )
    status = models.CharField(_("status"), max_length=12, choices=Status)
    answers = models.JSONField(
        _("answers"), default=dict, blank=True, help_text=_("By question number.")
    )
    # The exact text that was accepted, by its SHA-256, and when.
    conduct_accepted_at = models.DateTimeField(null=True, blank=True)
    conduct_digest = models.CharField(max_length=64, blank=True)
    in_directory = models.BooleanField(
        _("show me to the other attendees"), default=False
    )
    looking_for_team = models.BooleanField(_("I am looking for a team"), default=False)
    pitch = LineField(_("what you would like to work on"), max_length=200, blank=True)
    ticket = models.CharField(
        _("ticket"), max_length=32, unique=True, default=new_code, editable=False
    )
    queued_at = models.DateTimeField(_("asked at"), default=timezone.now)
    checked_in_at = models.DateTimeField(_("checked in at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["queued_at", "pk"]
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user"], name="one_registration_per_person_and_event"
            ),
            models.CheckConstraint(
                condition=Q(status="checked_in", checked_in_at__isnull=False)
                | (~Q(status="checked_in") & Q(checked_in_at__isnull=True)),
                name="checked_in_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.event}"

    def get_absolute_url(self) -> str:
        return reverse("events:registration", args=[self.event.slug])

    @property
    def takes_part(self) -> bool:
        return self.status in {self.Status.CONFIRMED, self.Status.CHECKED_IN}


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def unsealed(self) -> Self:
        """What was written since the chain was last made longer, oldest first."""
        return self.filter(number=None).order_by("pk")


class AuditEntry(models.Model):
    """Who did what to what, and when. ``events.log.record`` writes it; nobody edits.

    Entries of one event make a chain (events.audit): ``digest`` covers the entry and
    the digest before it. Who it was is covered through a salted digest, so that a
    person's name can be forgotten and the chain still holds.
    """

    event = models.ForeignKey(
        Event, models.SET_NULL, related_name="audit_entries", null=True
    )
    # The event's number, also when the event is gone; 0 for what belongs to none.
    chain = models.BigIntegerField(default=0, db_default=0, editable=False)
    number = models.PositiveIntegerField(_("number"), null=True, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    # Somebody without an account, such as a judge: their name.
    actor_name = models.CharField(_("who"), max_length=120, blank=True)
    source = models.GenericIPAddressField(_("from"), null=True, editable=False)
    verb = models.CharField(_("what"), max_length=60)
    target = models.CharField(_("to what"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict)
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor_salt = models.CharField(
        max_length=32, blank=True, default="", db_default="", editable=False
    )
    actor_digest = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    digest = models.CharField(
        "SHA-256",
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("log entry")
        verbose_name_plural = _("log")
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "number"], name="one_log_entry_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"

    @property
    def who(self) -> str:
        """Whoever did it, in words, also when they have had their data erased."""
        if self.actor_digest and not self.actor_salt:
            return gettext("somebody who has left")
        return self.actor_name or "Menlo"


class AuditChain(models.Model):
    """Where a chain of log entries ends: whoever noted this can tell what was cut."""

    chain = models.BigIntegerField(primary_key=True)
    length = models.PositiveIntegerField(_("entries"), default=0)
    head = models.CharField("SHA-256", max_length=64, blank=True)
    sealed_at = models.DateTimeField(_("sealed at"), auto_now=True)

    class Meta:
        verbose_name = _("end of the log")
        verbose_name_plural = _("ends of the log")

    def __str__(self) -> str:
        return f"{self.chain}: {self.length}"


def windows_in_order(windows: Iterable[PhaseWindow]) -> list[str]:
    """Sentences about windows that contradict one another; empty if all is well."""
    by_phase = {Phase(window.phase): window for window in windows}
    problems: list[str] = []
    for earlier, later in pairwise(HEADLINE):
        first, second = by_phase.get(earlier), by_phase.get(later)
        if first and second and second.opens_at < first.opens_at:
            problems.append(
                str(_("%(later)s cannot open before %(earlier)s."))
                % {"later": later.label, "earlier": earlier.label}
            )
    hacking, judging = by_phase.get(Phase.HACKING), by_phase.get(Phase.JUDGING)
    if hacking and judging and judging.closes_at <= hacking.closes_at:
        problems.append(str(_("Judging cannot end before hacking does.")))
    return problems
