from django import forms

from judging.models import JudgingRules


class JudgingRulesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = JudgingRules
        fields = (
            "same_domain_is_conflict",
            "shows_judges",
            "publishes_scores",
            "needs_two_to_publish",
        )
