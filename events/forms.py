import hashlib
import json
import logging
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.models import Skill, User
from core.forms import LineInput, ProseInput
from core.receipts import NONCE
from core.versions import AS_READ, TAKE, VersionedForm
from events.actions import Wishes, conduct_digest
from events.models import (
    Announcement,
    Event,
    Registration,
    RegistrationQuestion,
    Series,
)

logger = logging.getLogger(__name__)

QUESTION = "question_"
LONGEST_LINE = 200
LONGEST_TEXT = 2000


def with_links(text: str) -> SafeString:
    """What organisers wrote, escaped, and its addresses as links."""
    return mark_safe(urlize(text, nofollow=True, autoescape=True))  # noqa: S308


def field_for(question: RegistrationQuestion) -> forms.Field:
    """The form field that asks ``question``; choices hold its own options only."""
    kind = RegistrationQuestion.Kind
    common: dict[str, Any] = {
        "label": with_links(question.label),
        "help_text": with_links(question.help_text),
        "required": question.is_required,
    }
    options = [(option, option) for option in question.option_list]
    match question.kind:
        case kind.TEXT:
            return ProseInput(max_length=LONGEST_TEXT, **common)
        case kind.CHOICE:
            return forms.ChoiceField(
                choices=[("", _("Please choose")), *options], **common
            )
        case kind.CHOICES:
            return forms.MultipleChoiceField(
                choices=options, widget=forms.CheckboxSelectMultiple, **common
            )
        case kind.YES_NO:
            return forms.TypedChoiceField(
                choices=[("on", _("Yes")), ("off", _("No"))],
                coerce=lambda said: said == "on",
                empty_value=None,
                widget=forms.RadioSelect,
                **common,
            )
        case kind.CONSENT:
            return forms.BooleanField(**common)
        case _line:
            return LineInput(max_length=LONGEST_LINE, **common)


class PlaceForm(VersionedForm, forms.ModelForm[Registration]):
    """What a person may change about their own place at any time."""

    class Meta:
        model = Registration
        fields = ("in_directory", "looking_for_team", "pitch")
        help_texts = {
            "in_directory": _(
                "Your name, role, skills and the line below; only for people "
                "who take part. Never your e-mail address."
            ),
            "looking_for_team": _("Teams with a free seat can then find you."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("looking_for_team") and not cleaned.get("in_directory"):
            self.add_error(
                "in_directory",
                _("Teams can only find you if you show yourself to the others."),
            )
        return cleaned


class QuestionsForm(forms.BaseForm):
    """Asks the organisers' questions. Mix in before the form's own class."""

    event: Event
    questions: list[RegistrationQuestion]

    def ask(self, event: Event, answers: dict[str, Any] | None = None) -> list[str]:
        """Add the fields, with what was answered before; return their names."""
        self.event = event
        self.questions = list(event.registration_questions.filter(is_asked=True))
        for question in self.questions:
            field = field_for(question)
            said = (answers or {}).get(str(question.pk))
            is_yes_no = question.kind == RegistrationQuestion.Kind.YES_NO
            if is_yes_no and said is not None:
                said = "on" if said else "off"
            field.initial = said
            self.fields[f"{QUESTION}{question.pk}"] = field
        # Whose words were read: an answer to other words is no answer.
        self.fields["questions_digest"] = forms.CharField(
            widget=forms.HiddenInput,
            required=False,
            max_length=64,
            initial=self.questions_digest,
        )
        return [f"{QUESTION}{question.pk}" for question in self.questions]

    @property
    def questions_digest(self) -> str:
        words = [
            [q.pk, q.kind, q.label, q.help_text, q.options] for q in self.questions
        ]
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        asked = set(self.fields)
        sent = {*self.data, *self.files} - {"csrfmiddlewaretoken", NONCE}
        strange = [
            name
            for name in sent - asked
            if name.startswith(QUESTION) and name.removeprefix(QUESTION).isdecimal()
        ]
        read = cleaned.pop("questions_digest", "")
        is_other = bool(read) and read != self.questions_digest
        if is_other or strange or any(name.startswith(QUESTION) for name in self.files):
            self.show_current_questions()
            raise ValidationError(
                _("The questions have changed. Please look through them once more.")
            )
        if sent - asked - {AS_READ, TAKE}:
            logger.warning("Registration form with fields %.200r", sorted(sent - asked))
        return cleaned

    def show_current_questions(self) -> None:
        """Whoever sends the page once more has read them as they are now."""
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("questions_digest")] = self.questions_digest
        self.data = data

    @property
    def answers(self) -> dict[str, Any]:
        return {
            str(question.pk): self.cleaned_data[f"{QUESTION}{question.pk}"]
            for question in self.questions
        }

    @property
    def asked(self) -> dict[str, str]:
        return {str(question.pk): question.label for question in self.questions}


class AnswersForm(QuestionsForm, VersionedForm, forms.ModelForm[Registration]):
    """Corrects what a person answered when they registered."""

    class Meta:
        model = Registration
        fields = ()

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(event, self.instance.answers)
        self.fields[AS_READ].initial = self.as_read  # now that the fields are there

    @property
    def wishes(self) -> Wishes:
        return Wishes(answers=self.answers, asked=self.asked)


class RegistrationForm(QuestionsForm, PlaceForm):
    """Asks the organisers' questions and for consent to the code of conduct."""

    conduct = forms.BooleanField(
        label=_("I have read the code of conduct and will keep to it"),
        error_messages={
            "required": _("Please read and accept the code of conduct to take part.")
        },
    )
    # Which text was shown: consent to an older one is no consent.
    conduct_digest = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=64
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.ask(event)
        if event.code_of_conduct:
            self.fields["conduct_digest"].initial = conduct_digest(event)
        else:
            del self.fields["conduct"]
        self.order_fields(
            [*own, "in_directory", "looking_for_team", "pitch", "conduct"]
        )

    def show_current_conduct(self) -> None:
        """Ask anew for consent, to the text as it is now."""
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("conduct_digest")] = conduct_digest(self.event)
        data.pop(self.add_prefix("conduct"), None)
        self.data = data

    @property
    def shown(self) -> dict[str, Any]:
        """What others may see."""
        names = ("in_directory", "looking_for_team", "pitch")
        return {name: self.cleaned_data[name] for name in names}

    @property
    def wishes(self) -> Wishes:
        """What was said, once the form is valid."""
        return Wishes(
            answers=self.answers,
            asked=self.asked,
            conduct_digest=self.cleaned_data["conduct_digest"],
            **self.shown,
        )


class EventFilterForm(forms.Form):
    """The list of events, on GET."""

    q = LineInput(label=_("Words"), required=False, max_length=100)
    series = forms.ModelChoiceField(
        label=_("Series"),
        queryset=Series.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_("All series"),
    )


class PeopleFilterForm(forms.Form):
    """The board “find a person”, on GET."""

    q = LineInput(label=_("Name or words"), required=False, max_length=100)
    role = forms.ChoiceField(
        label=_("What they do"),
        required=False,
        choices=[("", _("Everybody")), *User.HeadlineRole.choices],
    )
    skill = forms.ModelChoiceField(
        label=_("Skill"),
        queryset=Skill.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("Any"),
    )
    looking = forms.BooleanField(label=_("Looking for a team"), required=False)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skills = cast("forms.ModelChoiceField[Skill]", self.fields["skill"])
        skills.queryset = Skill.objects.filter(
            people__registrations__in=event.registrations.in_directory()
        ).distinct()


class DeskForm(forms.Form):
    """Search at the door, on GET: a ticket's code or part of a name."""

    q = LineInput(
        label=_("Name or ticket code"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "autofocus": True}
        ),
    )


class RegistrationFilterForm(forms.Form):
    """The organisers' list of registrations, on GET."""

    q = LineInput(label=_("Name or e-mail address"), required=False, max_length=100)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All")), *Registration.Status.choices],
    )


class AnnouncementForm(forms.ModelForm[Announcement]):
    by_mail = forms.BooleanField(
        label=_("Also mail it to everybody who takes part"), required=False
    )

    class Meta:
        model = Announcement
        fields = ("text", "on_stage")
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
