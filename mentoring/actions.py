"""Everything that can happen to a request for help."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event, Registration
from mentoring.models import HelpRequest, Offer
from notifications.outbox import Topic, notify
from submissions.models import Tool
from teams.models import Membership, Team

Status = HelpRequest.Status


class NotOnNow(Refused):
    message = _("Mentors walk about while the event is on. Ask then.")


class NoTeam(Refused):
    message = _("You are in no team here. Mentors go to teams.")


class InTheQueueAlready(Refused):
    message = _("Your team is in the queue already.")


class OwnTeam(Refused):
    message = _("This is your own team.")


class TakenAlready(Refused):
    message = _("Somebody else is on the way. Thank you!")


class ClosedAlready(Refused):
    message = _("This request is closed already.")


class NobodyCame(Refused):
    message = _("Nobody is on the way yet. Take it back if you need no help any more.")


class NothingToThankFor(Refused):
    message = _("Thank people when they have helped.")


@transaction.atomic
def ask_for_help(
    event: Event, user: User, *, topic: str, tool: Tool | None = None, place: str = ""
) -> HelpRequest:
    """Put the person's team into the queue; once, until it was helped."""
    if not event.is_on:
        raise NotOnNow
    seat = Membership.objects.filter(event=event, user=user).first()
    if seat is None:
        raise NoTeam
    team = Team.objects.select_for_update().get(pk=seat.team_id)
    if HelpRequest.objects.open().filter(team=team).exists():
        raise InTheQueueAlready
    request = HelpRequest.objects.create(
        event=event,
        team=team,
        asked_by=user,
        topic=topic,
        tool=tool,
        place=place or team.table,
    )
    record(user, "mentoring.asked", team, event=event)
    return request


def _lock(request: HelpRequest) -> HelpRequest:
    return (
        HelpRequest.objects.select_for_update(of=("self",))
        .select_related("team", "event")
        .get(pk=request.pk)
    )


@transaction.atomic
def take_request(request: HelpRequest, user: User) -> None:
    """Say that one is on the way. The first who says so goes."""
    request = _lock(request)
    if request.taken_by_id == user.pk and request.status == Status.TAKEN:
        return
    if request.status == Status.TAKEN:
        raise TakenAlready
    if request.status != Status.WAITING:
        raise ClosedAlready
    if Membership.objects.filter(team=request.team, user=user).exists():
        raise OwnTeam
    request.status, request.taken_by = Status.TAKEN, user
    request.taken_at = timezone.now()
    request.save(update_fields=["status", "taken_by", "taken_at"])
    record(user, "mentoring.taken", request.team, event=request.event)


@transaction.atomic
def put_back(request: HelpRequest, user: User) -> None:
    """The helper cannot come after all; the team keeps its place in the queue."""
    request = _lock(request)
    if request.status != Status.TAKEN:
        raise ClosedAlready
    request.status, request.taken_by, request.taken_at = Status.WAITING, None, None
    request.save(update_fields=["status", "taken_by", "taken_at"])
    record(user, "mentoring.put_back", request.team, event=request.event)


@transaction.atomic
def close_request(request: HelpRequest, user: User) -> None:
    """Somebody came. Who needs nobody any more takes the request back."""
    request = _lock(request)
    if request.status == Status.WAITING:
        raise NobodyCame
    if request.status != Status.TAKEN:
        raise ClosedAlready
    request.status, request.closed_at = Status.DONE, timezone.now()
    request.save(update_fields=["status", "closed_at"])
    record(user, "mentoring.closed", request.team, event=request.event)


@transaction.atomic
def withdraw_request(request: HelpRequest, user: User) -> None:
    """It was not needed; nothing counts it."""
    request = _lock(request)
    if request.status not in HelpRequest.OPEN:
        raise ClosedAlready
    request.status, request.closed_at = Status.WITHDRAWN, timezone.now()
    request.save(update_fields=["status", "closed_at"])
    record(user, "mentoring.withdrawn", request.team, event=request.event)


@transaction.atomic
def thank(request: HelpRequest, user: User) -> None:
    """Tell the helper that it helped; once."""
    request = _lock(request)
    if request.status != Status.DONE or request.taken_by is None:
        raise NothingToThankFor
    if request.is_thanked:
        return
    request.is_thanked = True
    request.save(update_fields=["is_thanked"])
    notify(
        [request.taken_by],
        "mentoring/email/thanks",
        key=f"help-thanks:{request.pk}",
        event=request.event,
        topic=Topic.TEAM,
        context={
            "event": request.event.name,
            "team": request.team.name,
            "path": f"{request.event.get_absolute_url()}help/",
        },
    )
    record(user, "mentoring.thanked", request.team, event=request.event)


@transaction.atomic
def offer_help(
    registration: Registration, *, about: str, tools: Iterable[Tool]
) -> Offer:
    """What a mentor knows, for the list that teams read. One's own row, so no log."""
    offer, _is_new = Offer.objects.update_or_create(
        registration=registration, defaults={"about": about}
    )
    offer.tools.set(tools)
    return offer
