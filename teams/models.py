from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Skill, User
from core.models import LineField, ProseField
from core.text import fold, new_code
from events.models import Event, Phase


class TeamQuerySet(models.QuerySet["Team"]):
    def active(self) -> Self:
        return self.filter(is_archived=False)

    def with_free_seats(self) -> Self:
        return (
            self.active()
            .alias(size=Count("memberships"))
            .filter(size__lt=F("event__max_team_size"))
            .order_by("name")  # grouping drops the model's own order
        )

    def with_roster(self) -> Self:
        """Everything that the roster fragment shows."""
        return self.select_related("event__series").prefetch_related(
            # SQLite refuses to fetch a thousand people and more any other way.
            Prefetch("memberships", Membership.objects.select_related("user")),
            "wanted_skills",
            "event__windows",
        )

    def of(self, user: User) -> Self:
        return self.filter(memberships__user=user)


class Team(models.Model):
    class JoinPolicy(models.TextChoices):
        OPEN = "open", _("Anybody may join")
        REQUEST = "request", _("People ask, the captain answers")
        INVITE = "invite", _("Only with our link or code")

    event = models.ForeignKey(Event, models.CASCADE, related_name="teams")
    name = LineField(_("name"), max_length=80)
    # NFC and case-folded name, for uniqueness as people see it.
    folded_name = models.CharField(max_length=160, editable=False)
    slug = models.SlugField(_("slug"), max_length=80)
    pitch = ProseField(_("what we do"), max_length=2000, blank=True)
    wanted_skills = models.ManyToManyField(Skill, blank=True, related_name="wanted_by")
    join_policy = models.CharField(
        _("who may join"), max_length=10, choices=JoinPolicy, default=JoinPolicy.REQUEST
    )
    join_code = models.CharField(
        _("code to join"), max_length=12, default=new_code, unique=True, editable=False
    )
    table = LineField(_("table"), max_length=20, blank=True)
    # The last member has left; what was handed in stays.
    is_archived = models.BooleanField(_("archived"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "slug"], name="team_slug_unique_in_event"
            ),
            models.UniqueConstraint(
                fields=["event", "folded_name"],
                condition=Q(is_archived=False),
                name="team_name_unique_in_event",
                violation_error_message=_("Another team has this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.folded_name = fold(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("teams:detail", args=[self.event.slug, self.slug])

    def clean(self) -> None:
        self.folded_name = fold(self.name)

    @property
    def missing_people(self) -> int:
        """How many more it takes to be as large as the smallest team may be."""
        return max(self.event.min_team_size - len(self.memberships.all()), 0)

    @property
    def is_full(self) -> bool:
        return len(self.memberships.all()) >= self.event.max_team_size

    @property
    def is_forming(self) -> bool:
        return not self.is_archived and self.event.is_open_for(Phase.TEAM_FORMATION)


class Membership(models.Model):
    """One attendee's seat in one team."""

    class Role(models.TextChoices):
        CAPTAIN = "captain", _("Captain")
        MEMBER = "member", _("Member")

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships"
    )
    # Always team.event; repeated here because a constraint cannot look through a join.
    event = models.ForeignKey(Event, models.CASCADE, related_name="+")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(_("joined at"), auto_now_add=True)

    class Meta:
        ordering = ["joined_at", "pk"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user"], name="one_team_per_attendee"
            ),
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(role="captain"),
                name="one_captain_per_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class JoinRequest(models.Model):
    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    team = models.ForeignKey(Team, models.CASCADE, related_name="join_requests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="join_requests"
    )
    message = ProseField(_("a word to the team"), max_length=500, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.WAITING
    )
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"],
                condition=Q(status="waiting"),
                name="one_waiting_request_per_team_and_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.team}"
