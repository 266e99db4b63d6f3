import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import LineField, ProseField
from events.models import Event

# A worker that has not reported back by then is taken for dead.
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 32  # about a day: see delivery.pause_before_next
# Mails that hold a sign-in code or a link of the same power.
ACCOUNT_MAIL = "notifications/email/account"
# All that is kept of a mail's context once it was sent or cancelled: what its subject
# says in a list. Links, codes and texts are forgotten; they may open something.
KEPT_OF_CONTEXT = frozenset(
    {"asker", "backer", "deadline", "event", "event_name", "name", "newcomer"}
    | {"project", "subject", "team"}
)
KEPT_FOR = timedelta(days=90)


class Topic(models.TextChoices):
    """What a mail is about; a person may switch off all but the necessary ones."""

    NECESSARY = (
        "necessary",
        _("What you must know: your place, your demo, your account"),
    )
    TEAM = "team", _("News of your team")
    REMINDER = "reminder", _("Reminders before a deadline")
    NEWS = "news", _("Announcements of the organisers")
    SURVEY = "survey", _("The survey after the event")


# Better not at all than twice: when a worker died at the moment of sending, a person
# decides. Whatever else is sent again, under the same Message-ID.
PARKED = (Topic.NEWS, Topic.SURVEY)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def due(self) -> Self:
        """What should be sent now, deliveries that a worker died on included."""
        now = timezone.now()
        status = Notification.Status
        return self.filter(
            Q(status=status.QUEUED, send_after__lte=now)
            | Q(status=status.SENDING, claimed_at__lte=now - LEASE)
            & ~Q(topic__in=PARKED)
        )

    def most_urgent(self, number: int) -> list[int]:
        """Of what is due: codes that people wait for, what is necessary, the rest."""
        urgency = Case(
            When(template=ACCOUNT_MAIL, then=0),
            When(topic=Topic.NECESSARY, then=1),
            default=2,
        )
        rows = self.due().order_by(urgency, "send_after", "pk")
        return list(rows.values_list("pk", flat=True)[:number])

    def park(self) -> int:
        """Set aside what a worker died on and what nobody wants twice."""
        return self.filter(
            status=Notification.Status.SENDING,
            claimed_at__lte=timezone.now() - LEASE,
            topic__in=PARKED,
        ).update(
            status=Notification.Status.UNKNOWN,
            error="A worker stopped while it was sending this.",
        )

    def doubt(self) -> int:
        """Of what is due in a restored backup nobody knows whether it has been sent."""
        status = Notification.Status
        return self.filter(
            Q(status=status.QUEUED, send_after__lte=timezone.now())
            | Q(status=status.SENDING)
        ).update(
            status=status.UNKNOWN,
            error="It was due when a backup was restored, and may have been sent.",
        )

    def claim(self, pk: int) -> "Notification | None":
        """Take one due notification for this worker; ``None`` if another was faster.

        A single conditional UPDATE decides, so no lock is needed on any database.
        """
        claimed = (
            self.due()
            .filter(pk=pk)
            .update(
                status=Notification.Status.SENDING,
                claimed_at=timezone.now(),
                attempts=F("attempts") + 1,
            )
        )
        if not claimed:
            return None
        return self.select_related("recipient", "event").get(pk=pk)

    def retry(self) -> int:
        """Send what failed, or may not have been sent, from the beginning."""
        return self.undecided().update(
            status=Notification.Status.QUEUED,
            send_after=timezone.now(),
            attempts=0,
            error="",
        )

    def leave(self) -> int:
        """Have it at that, without knowing whether it was sent."""
        return self.filter(status=Notification.Status.UNKNOWN).cancel(
            error="It may have been sent. An organiser left it at that."
        )

    def cancel(self, **fields: str) -> int:
        """Never send these, and forget what they would have opened."""
        number = 0
        for row in self.only("template", "context", "status"):
            number += self.filter(pk=row.pk, status=row.status).update(
                status=Notification.Status.CANCELLED,
                context=row.lasting_context,
                **fields,
            )
        return number

    def prune(self) -> int:
        """Delete what came to an end long ago, of events that are long over."""
        before = timezone.now() - KEPT_FOR
        status = Notification.Status
        number, _tables = (
            self.filter(status__in=[status.SENT, status.CANCELLED])
            .filter(created_at__lte=before)
            .filter(Q(sent_at=None) | Q(sent_at__lte=before))
            # Until then its key keeps a person from being told the same thing again.
            .filter(Q(event=None) | Q(event__ends_at__lte=before))
            .delete()
        )
        return number

    def undecided(self) -> Self:
        status = Notification.Status
        return self.filter(status__in=[status.FAILED, status.UNKNOWN])

    def stuck(self) -> Self:
        """Owed for more than five minutes, given up, or perhaps not sent."""
        status = Notification.Status
        return self.filter(
            Q(status__in=[status.FAILED, status.UNKNOWN])
            | Q(
                status__in=[status.QUEUED, status.SENDING],
                send_after__lte=timezone.now() - timedelta(minutes=5),
            )
        )


class Notification(models.Model):
    """One mail that is owed to one person: a row of the outbox."""

    class Status(models.TextChoices):
        HELD = "held", _("Waits for approval")
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Perhaps sent")
        CANCELLED = "cancelled", _("Not needed any more")

    key = models.CharField(_("occasion"), max_length=200, unique=True)
    event = models.ForeignKey(
        Event, models.CASCADE, related_name="notifications", null=True, blank=True
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notifications",
        null=True,
        blank=True,
    )
    # For people without an account, such as an invited judge.
    address = models.EmailField(_("address"), blank=True)
    topic = models.CharField(
        _("topic"), max_length=20, choices=Topic, default=Topic.NECESSARY
    )
    template = models.CharField(_("template"), max_length=100)
    context = models.JSONField(_("context"), default=dict)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.QUEUED
    )
    send_after = models.DateTimeField(_("send after"), default=timezone.now)
    expires_at = models.DateTimeField(_("of no use after"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)
    # Stable over retries, so that a mail program can drop a duplicate.
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("outbox")
        indexes = [
            models.Index(fields=["status", "send_after"], name="notification_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="sent") | Q(sent_at__isnull=False),
                name="sent_mail_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | ~Q(address=""),
                name="mail_has_a_recipient",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def lasting_context(self) -> dict[str, Any]:
        """What may stay of the context when the mail has come to its end."""
        if self.template == ACCOUNT_MAIL:  # its subject has the code
            return {}
        return {
            name: value
            for name, value in self.context.items()
            if name in KEPT_OF_CONTEXT
        }


class Preference(models.Model):
    """A topic that one person, or whoever reads one address, has switched off."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="switched_off",
        null=True,
        blank=True,
    )
    # Of an address without an account: enough to know it again, not to write to it.
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    topic = models.CharField(_("topic"), max_length=20, choices=Topic)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "topic"], name="one_preference_per_topic"
            ),
            models.UniqueConstraint(
                fields=["digest", "topic"],
                condition=~Q(digest=""),
                name="one_preference_per_address_and_topic",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=True, digest__gt="")
                | Q(user__isnull=False, digest=""),
                name="preference_of_an_account_or_an_address",
            ),
        ]

    def __str__(self) -> str:
        who = self.user or self.digest[:8]
        return f"{who}: {self.get_topic_display()}"


class ReminderRule(models.Model):
    """How long before its deadline one kind of reminder goes out at one event.

    Without a row the reminder's own default holds.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="reminder_rules")
    kind = models.CharField(_("reminder"), max_length=100)
    hours_before = models.PositiveSmallIntegerField(_("hours before"))
    is_on = models.BooleanField(_("on"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind"], name="one_rule_per_reminder"
            ),
            models.CheckConstraint(
                condition=Q(hours_before__gte=1, hours_before__lte=24 * 30),
                name="reminder_between_an_hour_and_thirty_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.hours_before} h"


class MailText(models.Model):
    """An organiser's own words for one mail of one event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="mail_texts")
    template = models.CharField(_("mail"), max_length=100)
    subject = LineField(_("subject"), max_length=150)
    body = ProseField(_("text"), max_length=5000)

    class Meta:
        verbose_name = _("mail text")
        verbose_name_plural = _("mail texts")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "template"], name="one_text_per_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.event})"


class Broadcast(models.Model):
    """A mail of the organisers to a part of an event's people."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")

    event = models.ForeignKey(Event, models.CASCADE, related_name="broadcasts")
    # Name of a registered segment, such as "without_team"; see notifications.segments.
    segment = models.CharField(_("to whom"), max_length=50)
    subject = LineField(_("subject"), max_length=150)
    body = ProseField(_("text"), max_length=5000)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    recipients = models.PositiveIntegerField(_("recipients"), default=0)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("message to people")
        verbose_name_plural = _("messages to people")

    def __str__(self) -> str:
        return self.subject


class Heartbeat(models.Model):
    """When a part of the machine last said that it is alive."""

    name = models.CharField(_("part"), max_length=40, primary_key=True)
    beat_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name


class CaughtMail(models.Model):
    """A mail that the demo shows at /mail/ in place of sending it."""

    to = models.TextField(_("to"))
    subject = models.TextField(_("subject"))
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    headers = models.JSONField(default=dict)
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.subject
