"""The event's own form, which says what a change would do before it is saved."""

import hashlib
from copy import copy
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from events.consequences import consequences
from events.models import (
    Event,
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


class EventForm(forms.ModelForm[Event]):
    confirmed = Confirmed(label=_("Please confirm"))
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
        if self.before is not None and not self.errors:
            self.ask_about(consequences(self.before, self.cleaned_data))

    def ask_about(self, texts: list[str]) -> None:
        if not texts:
            return
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
