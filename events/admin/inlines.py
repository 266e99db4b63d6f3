"""The parts of an event on its page."""

from django import forms

from events.models import (
    AgendaItem,
    Faq,
    PhaseWindow,
    Prize,
    RegistrationQuestion,
    Sponsor,
    Track,
    windows_in_order,
)
from events.scoping import (
    ScopedFormSet,
    ScopedTabularInline,
)


class PhaseFormSet(ScopedFormSet):
    """Phases that contradict one another are named in a sentence."""

    def clean(self) -> None:
        super().clean()
        windows = [
            form.instance
            for form in self.forms
            if form.is_valid()
            and form.cleaned_data
            and not form.cleaned_data.get("DELETE")
            and form.instance.opens_at
            and form.instance.closes_at
        ]
        if problems := windows_in_order(windows):
            raise forms.ValidationError([str(problem) for problem in problems])


class PhaseInline(ScopedTabularInline):
    model = PhaseWindow
    formset = PhaseFormSet


class TrackInline(ScopedTabularInline):
    model = Track


class PrizeInline(ScopedTabularInline):
    model = Prize
    fields = ("name", "description", "track", "sponsor", "order")


class AgendaInline(ScopedTabularInline):
    model = AgendaItem
    fields = ("title", "starts_at", "ends_at", "room", "description")


class SponsorInline(ScopedTabularInline):
    model = Sponsor


class FaqInline(ScopedTabularInline):
    model = Faq


class QuestionInline(ScopedTabularInline):
    model = RegistrationQuestion
