"""What an organiser's remote control does: who is on, for how long, and who is next.

Two remotes may be pressed at once. Each press that moves the stage says what its screen
showed (``seen``), and moves nothing if that is no longer on: both pressed "next", and
the stage goes one step.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from judging.actions.dealing import deal_cards
from judging.models import Entry, Round
from judging.running import after, running_order
from submissions.models import Project

LONGEST_EXTRA = 24 * 60


class NotInThisRound(Refused):
    message = _("This project is not handed in, so it cannot be on stage.")


class AlreadyMoved(Refused):
    message = _("Somebody else pressed first. This is what is on now.")


class NoMoreDemos(Refused):
    message = _("That is where the running order ends.")


class NothingIsOn(Refused):
    message = _("Nothing is on, so there is no clock to change.")


class TooLong(Refused):
    message = _("The clock cannot be moved that far.")


def sight_of(round_: Round) -> str:
    """What is on, as a remote sends it back: nothing, a break or a project."""
    if round_.now_on_id:
        return str(round_.now_on_id)
    return "break" if round_.is_break else ""


def _locked(round_: Round, seen: str | None) -> Round:
    """The round as it is; refuse if the remote showed something else."""
    now = (
        Round.objects.select_for_update(of=("self",))
        .select_related("event", "now_on")
        .get(pk=round_.pk)
    )
    if seen is not None and sight_of(now) != seen:
        raise AlreadyMoved
    return now


def _turn_to(round_: Round, project: Project | None, *, is_break: bool) -> None:
    if project is not None or not is_break:
        round_.last_on = project
    elif round_.now_on_id:
        round_.last_on = round_.now_on
    round_.now_on = project
    round_.now_on_since = timezone.now() if project or is_break else None
    round_.extra_minutes = 0
    round_.save(update_fields=["now_on", "now_on_since", "extra_minutes", "last_on"])


@transaction.atomic
def put_on(
    round_: Round, project: Project, user: User, *, seen: str | None = None
) -> Project:
    """Say which demo is on now, wherever it stands in the running order."""
    round_ = _locked(round_, seen)
    if project not in running_order(round_):
        raise NotInThisRound
    _turn_to(round_, project, is_break=False)
    record(user, "judging.on_stage", project, event=round_.event)
    return project


@transaction.atomic
def step(round_: Round, user: User, by: int, *, seen: str | None = None) -> Project:
    """Go on (or back) in the running order; after a break from where it began."""
    round_ = _locked(round_, seen)
    order = running_order(round_)
    if round_.now_on_id is None and by < 0:
        by = 0  # back from a break is to what was on before it
    project = after(order, round_.now_on_id or round_.last_on_id, by)
    if project is None:
        raise NoMoreDemos
    _turn_to(round_, project, is_break=False)
    record(user, "judging.on_stage", project, event=round_.event)
    return project


@transaction.atomic
def take_break(round_: Round, user: User, *, seen: str | None = None) -> None:
    """Clear the stage; the running order goes on from here afterwards."""
    round_ = _locked(round_, seen)
    _turn_to(round_, None, is_break=True)
    record(user, "judging.stage_break", round_, event=round_.event)


@transaction.atomic
def clear_stage(round_: Round, user: User, *, seen: str | None = None) -> None:
    """The demos are over, or begin anew."""
    round_ = _locked(round_, seen)
    _turn_to(round_, None, is_break=False)
    record(user, "judging.stage_over", round_, event=round_.event)


@transaction.atomic
def give_minutes(
    round_: Round, minutes: int, user: User, *, seen: str | None = None
) -> None:
    """More (or fewer) minutes for the demo that is on, or for the break."""
    round_ = _locked(round_, seen)
    if round_.now_on_since is None:
        raise NothingIsOn
    extra = round_.extra_minutes + minutes
    shortest = 0 if round_.is_break else -round_.minutes_per_demo
    if not shortest <= extra <= LONGEST_EXTRA:
        raise TooLong
    round_.extra_minutes = extra
    round_.save(update_fields=["extra_minutes"])
    record(
        user,
        "judging.stage_minutes",
        round_.now_on or round_,
        event=round_.event,
        minutes=f"{minutes:+d}",
    )


@transaction.atomic
def restart_clock(round_: Round, user: User, *, seen: str | None = None) -> None:
    """The same demo (or break) again from its first second."""
    round_ = _locked(round_, seen)
    if round_.now_on_since is None:
        raise NothingIsOn
    round_.now_on_since = timezone.now()
    round_.extra_minutes = 0
    round_.save(update_fields=["now_on_since", "extra_minutes"])
    record(user, "judging.stage_clock", round_.now_on or round_, event=round_.event)


@transaction.atomic
def move_entry(round_: Round, project: Project, by: int, user: User) -> None:
    """One place up (-1) or down (+1) in the running order; at its ends nothing."""
    round_ = _locked(round_, None)
    order = running_order(round_)
    if project not in order:
        raise NotInThisRound
    place = order.index(project)
    target = place + by
    if not 0 <= target < len(order):
        return
    order.insert(target, order.pop(place))
    Entry.objects.bulk_create(
        [
            Entry(round=round_, project=one, position=number)
            for number, one in enumerate(order)
        ],
        update_conflicts=True,
        unique_fields=["round", "project"],
        update_fields=["position"],
    )
    record(user, "judging.stage_order", project, event=round_.event, place=target + 1)
    deal_cards(round_.event)
