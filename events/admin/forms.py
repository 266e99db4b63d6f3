"""The event's own form, which says what a change would do before it is saved."""

import hashlib
from copy import copy
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import DateTimeField, Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from core.wall_clock import move
from events.consequences import (
    consequences,
    news_for_people,
    people_who_know,
    published_in_the_past,
)
from events.models import (
    AgendaItem,
    Event,
    PhaseWindow,
    validate_day,
)

DEFAULT_LENGTH = timedelta(hours=10)


class Consequences(UnfoldAdminCheckboxSelectMultipleWidget):
    option_template_name = "admin/consequence_option.html"  # whole sentences


class Confirmed(forms.MultipleChoiceField):
    """Asks for a tick at each consequence; which there are is known after cleaning."""

    hidden_widget = forms.MultipleHiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=self.hidden_widget, **kwargs)

    def validate(self, value: Any) -> None:
        pass  # a tick that no longer counts is only not asked for

    def ask(self, texts: list[str]) -> None:
        self.widget = Consequences()
        self.choices = [(self.mark(text), text) for text in texts]

    @staticmethod
    def mark(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def planned_rows(model: type[Model], event: Event, data: Any) -> list[Any]:
    """The rows of an inline as they would be after saving; none if one is wrong."""

    def field_for(field: Any, **kwargs: Any) -> Any:
        if isinstance(field, DateTimeField):  # the admin sends day and hour apart
            kwargs["form_class"] = forms.SplitDateTimeField
        return field.formfield(**kwargs)

    formset_class = forms.inlineformset_factory(
        Event,
        model,
        exclude=["event"],
        formfield_callback=field_for,
    )
    formset = formset_class(data, instance=event)
    if not formset.is_valid():
        return list(formset.get_queryset())  # what is wrong is said at the inline
    forms_with_rows: list[Any] = [*formset.initial_forms]
    forms_with_rows += [form for form in formset.extra_forms if form.has_changed()]
    return [
        form.instance for form in forms_with_rows if not form.cleaned_data.get("DELETE")
    ]


class EventForm(forms.ModelForm[Event]):
    confirmed = Confirmed(label=_("Please confirm"))
    tell_people = forms.BooleanField(
        label=_("Mail it to everybody who has registered, and to the judges"),
        required=False,
        widget=forms.HiddenInput,
    )
    move_phases = forms.BooleanField(
        label=_("If the start moves, move all phases and the agenda with it"),
        required=False,
        initial=True,
    )

    class Meta:
        model = Event
        fields = "__all__"  # noqa: DJ007 -- the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = copy(self.instance) if self.instance.pk else None
        self.is_called_off = False
        self.news: list[str] = []
        if "ends_at" in self.fields:
            self.fields["ends_at"].required = False
            self.fields["ends_at"].help_text = _("Empty: ten hours after the start.")
            self.fields["starts_at"].help_text = _("In the time zone named below.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and not ends_at and "ends_at" not in self.errors:
            data["ends_at"] = ends_at = starts_at + DEFAULT_LENGTH
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The event ends before it starts."))
        smallest, largest = data.get("min_team_size"), data.get("max_team_size")
        if smallest and largest and largest < smallest:
            self.add_error(
                "max_team_size", _("The largest team is smaller than the smallest.")
            )
        return data

    def _post_clean(self) -> None:
        """Once nothing else is wrong, ask about what it does to people."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors or "starts_at" not in self.cleaned_data:
            return
        if self.before is None:
            draft = Event(ends_at=self.cleaned_data["ends_at"])
            self.ask_about(list(published_in_the_past(draft, self.cleaned_data)))
            return
        changed = {**self.cleaned_data, **self.planned(self.before)}
        is_past = self.before.is_over and changed["ends_at"] < timezone.now()
        if not is_past and people_who_know(self.before):
            self.is_called_off = not changed["is_published"]
            self.news = news_for_people(self.before, changed)
        self.ask_about(consequences(self.before, changed))

    def planned(self, event: Event) -> dict[str, list[Any]]:
        """Windows and agenda as they will be: inlines are not saved with the form."""
        planned: dict[str, list[Any]] = {}
        if "windows-TOTAL_FORMS" in self.data and not self.shift:
            planned["windows"] = planned_rows(PhaseWindow, event, self.data)
        if "agenda-TOTAL_FORMS" in self.data:
            planned["agenda"] = planned_rows(AgendaItem, event, self.data)
            for item in planned["agenda"]:
                item.starts_at = move(item.starts_at, self.shift, event.zone)
        return planned

    @property
    def has_news(self) -> bool:
        """Whether people who have registered would want to know."""
        return self.is_called_off or bool(self.news)

    def ask_about(self, texts: list[str]) -> None:
        if not texts:
            return
        if self.has_news:
            self.fields["tell_people"].widget = UnfoldBooleanWidget()
        field = cast("Confirmed", self.fields["confirmed"])
        field.ask(texts)
        if not {field.mark(text) for text in texts} <= set(
            self.cleaned_data["confirmed"]
        ):
            self.add_error(
                "confirmed",
                _("Nothing is saved yet. Tick what is to happen, then save again."),
            )

    @property
    def shift(self) -> timedelta:
        """How far the start has moved on the clock, if the phases are to follow.

        Another zone moves nothing on the clock.
        """
        if self.before is None or not self.cleaned_data.get("move_phases"):
            return timedelta()
        zone = ZoneInfo(self.cleaned_data["time_zone"])
        now = self.cleaned_data["starts_at"].astimezone(zone)
        then = self.before.starts_at.astimezone(self.before.zone)
        moved: timedelta = now.replace(tzinfo=None) - then.replace(tzinfo=None)
        return moved


class CopyForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the new event"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
    )
    starts_at = forms.SplitDateTimeField(
        label=_("Doors open"),
        widget=UnfoldAdminSplitDateTimeWidget,
        validators=[validate_day],
    )
