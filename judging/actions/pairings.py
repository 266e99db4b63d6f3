"""An organiser's word on who sees what, and judges who come and go."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event
from judging.actions.dealing import deal_cards
from judging.conflicts import conflicts_of
from judging.models import Judge, Pairing, Recusal, Round, Scorecard
from submissions.models import Project


class OtherEvent(Refused):
    message = _("This judge or project belongs to another event.")


class IsInConflict(Refused):
    message = _("There is a conflict of interest: this judge must not see it.")


class IsNotHere(Refused):
    message = _("This judge has left, or their link is revoked.")


class HasSeenIt(Refused):
    message = _(
        "This judge has begun to score it. If it must not count, record a conflict of "
        "interest."
    )


class TooLateToTakeBack(Refused):
    message = _(
        "You stepped back a while ago, and others judge it now. Ask the organisers."
    )


def _lock(event_id: int, judge: Judge, project: Project) -> Event:
    if judge.event_id != event_id or project.event_id != event_id:
        raise OtherEvent
    return Event.objects.select_for_update().get(pk=event_id)


@transaction.atomic
def pin(round_: Round, judge: Judge, project: Project, user: User) -> None:
    """Send a judge to a project, whatever their tracks."""
    event = _lock(round_.event_id, judge, project)
    if not judge.is_here:
        raise IsNotHere
    if project.pk in conflicts_of(judge):
        raise IsInConflict
    _rule(round_, judge, project, Pairing.Rule.PIN)
    record(
        user,
        "judging.pinned",
        project,
        event=event,
        judge=judge,
        round=str(round_),
    )
    deal_cards(event)


@transaction.atomic
def forbid(round_: Round, judge: Judge, project: Project, user: User) -> None:
    """Keep a judge away from a project; somebody else gets it at once."""
    event = _lock(round_.event_id, judge, project)
    card = Scorecard.objects.filter(round=round_, judge=judge, project=project).first()
    if card is not None and card.is_begun:
        raise HasSeenIt
    _rule(round_, judge, project, Pairing.Rule.FORBID)
    _record_pair(user, "judging.forbidden", round_, judge, project)
    deal_cards(event)


def _record_pair(
    user: User, verb: str, round_: Round, judge: Judge, project: Project
) -> None:
    record(user, verb, project, event=round_.event, judge=judge, round=round_.name)


def _rule(round_: Round, judge: Judge, project: Project, rule: str) -> None:
    Pairing.objects.update_or_create(
        round=round_, judge=judge, project=project, defaults={"rule": rule}
    )


@transaction.atomic
def free(round_: Round, judge: Judge, project: Project, user: User) -> None:
    """Take back a pin or a ban: the plan decides again."""
    event = _lock(round_.event_id, judge, project)
    if Pairing.objects.filter(round=round_, judge=judge, project=project).delete()[0]:
        _record_pair(user, "judging.freed", round_, judge, project)
        deal_cards(event)


# --- Conflicts of interest


@transaction.atomic
def declare_conflict(judge: Judge, project: Project, reason: str = "") -> None:
    """A judge steps back from one project; what they gave it does not count.

    Nothing of it is deleted. Somebody else gets the project at once.
    """
    _recuse(judge, project, None, Recusal.Source.DECLARED, reason)


@transaction.atomic
def record_conflict(
    judge: Judge, project: Project, user: User, reason: str = ""
) -> None:
    """Organisers know of a conflict; it counts as if the judge had declared it."""
    _recuse(judge, project, user, Recusal.Source.ORGANISER, reason)


def _recuse(
    judge: Judge, project: Project, user: User | None, source: str, reason: str
) -> None:
    event = _lock(judge.event_id, judge, project)
    reason = reason.strip()[:200]
    _recusal, is_new = Recusal.objects.get_or_create(
        judge=judge, project=project, defaults={"source": source, "reason": reason}
    )
    if not is_new:
        return
    record(
        user,
        "judging.conflict_recorded" if user else "judging.conflict",
        project,
        event=event,
        actor_name="" if user else judge.name,
        judge=judge,
        reason=reason,
    )
    deal_cards(event)


@transaction.atomic
def take_back_conflict(judge: Judge, project: Project) -> None:
    """The judge tapped the wrong button; only what they declared, and only at once."""
    event = _lock(judge.event_id, judge, project)
    mine = Recusal.objects.filter(
        judge=judge, project=project, source=Recusal.Source.DECLARED
    )
    for recusal in mine:
        if not recusal.can_be_taken_back:
            raise TooLateToTakeBack
        recusal.delete()
        record(
            None,
            "judging.conflict_taken_back",
            project,
            event=event,
            actor_name=judge.name,
            judge=judge.name,
        )
        deal_cards(event)


@transaction.atomic
def lift_conflict(judge: Judge, project: Project, user: User) -> None:
    """It was no conflict: what the judge gave counts again."""
    event = _lock(judge.event_id, judge, project)
    if not Recusal.objects.filter(judge=judge, project=project).delete()[0]:
        return
    record(user, "judging.conflict_lifted", project, event=event, judge=judge)
    deal_cards(event)


# --- Judges who come and go


@transaction.atomic
def judge_left(judge: Judge, user: User) -> None:
    """Gone home: what they have not finished goes to others at once."""
    event = Event.objects.select_for_update().get(pk=judge.event_id)
    if Judge.objects.present().filter(pk=judge.pk).update(left_at=timezone.now()):
        record(user, "judging.left", judge, event=event)
        deal_cards(event)


@transaction.atomic
def judge_back(judge: Judge, user: User) -> None:
    """There again: they take their share of what is open."""
    event = Event.objects.select_for_update().get(pk=judge.event_id)
    if Judge.objects.filter(pk=judge.pk, left_at__isnull=False).update(left_at=None):
        record(user, "judging.back", judge, event=event)
        deal_cards(event)
