"""What organisers and the clock do with a survey: prepare, open, ask more, close."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from core.pagecache import touch_event, touch_lists
from core.wall_clock import move
from events.attendance import who_came
from events.log import record
from events.models import Event, Phase, PhaseWindow, Registration
from feedback.models import (
    SMALLEST_K,
    Answer,
    Invitation,
    Question,
    Response,
    Survey,
    ToolReview,
    Wish,
)
from feedback.privacy import keep_roles
from feedback.ready_made import ready_made
from notifications.outbox import Topic, notify, notify_address
from submissions.models import ToolCategory

OPENED = "feedback/email/survey_open"
USUAL_LENGTH = timedelta(weeks=2)
MOST_ADDRESSES = 500


class TooEarly(Refused):
    message = _("The survey opens when the event is over and its survey phase begins.")


class NotBegun(Refused):
    message = _("The survey cannot open before the event has begun.")


class StillOpen(Refused):
    message = _("The survey phase is still open. Let it end first.")


class NotOpen(Refused):
    message = _("The survey is not open, so it cannot be closed.")


class IsClosed(Refused):
    message = _("The survey is closed for good: its answers are cut off from people.")


class TooManyAddresses(Refused):
    message = _("At most 500 people without an account can be asked about one event.")


def people_to_ask(event: Event) -> QuerySet[User]:
    """Who came; where no list was kept at the desk, everybody who was to come."""
    return User.objects.filter(pk__in=who_came(event).values("user"), is_active=True)


@transaction.atomic
def prepare_survey(event: Event) -> Survey:
    """The event's survey; a new one asks what ours usually ask."""
    survey, is_new = Survey.objects.get_or_create(event=event)
    if is_new:
        categories = {c.slug: c for c in ToolCategory.objects.all()}
        wanted = [q for q in ready_made() if not q.category or q.category in categories]
        Question.objects.bulk_create(
            Question(
                survey=survey,
                order=order,
                text=question.text,
                kind=question.kind,
                category=categories.get(question.category),
            )
            for order, question in enumerate(wanted)
        )
    return survey


@transaction.atomic
def open_survey(
    event: Event, actor: User | None = None, *, by_hand: bool = False
) -> bool:
    """Invite everybody who took part, each once; whether this call was the one.

    The conditional update makes two workers who try at once take turns, and lets the
    second find nothing to do.
    """
    is_time = event.is_over or (by_hand and timezone.now() >= event.starts_at)
    if not (event.is_published and is_time and event.is_open_for(Phase.SURVEY)):
        raise TooEarly
    survey = prepare_survey(event)
    claimed = Survey.objects.filter(pk=survey.pk, opened_at__isnull=True).update(
        opened_at=timezone.now()
    )
    if not claimed:
        return False
    people = people_to_ask(event).exclude(survey_invitations__survey=survey)
    Invitation.objects.bulk_create(
        Invitation(survey=survey, user=user) for user in people
    )
    invited = list(survey.invitations.select_related("user").order_by("pk"))
    _send_links(event, invited)
    record(actor, "feedback.survey_opened", event, event=event, invited=len(invited))
    touch_event(event.slug)
    return True


@transaction.atomic
def open_now(event: Event, actor: User) -> bool:
    """An organiser does not wait for the clock: the survey's window begins now."""
    now = timezone.now()
    if not event.is_published or now < event.starts_at:
        raise NotBegun
    survey = prepare_survey(event)
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if survey.closed_at:
        raise IsClosed
    window = PhaseWindow.objects.filter(event=event, phase=Phase.SURVEY).first()
    if window is None:
        window = PhaseWindow(event=event, phase=Phase.SURVEY, closes_at=now)
        window.opens_at = now
    window.opens_at = min(window.opens_at, now)
    if window.closes_at <= now:
        window.closes_at = move(now, USUAL_LENGTH, event.zone)
    window.save()
    fresh = Event.objects.with_windows().get(pk=event.pk)
    return open_survey(fresh, actor, by_hand=True)


@transaction.atomic
def invite_latecomer(registration: Registration) -> None:
    """Whoever is checked in while the survey is open is asked like the others."""
    event = registration.event
    survey = Survey.objects.select_for_update().filter(event=event).first()
    if survey is None or survey.opened_at is None or survey.closed_at:
        return
    invitation, is_new = Invitation.objects.get_or_create(
        survey=survey, user=registration.user
    )
    if is_new:
        _send_links(event, [invitation])


def _send_links(event: Event, invitations: Iterable[Invitation]) -> None:
    window = event.window(Phase.SURVEY)
    for invitation in invitations:
        common: dict[str, Any] = {
            "key": f"survey-open:{invitation.pk}",
            "event": event,
            "topic": Topic.SURVEY,
            "context": {
                "event": event.name,
                "path": reverse("feedback:survey", args=[invitation.token]),
            },
            "expires_at": window.closes_at if window else None,
        }
        if invitation.user:
            notify([invitation.user], OPENED, **common)
        else:
            notify_address(invitation.address, OPENED, **common)


@transaction.atomic
def invite_addresses(event: Event, addresses: Collection[str], actor: User) -> int:
    """Ask people who have no account, each once; how many are asked in addition.

    Whoever has an account is asked by it: nobody learns from here whether they do.
    Before the survey opens they are noted, and get their link with the others.
    """
    survey = prepare_survey(event)
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    if survey.closed_at:
        raise IsClosed
    wanted = {address.lower() for address in addresses}
    wanted -= set(survey.invitations.values_list("address", flat=True))
    accounts = {
        user.email.lower(): user
        for user in User.objects.filter(email__in=wanted, is_active=True)
    }
    asked = set(survey.invitations.values_list("user", flat=True))
    if survey.opened_at is None:  # they are asked when it opens
        asked |= set(people_to_ask(event).values_list("pk", flat=True))
    new = [
        Invitation(survey=survey, user=accounts[address])
        if address in accounts
        else Invitation(survey=survey, address=address)
        for address in sorted(wanted)
        if address not in accounts or accounts[address].pk not in asked
    ]
    by_address = survey.invitations.exclude(address="").count()
    if by_address + len(new) > MOST_ADDRESSES:
        raise TooManyAddresses
    Invitation.objects.bulk_create(new)
    if new:
        record(actor, "feedback.people_asked", event, event=event, invited=len(new))
    if survey.opened_at:
        _send_links(event, new)
    return len(new)


@transaction.atomic
def close_now(event: Event, actor: User) -> bool:
    """An organiser ends the survey's window, and with it the survey."""
    now = timezone.now()
    survey = Survey.objects.select_for_update().filter(event=event).first()
    if survey is None or survey.opened_at is None or survey.closed_at:
        raise NotOpen
    PhaseWindow.objects.filter(
        event=event, phase=Phase.SURVEY, closes_at__gt=now
    ).update(closes_at=now)
    return close_survey(Event.objects.with_windows().get(pk=event.pk), actor)


@transaction.atomic
def close_survey(event: Event, actor: User | None = None) -> bool:
    """Make the answers final and nobody's; whether this call was the one.

    Finished and unfinished answers are kept. What remains of the invitations is whether
    the person finished, and no longer when; of those without an account not even who.
    """
    if event.is_open_for(Phase.SURVEY):
        raise StillOpen
    now = timezone.now()
    claimed = Survey.objects.filter(
        event=event, opened_at__isnull=False, closed_at__isnull=True
    ).update(
        closed_at=now,
        k=max(event.privacy_k, SMALLEST_K),
        series_at_closing=event.series_id,
    )
    if not claimed:
        return False
    survey = Survey.objects.get(event=event)
    # Wait for those who are saving at this moment; whoever comes later is refused.
    list(survey.invitations.select_for_update().order_by("pk").values_list("pk"))
    survey.invitations.filter(finished_at__isnull=False).update(finished_at=now)
    survey.invitations.exclude(address="").update(address="")
    _cut(survey)
    record(actor, "feedback.survey_closed", event, event=event)
    touch_event(event.slug)
    touch_lists()
    return True


def _cut(survey: Survey) -> None:
    """Write all answers anew in random order, tied to nobody and not to each other."""
    reviewed = set(survey.reviews.values_list("response", "tool"))
    everything = survey.reviews.select_related("response")
    reviews = [row for row in everything if row.says_something]
    _note_roles(survey, reviews)
    responses = list(survey.responses.all())
    parts: list[tuple[type[Any], list[Any]]] = [
        (ToolReview, reviews),
        (Answer, list(survey.answers.all())),
        # What somebody used after all is no wish.
        (
            Wish,
            [
                row
                for row in survey.wishes.all()
                if (row.response_id, row.tool_id) not in reviewed
            ],
        ),
    ]
    for tied in (survey.reviews, survey.answers, survey.wishes, survey.responses):
        tied.all().delete()
    for response in responses:
        response.invitation = None
    for _model, answers in parts:
        for answer in answers:
            answer.response = None
    chance = secrets.SystemRandom()
    parts.append((Response, responses))
    for model, rows in parts:
        for row in rows:
            row.pk = None
        chance.shuffle(rows)
        model.objects.bulk_create(rows)


def _note_roles(survey: Survey, reviews: list[ToolReview]) -> None:
    """What its writer does goes with a review only where k others do the same."""
    role_of = {
        review: review.response.role if review.response else "" for review in reviews
    }
    roles = defaultdict(list)
    for review, role in role_of.items():
        roles[review.tool_id].append(role)
    kept = keep_roles(roles, survey.k)
    for review, role in role_of.items():
        review.role = role if role in kept[review.tool_id] else ""
