"""Everything that can happen to a survey."""

import secrets
from collections.abc import Mapping
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from core.pagecache import touch_event, touch_lists
from events.log import record
from events.models import Event, Phase, Registration
from feedback.models import Invitation, Response, Survey, ToolReview
from notifications.outbox import Topic, notify
from submissions.models import Tool

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


class SurveyIsClosed(Refused):
    message = _("The survey is closed. Thank you for wanting to answer!")


class TooEarly(Refused):
    message = _("The survey opens when the event is over and its survey phase begins.")


class StillOpen(Refused):
    message = _("The survey phase is still open. Let it end first.")


class NotYourTool(Refused):
    message = _("Your project did not use this tool, so there is nothing to answer.")


class UnknownQuestion(Refused):
    message = _("The survey has no such question.")


def people_to_ask(event: Event) -> QuerySet[User]:
    """Who came; where nobody was checked in, everybody who was to come."""
    came = event.registrations.filter(status=Registration.Status.CHECKED_IN)
    if not came.exists():
        came = event.registrations.taking_part()
    return User.objects.filter(pk__in=came.values("user"), is_active=True)


def tools_of(invitation: Invitation) -> QuerySet[Tool]:
    """What this person is asked about: their project's tools, and those answered."""
    return (
        Tool.objects.filter(
            Q(
                pk__in=Tool.objects.filter(
                    uses__project__event=invitation.survey.event_id,
                    uses__project__team__memberships__user=invitation.user_id,
                ).values("pk")
            )
            | Q(
                pk__in=ToolReview.objects.filter(
                    response__invitation=invitation.pk
                ).values("tool")
            )
        )
        .select_related("category")
        .order_by("category__order", "name")
    )


@transaction.atomic
def open_survey(event: Event) -> bool:
    """Invite everybody who took part, each once; whether this call was the one.

    The conditional update makes two workers who try at once take turns, and lets the
    second find nothing to do.
    """
    if not (event.is_published and event.is_over and event.is_open_for(Phase.SURVEY)):
        raise TooEarly
    survey, _is_new = Survey.objects.get_or_create(event=event)
    claimed = Survey.objects.filter(pk=survey.pk, opened_at__isnull=True).update(
        opened_at=timezone.now()
    )
    if not claimed:
        return False
    invited = Invitation.objects.bulk_create(
        Invitation(survey=survey, user=user) for user in people_to_ask(event)
    )
    window = event.window(Phase.SURVEY)
    for invitation in invited:
        notify(
            [invitation.user],
            "feedback/email/survey_open",
            key=f"survey-open:{invitation.pk}",
            event=event,
            topic=Topic.SURVEY,
            context={
                "event": event.name,
                "path": reverse("feedback:survey", args=[invitation.token]),
            },
            expires_at=window.closes_at if window else None,
        )
    record(None, "feedback.survey_opened", event, event=event, invited=len(invited))
    touch_event(event.slug)
    return True


def _claim(invitation: Invitation) -> Invitation:
    """The invitation under lock, if its survey still takes answers.

    The survey is read after the lock was had: :func:`close_survey` marks it first and
    then waits for these locks, so nobody can save behind its back.
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

    ``cleaned`` may hold ``role``, ``come_again``, ``what_to_change`` and ``tools``: a
    dict from a tool's slug to that tool's answers, with the names of ``ToolReview``.
    """
    invitation = _claim(invitation)
    reviews: Mapping[str, Mapping[str, Any]] = cleaned.get("tools", {})
    own = {key: value for key, value in cleaned.items() if key != "tools"}
    if not RESPONSE_FIELDS.issuperset(own) or not all(
        REVIEW_FIELDS.issuperset(answers) for answers in reviews.values()
    ):
        raise UnknownQuestion
    tools = {tool.slug: tool for tool in tools_of(invitation)} if reviews else {}
    if not set(reviews) <= set(tools):
        raise NotYourTool
    answered = Response.objects.filter(invitation=invitation).exists()
    if not answered and not _says_something(own, reviews):
        return  # they looked and moved on: nothing was said
    response = _response_of(invitation)
    if own:
        for name, value in own.items():
            setattr(response, name, value)
        response.save(update_fields=sorted(own))
    for slug, answers in reviews.items():
        ToolReview.objects.update_or_create(
            response=response,
            tool=tools[slug],
            defaults={**answers, "survey": invitation.survey},
        )


def _says_something(
    own: Mapping[str, Any], reviews: Mapping[str, Mapping[str, Any]]
) -> bool:
    given = [*own.values(), *chain(*(answers.values() for answers in reviews.values()))]
    # Zero is an answer: "would not come again".
    return any(value or (value == 0 and value is not False) for value in given)


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


@transaction.atomic
def close_survey(event: Event) -> bool:
    """Make the answers final and nobody's; whether this call was the one.

    Finished and unfinished answers are kept. What remains of the invitations is whether
    the person finished, and no longer when.
    """
    if event.is_open_for(Phase.SURVEY):
        raise StillOpen
    now = timezone.now()
    claimed = Survey.objects.filter(
        event=event, opened_at__isnull=False, closed_at__isnull=True
    ).update(closed_at=now)
    if not claimed:
        return False
    survey = Survey.objects.get(event=event)
    # Wait for those who are saving at this moment; whoever comes later is refused.
    list(survey.invitations.select_for_update().order_by("pk").values_list("pk"))
    survey.invitations.filter(finished_at__isnull=False).update(finished_at=now)
    _cut(survey)
    record(None, "feedback.survey_closed", event, event=event)
    touch_event(event.slug)
    touch_lists()
    return True


def _cut(survey: Survey) -> None:
    """Write all answers anew in random order, tied to nobody and not to each other."""
    chance = secrets.SystemRandom()
    responses = list(survey.responses.all())
    reviews = [review for review in survey.reviews.all() if review.says_something]
    survey.reviews.all().delete()
    survey.responses.all().delete()
    for response in responses:
        response.pk, response.invitation = None, None
    for review in reviews:
        review.pk, review.response = None, None
    chance.shuffle(responses)
    chance.shuffle(reviews)
    Response.objects.bulk_create(responses)
    ToolReview.objects.bulk_create(reviews)
