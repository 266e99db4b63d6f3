"""Who would like to tell the next meetup about a tool. Tied to no survey answer."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import LineField, ProseField
from events.models import Event
from submissions.models import Tool


class TalkProposalQuerySet(models.QuerySet["TalkProposal"]):
    def standing(self) -> Self:
        return self.exclude(status=TalkProposal.Status.WITHDRAWN)


class TalkProposal(models.Model):
    """Offered by somebody of their own will; withdrawing it forgets what it said."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    event = models.ForeignKey(Event, models.CASCADE, related_name="talk_proposals")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="talk_proposals"
    )
    tool = models.ForeignKey(
        Tool,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("about which tool"),
        related_name="+",
    )
    title = LineField(_("what you would tell"), max_length=120, blank=True)
    about = ProseField(_("a few words about it"), max_length=1500, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OFFERED
    )
    # A day and no time: nobody shall lay it beside the moment of an answer.
    consented_on = models.DateField(_("agreed on"), auto_now_add=True)

    objects = TalkProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("talk")
        verbose_name_plural = _("talks")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user", "tool"],
                condition=~Q(status="withdrawn") & Q(tool__isnull=False),
                name="one_talk_per_person_tool_and_event",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.user)
