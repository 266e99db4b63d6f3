from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import LineInput, ProseInput
from core.versions import VersionedForm
from events.models import Event, Series
from recap.models import Block, Recap
from submissions.models import Tool


class BlockForm(VersionedForm, forms.ModelForm[Block]):
    """The words of one block, as they are shown now."""

    class Meta:
        model = Block
        fields: ClassVar = ["edited_title", "edited_text"]
        widgets: ClassVar = {"edited_text": forms.Textarea(attrs={"rows": 12})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        block: Block = kwargs["instance"]
        shown = {"edited_title": block.shown_title, "edited_text": block.shown_text}
        kwargs["initial"] = {**shown, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class NewBlockForm(forms.Form):
    title = LineInput(label=_("Heading"), max_length=150)
    text = ProseInput(
        label=_("Text"), max_length=20_000, help_text=_("Markdown"), required=False
    )


class RecapForm(VersionedForm, forms.ModelForm[Recap]):
    class Meta:
        model = Recap
        fields: ClassVar = ["names_judges", "names_mentors", "volunteers"]


class TalkForm(forms.Form):
    """An offer. Nothing is asked or looked up that was answered in the survey."""

    title = LineInput(
        label=_("What you would tell"),
        max_length=120,
        help_text=_("Such as: how we stopped fighting with embeddings."),
    )
    tool = forms.ModelChoiceField(
        label=_("About which tool"), queryset=Tool.objects.all(), required=False
    )
    about = ProseInput(label=_("A few words about it"), max_length=1500, required=False)
    agrees = forms.BooleanField(
        label=_("The organisers may keep this with my name and write to me about it."),
        help_text=_("You can take it back at any time; then it is forgotten."),
    )

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = Tool.objects.filter(
            uses__project__event=event, uses__project__status="submitted"
        )
        self.fields["tool"].queryset = used.distinct()  # type: ignore[attr-defined]


class LessonsForm(forms.Form):
    q = forms.CharField(label=_("Search"), max_length=80, required=False)
    series = forms.ModelChoiceField(
        label=_("Series"),
        queryset=Series.objects.filter(events__is_published=True).distinct(),
        to_field_name="slug",
        required=False,
        empty_label=_("All"),
    )
