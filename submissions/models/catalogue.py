"""The tool catalogue. It sits below projects (which use tools) and surveys."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import LineField, LinkField, ProseField


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


class ToolQuerySet(models.QuerySet["Tool"]):
    def listed(self) -> Self:
        """Those to choose from: not what has become part of another tool."""
        return self.filter(merged_into__isnull=True)


class Tool(models.Model):
    category = models.ForeignKey(ToolCategory, models.PROTECT, related_name="tools")
    name = LineField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    homepage = LinkField(_("homepage"), blank=True)
    repository = LinkField(_("repository"), blank=True, db_default="", default="")
    description = LineField(_("description"), max_length=200, blank=True)
    is_open_source = models.BooleanField(_("open source"), default=False)
    # Other names by which people look for it, one a line.
    aliases = ProseField(
        _("aliases"),
        max_length=1000,
        blank=True,
        help_text=_("Other names, one a line."),
    )
    # It was the same thing under another name. The row stays: its address leads on, and
    # what people said of it keeps the groups in which it was shown (docs/adr/0026).
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects = ToolQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("tool")
        verbose_name_plural = _("tools")
        constraints = [
            models.CheckConstraint(
                condition=~Q(merged_into=F("pk")), name="no_tool_is_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("feedback:tool", args=[self.slug])

    @property
    def alias_list(self) -> list[str]:
        return [name for line in self.aliases.splitlines() if (name := line.strip())]

    @property
    def names(self) -> list[str]:
        """All by which people may call it, its own first."""
        return [self.name, *self.alias_list]

    @property
    def current(self) -> "Tool":
        """Itself, or what it has become part of."""
        return self.merged_into or self
