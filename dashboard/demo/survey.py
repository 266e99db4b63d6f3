"""What the people of the demo answer beyond the usual: own questions and wishes."""

from random import Random
from typing import Any

from events.models import Event
from feedback.actions import offered_wishes, prepare_survey
from feedback.models import Invitation, Question
from submissions.models import Tool

HOSTS_TOOL = "Langfuse"
MISSED = [
    "Cost by team, not by key.",
    "A way to compare two traces side by side.",
    "Nothing, it was there from the first call.",
    "An export that a spreadsheet can read.",
    "Filtering by our own labels.",
    "Less clicking to see the prompt.",
]


def ask_as_host(event: Event) -> None:
    """The usual questions, and what the hosts want to know about their own tool."""
    tool = Tool.objects.filter(name=HOSTS_TOOL).first()
    if tool is not None:
        Question.objects.create(
            survey=prepare_survey(event),
            tool=tool,
            text="What did you look for and not find?",
            kind=Question.Kind.TEXT,
            order=50,
        )


def further_answers(
    invitation: Invitation, tools: list[Tool], chance: Random
) -> dict[str, Any]:
    """Most answer most; a few skip the page of wishes."""
    survey = invitation.survey
    answers = {
        (question.pk, ""): _said(question, chance)
        for question in survey.questions.about_the_event()
    } | {
        (question.pk, tool.slug): _said(question, chance)
        for tool in tools
        for question in survey.questions.about(tool)
    }
    offered = offered_wishes(invitation, tools, ())
    liked = {tool.pk: (tool.pk * 37 % 70 + 10) / 100 for tool in offered}
    wishes = {tool.slug: chance.random() < liked[tool.pk] for tool in offered}
    skips = chance.random() < 0.15  # noqa: PLR2004
    return {"answers": answers, "wishes": {} if skips else wishes}


def _said(question: Question, chance: Random) -> str:
    kinds = Question.Kind
    match question.kind:
        case kinds.AGREEMENT:
            return str(min(7, max(1, round(chance.gauss(5.6, 1.1)))))
        case kinds.YES_NO:
            return chance.choice(["yes", "yes", "no"])
        case kinds.CHOICE:
            # Earlier ones are said more often.
            options = question.options
            return chance.choice(
                [o for n, o in enumerate(options) for _ in options[n:]]
            )
        case _:
            return chance.choice(MISSED)
