"""Who did what."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models.event import Event


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def unsealed(self) -> Self:
        """What was written since the chain was last made longer, oldest first."""
        return self.filter(number=None).order_by("pk")


class AuditEntry(models.Model):
    """Who did what to what, and when. ``events.log.record`` writes it; nobody edits.

    Entries of one event make a chain (events.audit): ``digest`` covers the entry and
    the digest before it. Who it was, and what names the person it is about, are covered
    through salted digests: both can be forgotten and the chain still holds.
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
    # The person it is about, and all that names them: in place of the target, and of
    # those details.
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    personal = models.JSONField(_("about whom"), null=True, editable=False)
    subject_salt = models.CharField(
        max_length=32, blank=True, default="", db_default="", editable=False
    )
    subject_digest = models.CharField(
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
        return f"{date_format(timezone.localtime(self.at), 'Y-m-d H:i T')} {self.verb}"

    @property
    def said(self) -> dict[str, Any]:
        """The details and the target, with what names a person while it is kept."""
        gone = gettext("somebody who has left")
        personal: dict[str, Any] = self.personal or {}
        if not self.target and self.subject_digest:
            personal = {"target": gone} | personal
        return {"target": self.target, **self.details, **personal}

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
