from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

import rules
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.models import LineField, ProseField


@cache
def time_zones() -> frozenset[str]:
    """All that this machine knows. It looks through a folder to tell, so ask once."""
    return frozenset(available_timezones())


def validate_time_zone(name: str) -> None:
    if name not in time_zones():
        raise ValidationError(
            _("“%(name)s” is no known time zone. Try one like Europe/Berlin."),
            params={"name": name},
        )


LONGEST_SKILL = 40
LONGEST_SKILL_SLUG = 80


def skill_slug(name: str) -> str:
    """In which two spellings are one skill: C, C++ and C# are three, 数据分析 is one.

    Empty if nothing of the name is a letter or a digit.
    """
    spelt = name.replace("+", " plus ").replace("#", " sharp ")
    if spelt.startswith("."):
        spelt = f"dot {spelt[1:]}"
    return slugify(spelt, allow_unicode=True)[:LONGEST_SKILL_SLUG].strip("-")


class SkillQuerySet(models.QuerySet["Skill"]):
    def named(self, names: list[str]) -> list["Skill"]:
        """The skills with these names, made where they are new; order is lost."""
        wanted = {skill_slug(name): name for name in names if skill_slug(name)}
        self.bulk_create(
            [Skill(slug=slug, name=name) for slug, name in wanted.items()],
            ignore_conflicts=True,
        )
        return list(self.filter(slug__in=wanted))


class Skill(models.Model):
    """Something people can do and teams look for: “PyTorch”, “data cleaning”."""

    name = LineField(_("name"), max_length=LONGEST_SKILL)
    slug = models.SlugField(
        _("slug"), max_length=LONGEST_SKILL_SLUG, unique=True, allow_unicode=True
    )

    objects = SkillQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("skill")
        verbose_name_plural = _("skills")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Make somebody who need not prove the address: mail may not work yet."""
        user = self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )
        addresses: Any = apps.get_model("account", "EmailAddress")
        addresses.objects.create(
            user=user, email=user.email, primary=True, verified=True
        )
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    class HeadlineRole(models.TextChoices):
        DATA_SCIENTIST = "data_scientist", _("Data scientist")
        ML_ENGINEER = "ml_engineer", _("Machine learning engineer")
        SOFTWARE_ENGINEER = "software_engineer", _("Software engineer")
        INFRASTRUCTURE_ENGINEER = (
            "infrastructure_engineer",
            _("Infrastructure engineer"),
        )
        DATA_ENGINEER = "data_engineer", _("Data engineer")
        RESEARCHER = "researcher", _("Researcher")
        PRODUCT = "product", _("Product or design")
        STUDENT = "student", _("Student")
        OTHER = "other", _("Something else")

    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = LineField(
        _("name"), max_length=80, help_text=_("As you would like others to see it.")
    )
    headline_role = models.CharField(
        _("what you do"), max_length=30, choices=HeadlineRole, blank=True
    )
    skills = models.ManyToManyField(Skill, blank=True, related_name="people")
    about = ProseField(_("about you"), max_length=1000, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=60, blank=True, validators=[validate_time_zone]
    )
    quiet_from = models.TimeField(_("no mail from"), null=True, blank=True)
    quiet_until = models.TimeField(_("no mail until"), null=True, blank=True)
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["display_name", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_account_per_address"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email.partition("@")[0]

    def get_full_name(self) -> str:
        """As Django's and other people's pages ask for it."""
        return str(self)

    def get_absolute_url(self) -> str:
        return reverse("accounts:person", args=[self.pk])

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    @cached_property
    def lacks_second_step(self) -> bool:
        """Whether what an organiser may do has to wait for a second step.

        Who has one set up cannot sign in without it.
        """
        from allauth.mfa.utils import is_mfa_enabled  # noqa: PLC0415 -- needs the apps

        return settings.STAFF_MFA and not is_mfa_enabled(self)

    @property
    def has_every_right(self) -> bool:
        return self.is_superuser and not self.lacks_second_step

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Superusers without the second step may what anybody may."""
        if self.is_superuser and self.lacks_second_step:
            may: bool = rules.has_perm(perm, self, obj)  # type: ignore[no-untyped-call]
            return self.is_active and may
        return super().has_perm(perm, obj)

    @property
    def initials(self) -> str:
        words = str(self).split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.time_zone) if self.time_zone else None
