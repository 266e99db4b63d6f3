"""What was said to the questions that organisers added, and what people wish for.

As everywhere, only of closed surveys and only in groups of k: :mod:`feedback.privacy`.
Each question stands for itself, each tool too: nothing is summed over tools, because
the same people would be counted in two ways.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from feedback.landscape.verdicts import desired, final_surveys
from feedback.models import Question, Survey, Wish
from feedback.privacy import shown, shown_groups
from feedback.statistics import Estimate, mean_with_interval, share_with_interval
from submissions.models import Tool

OF_THE_SURVEY = (
    "survey__event_id",
    "survey__event__series_id",
    "survey__k",
    "survey__event__privacy_k",
    "survey__closed_at",
)


@dataclass(frozen=True)
class QuestionResult:
    """At least k answers to one question (about one tool, if it is about tools)."""

    question: Question
    tool: Tool | None
    n: int
    mean: Estimate | None = None  # of 1 to 7
    yes: Estimate | None = None
    # One line per answer that k people gave; the others together.
    counts: tuple[tuple[str, int], ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Desired:
    tool: Tool
    share: Estimate


def question_results(survey: Survey) -> list[QuestionResult]:
    """By question, and by tool where a question is about several."""
    rows: dict[tuple[int, int | None], list[Any]] = defaultdict(list)
    if survey.closed_at:
        for row in survey.answers.order_by("pk").values_list(
            "question_id", "tool_id", "value", *OF_THE_SURVEY, named=True
        ):
            rows[row.question_id, row.tool_id].append(row)
    tools = Tool.objects.in_bulk([pk for _question, pk in rows if pk])
    found = []
    for question in survey.questions.select_related("tool", "category"):
        about = [pk for asked, pk in rows if asked == question.pk]
        for pk in sorted(about, key=lambda pk: tools[pk].name if pk else ""):
            said = shown(rows[question.pk, pk], lambda row: row.value)
            if said:
                tool = tools[pk] if pk else None
                found.append(_result(question, tool, said, survey.k_now))
    return found


def _result(
    question: Question, tool: Tool | None, said: Sequence[str], k: int
) -> QuestionResult:
    match question.kind:
        case Question.Kind.AGREEMENT:
            mean = mean_with_interval(
                [int(value) for value in said if question.accepts(value)],
                lowest=1,
                highest=7,
            )
            return QuestionResult(question, tool, len(said), mean=mean)
        case Question.Kind.YES_NO:
            yes = share_with_interval(said.count("yes"), len(said))
            return QuestionResult(question, tool, len(said), yes=yes)
        case Question.Kind.CHOICE:
            large, rest = shown_groups(Counter(said), k)
            counts = sorted(large.items(), key=lambda item: (-item[1], item[0]))
            if rest:
                other = _("Other answers") if counts else _("Different answers")
                counts.append((other, rest))
            return QuestionResult(question, tool, len(said), counts=tuple(counts))
        case _:
            return QuestionResult(question, tool, len(said), texts=tuple(said))


def desired_by_tool(wishes: QuerySet[Wish]) -> dict[int, Estimate]:
    """Of those who were asked about a tool they did not use: how many want to use it.

    From a tool's key to a share from 0 to 1 with its 90 % interval and ``n``; a tool
    without k answers is not in it. For one event, a series, or all::

        desired_by_tool(Wish.objects.final().filter(survey__event=event))
        desired_by_tool(closed_in(Wish.objects.final(), series))
        desired_by_tool(Wish.objects.final())
    """
    return desired(wishes, final_surveys())


def desired_tools(survey: Survey) -> list[Desired]:
    """Of one event, the most desired first."""
    shares = desired(survey.wishes.all(), final_surveys(survey.event_id))
    tools = Tool.objects.in_bulk(shares)
    return sorted(
        (Desired(tools[pk], share) for pk, share in shares.items()),
        key=lambda desired: (-desired.share.value, desired.tool.name.casefold()),
    )
