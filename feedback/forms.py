import re
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.text import clean_text
from core.versions import AS_READ, Part, read_token, token_of
from events.models import Event, Series
from feedback.models import LONGEST_TEXT, Helped, InTheWay, Question, ToolReview
from submissions.forms import CataloguePart, catalogue
from submissions.models import Tool

TOUCHED = "touched"


class SurveyForm(forms.Form):
    """Questions that may all be skipped; what nobody asked is refused.

    The page remembers what it was made from, so that a page left open on the laptop
    does not undo what was tapped on the phone since: see :meth:`said`.
    """

    # Counted even if left as they were: they are offered, not read from the answers.
    always: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[AS_READ] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=self.as_read
        )

    def as_read(self) -> str:
        return token_of([Part(self)])

    def clean(self) -> dict[str, Any]:
        unknown = sorted(set(self.data) - set(self.fields) - {TOUCHED})
        if unknown:
            raise ValidationError(
                _("The survey has no such question. Please reload the page."),
                code="unknown_question",
            )
        return super().clean() or self.cleaned_data

    def said(self) -> dict[str, Any]:
        """The answers, but for those that the page only carries along.

        Our script names the fields that were touched: one may go back to what it was.
        """
        touched = {*self.always, *cast("QueryDict", self.data).getlist(TOUCHED)}
        seen = read_token(self.data.get(AS_READ, ""))
        part = Part(self)
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != AS_READ
            and (name in touched or not part.is_untouched(name, seen.get(name)))
        }


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


def field_for(question: Question) -> forms.Field:
    kinds = Question.Kind
    choices: list[tuple[str, Any]]
    match question.kind:
        case kinds.AGREEMENT:
            return Scale(1, 7, question.text)
        case kinds.TEXT:
            return Prose(LONGEST_TEXT, question.text)
        case kinds.YES_NO:
            choices = [("yes", _("Yes")), ("no", _("No"))]
        case _:
            choices = [(option, option) for option in question.options]
    return forms.ChoiceField(
        choices=choices,
        required=False,
        widget=forms.RadioSelect,
        label=question.text,
    )


class OwnQuestionsForm(SurveyForm):
    """A page of our questions and of those that the organisers added."""

    def __init__(
        self, *args: Any, questions: Iterable[Question] = (), **kwargs: Any
    ) -> None:
        self.questions = {q.field_name: q for q in questions}
        super().__init__(*args, **kwargs)
        for name, question in self.questions.items():
            self.fields[name] = field_for(question)

    @property
    def own(self) -> list[tuple[str, forms.BoundField]]:
        """How each is drawn, and the field."""
        return [(q.kind, self[name]) for name, q in self.questions.items()]

    def answers(self) -> dict[int, str]:
        """What was said, by the question's number; empty is taken back."""
        return {
            self.questions[name].pk: "" if value is None else str(value)
            for name, value in self.said().items()
            if name in self.questions
        }

    def usual_answers(self) -> dict[str, Any]:
        said = self.said()
        return {n: value for n, value in said.items() if n not in self.questions}


class ToolReviewForm(OwnQuestionsForm):
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


class WishesForm(SurveyForm):
    """A handful of tools; ``offered`` says which of them the reader saw."""

    wanted = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Which of these would you like to use?"),
    )
    none = forms.BooleanField(required=False, label=_("None of these"))
    offered = forms.MultipleChoiceField(
        required=False, widget=forms.MultipleHiddenInput
    )

    def __init__(self, *args: Any, tools: Iterable[Tool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slugs = [tool.slug for tool in tools]
        choices = [(tool.slug, tool.name) for tool in tools]
        for name in ("wanted", "offered"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def wishes(self) -> dict[str, bool | None]:
        """About each that was seen, if anything was said about any of them."""
        if not {"wanted", "none"} & set(self.said()):
            return {}
        wanted = set(self.cleaned_data["wanted"])
        if not wanted and not self.cleaned_data["none"]:
            return dict.fromkeys(self.slugs)
        return {slug: slug in wanted for slug in self.slugs}


class EventQuestionsForm(OwnQuestionsForm):
    always = frozenset({"role"})

    come_again = Scale(0, 10, _("How likely are you to come again?"))
    what_to_change = Prose(3000, _("What should we change?"))
    role = forms.ChoiceField(
        choices=[("", _("Rather not say")), *User.HeadlineRole.choices],
        required=False,
        label=_("What do you do?"),
    )


class NamedToolsForm(forms.Form):
    """Tools beyond those that the team has declared."""

    tools = forms.ModelMultipleChoiceField(
        Tool.objects.all(), to_field_name="slug", required=False
    )

    def __init__(self, *args: Any, named: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.named = named

    @property
    def catalogue(self) -> list[CataloguePart]:
        return catalogue(self.named)


# What people set around an address is none of it.
LIKE_AN_ADDRESS = re.compile(
    r"""[^\s<>()\[\],;:"']+@[^\s<>()\[\],;:"']*[^\s<>()\[\],;:"'.]"""
)


class AddressesForm(forms.Form):
    """People without an account, one address a line."""

    addresses = forms.CharField(
        max_length=20_000,
        label=_("E-mail addresses, one a line"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_addresses(self) -> list[str]:
        """The addresses of all lines that hold one; the others are ``odd_lines``.

        Lists are pasted from anywhere: numbered, with names, out of a spreadsheet.
        """
        found: list[str] = []
        self.odd_lines: list[str] = []
        for line in self.cleaned_data["addresses"].splitlines():
            words = LIKE_AN_ADDRESS.findall(line)
            good = [word for word in words if _is_address(word)]
            found += good
            if line.strip() and (not good or len(good) < len(words)):
                self.odd_lines.append(line.strip())
        if not found:
            raise self.about_odd_lines()
        return found

    def about_odd_lines(self) -> ValidationError:
        return ValidationError(
            _("This is not an e-mail address: %(wrong)s"),
            params={"wrong": ", ".join(self.odd_lines)[:200]},
        )


def _is_address(word: str) -> bool:
    try:
        validate_email(word)
    except ValidationError:
        return False
    return True


class LandscapeFilterForm(forms.Form):
    series = forms.ModelChoiceField(
        Series.objects.filter(events__is_published=True).distinct(),
        to_field_name="slug",
        required=False,
        label=_("Series"),
        empty_label=_("All events"),
    )
    year = forms.TypedChoiceField(
        label=_("Year"), required=False, coerce=int, empty_value=None, choices=list
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = Event.objects.filter(is_published=True)
        years = {event.year for event in events.only("starts_at", "time_zone")}
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            ("", _("All years")),
            *((year, str(year)) for year in sorted(years, reverse=True)),
        ]
