"""What one person does with their survey. Everything may be done twice."""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.exceptions import Refused
from feedback.choosing import pick
from feedback.models import Answer, Invitation, Question, Response, ToolReview, Wish
from submissions.models import Tool, ToolUse

RESPONSE_FIELDS = frozenset({"role", "come_again", "what_to_change"})
REVIEW_FIELDS = frozenset(
    {
        "meets_my_needs",
        "easy_to_use",
        "again",
        "helped",
        "in_the_way",
        "remark",
        "may_quote",
    }
)
PARTS = frozenset({"tools", "answers", "wishes"})
# A handful, never a wall.
MOST_WISHES = 6
MOST_TOOLS = 20


class SurveyIsClosed(Refused):
    message = _("The survey is closed. Thank you for wanting to answer!")


class NotYourTool(Refused):
    message = _("Your project did not use this tool, so there is nothing to answer.")


class TooManyTools(Refused):
    message = _("Please name at most 20 tools: those that you have an opinion on.")


class UnknownQuestion(Refused):
    message = _("The survey has no such question.")


def tools_of(invitation: Invitation) -> QuerySet[Tool]:
    """What this person is asked about: their project's tools, and those they named."""
    return (
        Tool.objects.filter(
            Q(pk__in=declared_tools(invitation).values("pk"))
            | Q(
                pk__in=ToolReview.objects.filter(
                    response__invitation=invitation.pk
                ).values("tool")
            )
        )
        .select_related("category")
        .order_by("category__order", "name")
    )


def declared_tools(invitation: Invitation) -> QuerySet[Tool]:
    """What their team says on its project page."""
    if invitation.user_id is None:
        return Tool.objects.none()
    return Tool.objects.filter(
        uses__project__event=invitation.survey.event_id,
        uses__project__team__memberships__user=invitation.user_id,
    ).distinct()


def tools_to_wish_for(invitation: Invitation, used: Collection[Tool]) -> QuerySet[Tool]:
    """What they did not use, of the same categories; without tools of the event's."""
    event = invitation.survey.event_id
    categories = {tool.category_id for tool in used} or set(
        ToolUse.objects.filter(project__event=event).values_list(
            "tool__category", flat=True
        )
    )
    return Tool.objects.filter(category__in=categories).exclude(
        pk__in=[tool.pk for tool in used]
    )


def offered_wishes(
    invitation: Invitation, used: Collection[Tool], answered: Collection[int]
) -> list[Tool]:
    """The handful that this person is asked about: the same on every device.

    Everybody with the same categories gets the same ones, so that few tools are asked
    of many people; those that others used here come first. ``answered`` are in.
    """
    if not invitation.survey.asks_wishes:
        return []
    used_here: dict[int, int] = {}
    for tool in ToolUse.objects.filter(
        project__event=invitation.survey.event_id
    ).values_list("tool", flat=True):
        used_here[tool] = used_here.get(tool, 0) + 1
    candidates = list(tools_to_wish_for(invitation, used).order_by("pk"))
    by_pk = {tool.pk: tool for tool in candidates}
    chosen = pick(
        {tool.pk: tool.category_id for tool in candidates},
        first=answered,
        popularity=used_here,
        salt=invitation.survey_id,
        most=MOST_WISHES,
    )
    return [by_pk[pk] for pk in chosen]


def _claim(invitation: Invitation) -> Invitation:
    """The invitation under lock, if its survey still takes answers.

    The survey is read after the lock was had: ``close_survey`` marks it first and then
    waits for these locks, so nobody can save behind its back.
    """
    Invitation.objects.select_for_update().get(pk=invitation.pk)
    fresh = Invitation.objects.select_related("survey__event").get(pk=invitation.pk)
    if not fresh.survey.is_open:
        raise SurveyIsClosed
    return fresh


def _response_of(invitation: Invitation) -> Response:
    response, _is_new = Response.objects.get_or_create(
        invitation=invitation, defaults={"survey": invitation.survey}
    )
    return response


@transaction.atomic
def save_answers(invitation: Invitation, cleaned: Mapping[str, Any]) -> None:
    """Keep some answers and leave the others as they are; repeating changes nothing.

    ``cleaned`` may hold ``role``, ``come_again``, ``what_to_change``, and

    - ``tools``: from a tool's slug to answers with the names of ``ToolReview``;
    - ``answers``: from a question's number and a tool's slug (or nothing, where it is
      about the event) to what was said, ``""`` to take it back;
    - ``wishes``: from a tool's slug to whether they want it, ``None`` to take it back.
    """
    invitation = _claim(invitation)
    own = {key: value for key, value in cleaned.items() if key not in PARTS}
    reviews: Mapping[str, Mapping[str, Any]] = cleaned.get("tools", {})
    answers: Mapping[tuple[int, str], str] = cleaned.get("answers", {})
    wishes: Mapping[str, bool | None] = cleaned.get("wishes", {})
    if not RESPONSE_FIELDS.issuperset(own) or not all(
        REVIEW_FIELDS.issuperset(review) for review in reviews.values()
    ):
        raise UnknownQuestion
    tools = {tool.slug: tool for tool in tools_of(invitation)}
    if not {*reviews, *(slug for _pk, slug in answers if slug)} <= set(tools):
        raise NotYourTool
    asked = _asked(invitation, answers, tools)
    wanted = _wanted(invitation, wishes, tools.values())
    answered = Response.objects.filter(invitation=invitation).exists()
    if not answered and not _says_something(own, *reviews.values(), answers, wishes):
        return  # they looked and moved on: nothing was said
    response = _response_of(invitation)
    if own:
        for name, value in own.items():
            setattr(response, name, value)
        response.save(update_fields=sorted(own))
    for slug, review in reviews.items():
        ToolReview.objects.update_or_create(
            response=response,
            tool=tools[slug],
            defaults={**review, "survey": invitation.survey},
        )
    for question, tool, value in asked:
        _keep(
            Answer.objects.filter(response=response, question=question, tool=tool),
            Answer(
                survey=invitation.survey,
                response=response,
                question=question,
                tool=tool,
                value=value,
            ),
            {"value": value},
            is_said=bool(value),
        )
    for tool, wants_it in wanted:
        _keep(
            Wish.objects.filter(response=response, tool=tool),
            Wish(
                survey=invitation.survey,
                response=response,
                tool=tool,
                wants_it=bool(wants_it),
            ),
            {"wants_it": wants_it},
            is_said=wants_it is not None,
        )


def _keep(
    rows: QuerySet[Any], new: Answer | Wish, values: dict[str, Any], *, is_said: bool
) -> None:
    """One row for what was said, none for what was not; under the person's lock."""
    if not is_said:
        rows.delete()
    elif not rows.update(**values):
        new.save()


def _asked(
    invitation: Invitation,
    answers: Mapping[tuple[int, str], str],
    tools: Mapping[str, Tool],
) -> list[tuple[Question, Tool | None, str]]:
    """The answers with their questions, if all of these are asked of this person."""
    questions = (
        invitation.survey.questions.asked().in_bulk([pk for pk, _slug in answers])
        if answers
        else {}
    )
    found = []
    for (pk, slug), value in answers.items():
        question, tool = questions.get(pk), tools.get(slug)
        if (
            question is None
            or not question.concerns(tool)
            or (value and not question.accepts(value))
        ):
            raise UnknownQuestion
        found.append((question, tool, value))
    return found


def _wanted(
    invitation: Invitation,
    wishes: Mapping[str, bool | None],
    used: Iterable[Tool],
) -> list[tuple[Tool, bool | None]]:
    if not wishes:
        return []
    candidates = tools_to_wish_for(invitation, list(used)).filter(slug__in=wishes)
    by_slug = {tool.slug: tool for tool in candidates}
    if not (
        invitation.survey.asks_wishes
        and len(wishes) <= MOST_WISHES
        and set(wishes) <= set(by_slug)
    ):
        raise UnknownQuestion
    return [(by_slug[slug], wants_it) for slug, wants_it in wishes.items()]


def _says_something(*groups: Mapping[Any, Any]) -> bool:
    # Zero is an answer: "would not come again". So is a tool that one does not want,
    # but a box that is not ticked is none.
    given = chain.from_iterable(group.values() for group in groups[:-1])
    return any(value or (value == 0 and value is not False) for value in given) or any(
        wants_it is not None for wants_it in groups[-1].values()
    )


@transaction.atomic
def name_tools(invitation: Invitation, slugs: Collection[str]) -> None:
    """Exactly these did they use beside those of their project.

    What they said about one that is no longer named is forgotten.
    """
    invitation = _claim(invitation)
    declared = set(declared_tools(invitation).values_list("pk", flat=True))
    wanted = [
        tool
        for tool in Tool.objects.filter(slug__in=slugs).order_by("pk")
        if tool.pk not in declared
    ]
    if len(wanted) + len(declared) > max(MOST_TOOLS, len(declared)):
        raise TooManyTools
    if not wanted and not Response.objects.filter(invitation=invitation).exists():
        return
    response = _response_of(invitation)
    keep = declared | {tool.pk for tool in wanted}
    response.answers.filter(tool__isnull=False).exclude(tool__in=keep).delete()
    response.reviews.exclude(tool__in=keep).delete()
    for tool in wanted:
        ToolReview.objects.get_or_create(
            response=response, tool=tool, defaults={"survey": invitation.survey}
        )


@transaction.atomic
def finish_survey(invitation: Invitation) -> None:
    """The person says that this is all. They may still change it until it closes."""
    invitation = _claim(invitation)
    response = _response_of(invitation)
    response.is_finished = True
    response.save(update_fields=["is_finished"])
    Invitation.objects.filter(pk=invitation.pk, finished_at__isnull=True).update(
        finished_at=timezone.now()
    )
