from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.versions import VersionedForm
from events.models import Event
from mentoring.models import HelpRequest, Offer
from submissions.forms import RowsField
from submissions.models import Tool
from teams.models import Team


class HelpForm(forms.ModelForm[HelpRequest]):
    class Meta:
        model = HelpRequest
        fields: ClassVar = ["topic", "tool", "place"]

    def __init__(self, team: Team | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if team is not None:
            self.fields["place"].initial = team.table


class OfferForm(VersionedForm, forms.ModelForm[Offer]):
    tools = RowsField(
        label=_("Tools you know"),
        queryset=Tool.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Of those that teams here use or have asked about."),
    )

    class Meta:
        model = Offer
        fields: ClassVar = ["about"]

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Tool.objects.filter(uses__project__event=event)
        asked = Tool.objects.filter(help_requests__event=event)
        own = self.instance.tools.all() if self.instance.pk else Tool.objects.none()
        self.fields["tools"].queryset = (  # type: ignore[attr-defined]
            Tool.objects.filter(pk__in=known.values("pk"))
            | Tool.objects.filter(pk__in=asked.values("pk"))
            | Tool.objects.filter(pk__in=own.values("pk"))
        )
        if self.instance.pk:
            self.initial["tools"] = list(own)
