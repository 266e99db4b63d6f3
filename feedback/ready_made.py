"""The questions that a new survey comes with: one tap each, and few of them.

Organisers may change or drop them until the survey opens. Those about a category are
asked on the page of each of its tools that somebody used. All are yes or no, or a
scale: of one answer in several, few would be given by k people at one event.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from feedback.models import Question

Kind = Question.Kind


@dataclass(frozen=True)
class Ready:
    text: str
    kind: Question.Kind
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
            _("Quotas, price or waiting held us back."),
            Kind.AGREEMENT,
            category="model-hubs-and-language-model-services",
        ),
        Ready(
            _("Would your code be simpler without it?"),
            Kind.YES_NO,
            category="language-model-frameworks",
        ),
        Ready(
            _("Did you need more than search by vectors?"),
            Kind.YES_NO,
            category="vector-stores",
        ),
        Ready(
            _("Did it answer within the first hour?"),
            Kind.YES_NO,
            category="serving",
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
