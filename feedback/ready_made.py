"""The questions that a new survey comes with: one tap each, and few of them.

Organisers may change or drop them until the survey opens. Those about a category are
asked on the page of each of its tools that somebody used.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from feedback.models import Question

Kind = Question.Kind


@dataclass(frozen=True)
class Ready:
    text: str
    kind: Question.Kind
    choices: tuple[str, ...] = ()
    category: str = ""  # a slug of the catalogue; empty: about the event


def ready_made() -> list[Ready]:
    """In the language of whoever makes the event."""
    return [
        Ready(_("I learned something that I will use at work."), Kind.AGREEMENT),
        Ready(
            _("Could a plain script have done the same?"),
            Kind.YES_NO,
            category="data-pipelines-and-orchestration",
        ),
        Ready(
            _("Did you look at what it had kept?"),
            Kind.YES_NO,
            category="experiment-tracking",
        ),
        Ready(
            _("What held you back most?"),
            Kind.CHOICE,
            (
                _("Nothing"),
                _("Quotas or rate limits"),
                _("Price"),
                _("Wrong answers"),
                _("Waiting for answers"),
            ),
            "model-hubs-and-language-model-services",
        ),
        Ready(
            _("How far did it carry you?"),
            Kind.CHOICE,
            (
                _("All the way"),
                _("Part of it, the rest is our own code"),
                _("We took it out again"),
            ),
            "language-model-frameworks",
        ),
        Ready(
            _("Which kind of search did you need?"),
            Kind.CHOICE,
            (
                _("Vectors alone"),
                _("Vectors and keywords"),
                _("With filters on other fields"),
                _("We cannot tell"),
            ),
            "vector-stores",
        ),
        Ready(
            _("How long until the first answer came out of it?"),
            Kind.CHOICE,
            (_("Minutes"), _("About an hour"), _("Half the day"), _("It never did")),
            "serving",
        ),
        Ready(
            _("Did it find something that you would have missed?"),
            Kind.YES_NO,
            category="evaluation",
        ),
        Ready(
            _("Did it show you something that you would have missed?"),
            Kind.YES_NO,
            category="observability",
        ),
    ]
