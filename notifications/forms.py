from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.versions import VersionedForm
from events.models import Event
from notifications.composing import BROADCAST, check_placeholders
from notifications.models import Broadcast, Topic
from notifications.segments import register

OPTIONAL = [(t.value, t.label) for t in Topic if t != Topic.NECESSARY]


class PreferencesForm(VersionedForm, forms.ModelForm[User]):
    topics = forms.MultipleChoiceField(
        label=_("Mail me"),
        choices=OPTIONAL,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = User
        fields: ClassVar = ["quiet_from", "quiet_until"]
        widgets: ClassVar = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        off = set(self.instance.switched_off.values_list("topic", flat=True))
        self.initial["topics"] = [name for name, _label in OPTIONAL if name not in off]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("quiet_from") is None) != (data.get("quiet_until") is None):
            raise forms.ValidationError(
                _("Quiet hours need a beginning and an end. Or leave both empty.")
            )
        return data


class BroadcastForm(forms.ModelForm[Broadcast]):
    segment = forms.ChoiceField(label=_("To whom"))

    class Meta:
        model = Broadcast
        fields: ClassVar = ["segment", "subject", "body"]
        widgets: ClassVar = {"body": forms.Textarea(attrs={"rows": 8})}
        help_texts: ClassVar = {
            "body": _(
                "The mail greets each person by itself. You can use {name}, {event} "
                "and {link}."
            ),
        }

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].choices = [  # type: ignore[attr-defined]
            (one.name, f"{one.label} ({one.who(event).distinct().count()})")
            for one in register.values()
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for field in ("subject", "body"):
            try:
                check_placeholders(data.get(field) or "", BROADCAST)
            except forms.ValidationError as error:
                self.add_error(field, error)
        return data
