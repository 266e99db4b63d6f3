from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import SkillsField
from accounts.models import Skill
from core.versions import VersionedForm
from teams.models import JoinRequest, Team


class TeamForm(VersionedForm, forms.ModelForm[Team]):
    wanted_skills = SkillsField(label=_("Skills we look for"))

    class Meta:
        model = Team
        fields: ClassVar = ["name", "pitch", "join_policy"]
        widgets: ClassVar = {
            "pitch": forms.Textarea(attrs={"rows": 5}),
            "join_policy": forms.RadioSelect,
        }
        help_texts: ClassVar = {
            "pitch": _("Your plan in a few lines, so that others know what they join."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["wanted_skills"] = list(self.instance.wanted_skills.all())

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if len(name) < 2:  # noqa: PLR2004
            raise forms.ValidationError(_("Please use at least two characters."))
        return name


class JoinRequestForm(forms.ModelForm[JoinRequest]):
    class Meta:
        model = JoinRequest
        fields: ClassVar = ["message"]
        widgets: ClassVar = {"message": forms.Textarea(attrs={"rows": 3})}


class CodeForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=40)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        return "".join(code.split()).upper()


class TeamFilterForm(forms.Form):
    """What the board of teams is filtered by; every field may be empty."""

    q = forms.CharField(label=_("Search"), max_length=80, required=False)
    skill = forms.ModelChoiceField(
        label=_("Looks for"),
        queryset=Skill.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label=_("any skill"),
    )
    free = forms.BooleanField(label=_("Has a free seat"), required=False)
