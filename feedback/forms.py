from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.text import clean_text
from events.models import Series
from feedback.models import Helped, InTheWay, ToolReview


class SurveyForm(forms.Form):
    """Questions that may all be skipped; what nobody asked is refused."""

    def clean(self) -> dict[str, Any]:
        unknown = sorted(set(self.data) - set(self.fields))
        if unknown:
            raise ValidationError(
                _("The survey has no such question. Please reload the page."),
                code="unknown_question",
            )
        return super().clean() or self.cleaned_data


class Scale(forms.TypedChoiceField):
    """Numbers to tap on, or none."""

    def __init__(self, lowest: int, highest: int, label: Any) -> None:
        super().__init__(
            choices=[(n, str(n)) for n in range(lowest, highest + 1)],
            coerce=int,
            empty_value=None,
            required=False,
            widget=forms.RadioSelect,
            label=label,
        )


class Prose(forms.CharField):
    def __init__(self, max_length: int, label: Any) -> None:
        super().__init__(
            required=False,
            max_length=max_length,
            label=label,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def clean(self, value: Any) -> str:
        return clean_text(super().clean(value))


class ToolReviewForm(SurveyForm):
    # The wording of UMUX-Lite; do not change it, or scores cannot be compared.
    meets_my_needs = Scale(1, 7, _("This tool's capabilities meet my requirements."))
    easy_to_use = Scale(1, 7, _("This tool is easy to use."))
    again = forms.ChoiceField(
        choices=ToolReview.Again,
        required=False,
        widget=forms.RadioSelect,
        label=_("Would you use it again?"),
    )
    helped = forms.MultipleChoiceField(
        choices=Helped,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("What helped?"),
    )
    in_the_way = forms.MultipleChoiceField(
        choices=InTheWay,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("What got in the way?"),
    )
    remark = Prose(2000, _("In your own words"))
    may_quote = forms.BooleanField(
        required=False, label=_("You may quote this, without my name")
    )


class EventQuestionsForm(SurveyForm):
    come_again = Scale(0, 10, _("How likely are you to come again?"))
    what_to_change = Prose(3000, _("What should we change?"))
    role = forms.ChoiceField(
        choices=[("", _("Rather not say")), *User.HeadlineRole.choices],
        required=False,
        label=_("What do you do?"),
    )


class LandscapeFilterForm(forms.Form):
    series = forms.ModelChoiceField(
        Series.objects.filter(events__is_published=True).distinct(),
        to_field_name="slug",
        required=False,
        label=_("Series"),
        empty_label=_("All events"),
    )
