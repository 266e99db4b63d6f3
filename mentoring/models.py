"""Teams that are stuck, and mentors who come to their table."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import LineField
from events.models import Event, Registration
from submissions.models import Tool
from teams.models import Team

# For how long the queue still shows what was helped with.
STAYS_SHOWN = timedelta(hours=1)
# So many must have asked about a tool before it is told: one alone would be named.
FEWEST_TEAMS = 2


class Offer(models.Model):
    """What one mentor can help with. Who mentors is said by their registration."""

    registration = models.OneToOneField(
        Registration, models.CASCADE, related_name="offer"
    )
    about = LineField(
        _("what you can help with"),
        max_length=200,
        blank=True,
        help_text=_("Such as: reading odd data, evaluation, getting unstuck."),
    )
    tools = models.ManyToManyField(
        Tool, blank=True, verbose_name=_("tools you know"), related_name="+"
    )

    class Meta:
        verbose_name = _("what a mentor offers")
        verbose_name_plural = _("what mentors offer")

    def __str__(self) -> str:
        return str(self.registration)


class HelpRequestQuerySet(models.QuerySet["HelpRequest"]):
    def open(self) -> Self:
        """Those that still need somebody, in the order in which they came."""
        return self.filter(status__in=HelpRequest.OPEN).order_by("asked_at", "pk")

    def lately_closed(self) -> Self:
        return self.filter(
            status=HelpRequest.Status.DONE, closed_at__gt=timezone.now() - STAYS_SHOWN
        ).order_by("-closed_at")

    def with_people(self) -> Self:
        return self.select_related("team", "tool", "taken_by")

    def counted(self) -> Self:
        """What tells where help was needed: all but what was taken back."""
        return self.exclude(status=HelpRequest.Status.WITHDRAWN)

    def by_tool(self) -> list[tuple[str, int]]:
        """Tools and how often help was asked for; nothing that one team alone asked."""
        rows = (
            self.counted()
            .filter(tool__isnull=False)
            .order_by()
            .values("tool__name")
            .annotate(n=Count("pk"), teams=Count("team", distinct=True))
            .filter(teams__gte=FEWEST_TEAMS)
            .values_list("tool__name", "n")
        )
        return sorted(rows, key=lambda row: (-row[1], row[0].casefold()))


class HelpRequest(models.Model):
    """A team that would like somebody to come by."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waits")
        TAKEN = "taken", _("Somebody is on the way")
        DONE = "done", _("Helped")
        WITHDRAWN = "withdrawn", _("Taken back")

    OPEN = (Status.WAITING, Status.TAKEN)

    event = models.ForeignKey(Event, models.CASCADE, related_name="help_requests")
    team = models.ForeignKey(Team, models.CASCADE, related_name="help_requests")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    tool = models.ForeignKey(
        Tool,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("with which tool"),
        related_name="help_requests",
    )
    topic = LineField(
        _("what is the matter"),
        max_length=160,
        help_text=_("A few words, so that the right person comes."),
    )
    place = LineField(_("where you sit"), max_length=40, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.WAITING
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="helped_with",
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    is_thanked = models.BooleanField(_("thanked"), default=False)

    objects = HelpRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("request for help")
        verbose_name_plural = _("requests for help")
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(status__in=["waiting", "taken"]),
                name="one_open_request_for_help_per_team",
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(closed_at__isnull=False),
                name="help_that_was_given_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.topic}"
