"""Form fields for what people say about themselves; teams and ideas use them too."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import LONGEST_SKILL, Skill, skill_slug
from core.text import clean_line

MAX_SKILLS = 15


class SkillsField(forms.CharField):
    """Skills as people type them, separated by commas; cleans to ``list[Skill]``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=400,
            **{
                "help_text": _("Separate them with commas: Python, data cleaning"),
                **kwargs,
            },
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return ", ".join(str(skill) for skill in value)
        return value

    def clean(self, value: Any) -> Any:
        names = [clean_line(name) for name in super().clean(value).split(",")]
        names = [name for name in names if name]
        for name in names:
            if len(name) > LONGEST_SKILL:
                raise forms.ValidationError(
                    _("“%(name)s” is long for a skill. Please say it in 40 letters."),
                    params={"name": name},
                )
            if not skill_slug(name):
                raise forms.ValidationError(
                    _("“%(name)s” has no letters. Please say this skill in words."),
                    params={"name": name},
                )
        if len(names) > MAX_SKILLS:
            raise forms.ValidationError(
                _("Please name at most %(max)d skills."), params={"max": MAX_SKILLS}
            )
        return Skill.objects.named(names)
