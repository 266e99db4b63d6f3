"""Papers that say who did what at an event, and the code that proves it."""

import hmac
import secrets
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import LineField
from core.text import whole_number
from events.models import Event
from judging.models import Judge

SALT = "recap.certificate"
MAC = 24  # hexadecimal digits: 96 bits


def new_nonce() -> str:
    return secrets.token_hex(8)


def _mac(value: str, secret: str) -> str:
    return salted_hmac(SALT, value, secret, algorithm="sha256").hexdigest()[:MAC]


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid(self) -> Self:
        return self.filter(revoked_at__isnull=True, event__is_published=True)

    def by_code(self, code: str) -> "Certificate | None":
        """The valid certificate that carries this code. Constant in time.

        Codes that were signed with an earlier secret key hold as long as that key
        stands in ``SECRET_KEY_FALLBACKS``.
        """
        number, _dash, mac = code.partition("-")
        pk = whole_number(number) or 0
        found = self.valid().select_related("event__series").filter(pk=pk).first()
        value = found.signed if found else f"{number}:"
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        fits = [
            hmac.compare_digest(_mac(value, key).encode(), mac.lower().encode())
            for key in keys
        ]
        return found if found and any(fits) else None


class Certificate(models.Model):
    """One person's part in one event, as it was when the paper was made."""

    class Kind(models.TextChoices):
        PARTICIPANT = "participant", _("took part")
        WINNER = "winner", _("won")
        JUDGE = "judge", _("judged")
        MENTOR = "mentor", _("mentored")

    event = models.ForeignKey(Event, models.PROTECT, related_name="certificates")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="certificates",
    )
    # Somebody who judges needs no account.
    judge = models.ForeignKey(
        Judge, models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    name = LineField(_("name"), max_length=80)
    # Of winners: what they won, and with which project.
    award = LineField(_("for what"), max_length=250, blank=True)
    nonce = models.CharField(max_length=16, default=new_nonce, editable=False)
    issued_at = models.DateTimeField(_("made at"), default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name", "pk"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "kind", "user", "award"],
                condition=Q(user__isnull=False),
                name="one_certificate_per_person_kind_and_award",
            ),
            models.UniqueConstraint(
                fields=["event", "judge"],
                condition=Q(judge__isnull=False),
                name="one_certificate_per_judge",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(judge__isnull=False),
                name="certificate_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.event})"

    def get_absolute_url(self) -> str:
        return reverse("recap:verify", args=[self.code])

    @property
    def signed(self) -> str:
        return f"{self.pk}:{self.nonce}"

    @property
    def code(self) -> str:
        return f"{self.pk}-{_mac(self.signed, settings.SECRET_KEY)}"

    @property
    def present_name(self) -> str:
        """What its owner is called today."""
        owner: User | Judge | None = self.user or self.judge
        return str(owner)
