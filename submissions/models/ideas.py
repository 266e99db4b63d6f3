from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Skill
from core.models import LineField, ProseField
from events.models import Event
from teams.models import Team


class IdeaQuerySet(models.QuerySet["Idea"]):
    def with_backing(self) -> Self:
        return (
            self.select_related("author", "team", "event__series")
            .prefetch_related(
                "wanted_skills",
                models.Prefetch("backings", IdeaBacking.objects.select_related("user")),
                "event__windows",
            )
            .annotate(backers=models.Count("backings", distinct=True))
        )


class Idea(models.Model):
    """A pitch that others can back and join, before or without a team."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="ideas")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="ideas"
    )
    # The team that the idea became, if it did.
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="ideas"
    )
    title = LineField(_("title"), max_length=100)
    pitch = ProseField(_("pitch"), max_length=3000, help_text=_("Markdown"))
    wanted_skills = models.ManyToManyField(Skill, blank=True, related_name="+")
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = IdeaQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("submissions:idea", args=[self.event.slug, self.pk])


class IdeaBacking(models.Model):
    idea = models.ForeignKey(Idea, models.CASCADE, related_name="backings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="backed_ideas"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "user"], name="an_idea_is_backed_once_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} backs {self.idea}"
