"""The tool catalogue. It sits below projects (which use tools) and surveys."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import LineField, LinkField


class ToolCategory(models.Model):
    """One need that tools fill, such as “vector store”."""

    name = LineField(_("name"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    description = LineField(_("which need it fills"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("tool category")
        verbose_name_plural = _("tool categories")

    def __str__(self) -> str:
        return self.name


class Tool(models.Model):
    category = models.ForeignKey(ToolCategory, models.PROTECT, related_name="tools")
    name = LineField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    homepage = LinkField(_("homepage"), blank=True)
    description = LineField(_("description"), max_length=200, blank=True)
    is_open_source = models.BooleanField(_("open source"), default=False)
    # Other names by which people look for it, one a line.
    aliases = models.TextField(_("aliases"), blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("tool")
        verbose_name_plural = _("tools")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("feedback:tool", args=[self.slug])
