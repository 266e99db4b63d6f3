from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import clean_line, clean_text
from judging.models import JudgingRules
from judging.models.rounds import MOST_LEVELS, ONE_LINE_EACH, TOO_LONG_A_SCALE
from judging.rubrics import Wish

SCALES = {
    "1-5": (1, 5),
    "1-10": (1, 10),
    "0-1": (0, 1),
}
LOWEST, HIGHEST = -100, 100


class CriterionForm(forms.Form):
    """One row of a rubric. What it was before stands in ``id``."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=60)
    description = forms.CharField(
        label=_("What to look at"), max_length=200, required=False
    )
    weight = forms.DecimalField(
        label=_("Weight"),
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        decimal_places=2,
        initial=1,
    )
    scale = forms.ChoiceField(
        label=_("Scale"),
        choices=[
            ("1-5", _("1 to 5")),
            ("1-10", _("1 to 10")),
            ("0-1", _("Yes or no")),
            ("own", _("Another, from … to …")),
        ],
        initial="1-5",
    )
    low = forms.IntegerField(
        label=_("From"), min_value=LOWEST, max_value=HIGHEST, required=False
    )
    high = forms.IntegerField(
        label=_("To"), min_value=LOWEST, max_value=HIGHEST, required=False
    )
    levels = forms.CharField(
        label=_("What each level means"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=_("One line per level, from the lowest to the highest."),
    )
    track = forms.TypedChoiceField(
        label=_("Only for this track"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, tracks: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["track"]
        field.choices = [("", _("all projects")), *tracks.items()]
        if not tracks:
            field.widget = forms.HiddenInput()

    def clean_name(self) -> str:
        return clean_line(self.cleaned_data["name"])

    def clean_description(self) -> str:
        return clean_line(self.cleaned_data["description"])

    def clean_levels(self) -> str:
        text = clean_text(self.cleaned_data["levels"])
        return "\n".join(line.strip() for line in text.splitlines() if line.strip())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        own = data.get("low"), data.get("high")
        low, high = SCALES.get(data.get("scale", ""), own)
        if low is None or high is None or not low < high <= low + MOST_LEVELS:
            if "scale" in data and not {"low", "high"} & set(self.errors):
                self.add_error("scale", TOO_LONG_A_SCALE)
            return data
        data["low"], data["high"] = low, high
        lines = len(data.get("levels", "").splitlines())
        if lines not in {0, high - low + 1}:
            self.add_error(
                "levels", ONE_LINE_EACH % {"wanted": high - low + 1, "found": lines}
            )
        return data

    @property
    def wish(self) -> Wish:
        data = self.cleaned_data
        return Wish(
            name=data["name"],
            description=data["description"],
            weight=data["weight"].quantize(Decimal("0.01")),
            scale_min=data["low"],
            scale_max=data["high"],
            levels=data["levels"],
            track=data["track"],
            id=data["id"],
        )

    @staticmethod
    def initial_of(wish: Wish) -> dict[str, Any]:
        span = wish.scale_min, wish.scale_max
        scale = next((key for key, known in SCALES.items() if known == span), "own")
        own = dict(zip(("low", "high"), span, strict=True)) if scale == "own" else {}
        return {
            "id": wish.id,
            "name": wish.name,
            "description": wish.description,
            "weight": f"{wish.weight.normalize():f}",
            "scale": scale,
            "levels": wish.levels,
            "track": wish.track,
            **own,
        }


class _RubricFormSet(forms.BaseFormSet[CriterionForm]):
    @property
    def wishes(self) -> list[Wish]:
        """In the order of the numbers typed; rows without one come last."""
        return [form.wish for form in self.ordered_forms if form.has_changed()]


RubricFormSet = forms.formset_factory(
    CriterionForm,
    formset=_RubricFormSet,
    can_delete=True,
    can_order=True,
    extra=2,
    max_num=30,
    absolute_max=40,
)


class JudgingRulesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = JudgingRules
        fields = (
            "same_domain_is_conflict",
            "shows_judges",
            "publishes_scores",
            "needs_two_to_publish",
        )
