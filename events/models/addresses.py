"""Addresses that an event had before. Links in mails and tickets keep leading on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FormerSlug(models.Model):
    """A slug under which people may still have links to the event."""

    event = models.ForeignKey(
        "events.Event", models.CASCADE, related_name="former_slugs"
    )
    slug = models.SlugField(_("former address"), max_length=60, unique=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")

    def __str__(self) -> str:
        return self.slug
