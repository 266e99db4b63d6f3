"""When a round is on, and who takes part in it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event, Phase
from judging.actions.dealing import NoRubric, deal_cards
from judging.hall import NO_PLACE
from judging.models import Entry, Round, Score
from judging.standings import deciding_order
from submissions.models import Project


class NotHandedIn(Refused):
    message = _("Only a project of this event that is handed in can take part.")


class OpensByItself(Refused):
    message = _("This round follows no other: it opens when judging does.")


class AlreadyOpen(Refused):
    message = _("This round is open already.")


class AlreadyClosed(Refused):
    message = _("This round is closed already.")


class NobodyGoesOn(Refused):
    message = _("Nobody is on the list yet. Choose first who goes on.")


class EarlierRoundIsOpen(Refused):
    message = _("The round before is still open. Close it first: the order may change.")


class NothingToFollow(Refused):
    message = _("This round follows no other, so all projects take part.")


class NobodyIsScored(Refused):
    message = _("Nobody has scored anything in the round before, so nobody is best.")


class HasBegun(Refused):
    message = _("Judges have scored in this round already. The list stays as it is.")


class ReasonIsMissing(Refused):
    message = _("Say why, in a few words: it stands in the log.")


class IsScoredHere(Refused):
    message = _(
        "Judges have scored this project in this round. Set it aside instead: what "
        "they gave stays."
    )


def _locked(round_: Round) -> Round:
    """The round as it is; whatever changes who takes part waits its turn."""
    Event.objects.select_for_update().get(pk=round_.event_id)
    return (
        Round.objects.select_related("event", "follows__event")
        .prefetch_related("event__windows")
        .get(pk=round_.pk)
    )


# --- Open and closed


@transaction.atomic
def open_round(round_: Round, user: User) -> None:
    """Let judges score, and deal them their cards. Opens again what was closed."""
    round_ = _locked(round_)
    if round_.kind != Round.Kind.PAIRWISE and not round_.criteria.current().exists():
        raise NoRubric
    if round_.closed_at is None:
        if round_.follows is None:
            raise OpensByItself
        if round_.opened_at is not None:
            raise AlreadyOpen
    if round_.follows is not None:
        if round_.follows.is_open:
            raise EarlierRoundIsOpen
        if not round_.entries.exists():
            raise NobodyGoesOn
        round_.opened_at = round_.opened_at or timezone.now()
    round_.closed_at = None
    round_.save(update_fields=["opened_at", "closed_at"])
    record(user, "judging.round_opened", round_, event=round_.event)
    deal_cards(round_.event)


@transaction.atomic
def close_round(round_: Round, user: User) -> None:
    """From now on scores for this round come late."""
    round_ = _locked(round_)
    if round_.closed_at is not None:
        raise AlreadyClosed
    round_.closed_at = timezone.now()
    round_.save(update_fields=["closed_at"])
    record(user, "judging.round_closed", round_, event=round_.event)


class JudgingIsClosed(Refused):
    message = _("Judging is closed already.")


@transaction.atomic
def end_judging(event: Event, user: User) -> None:
    """Close judging now, whatever the clock was to do, so that one can publish."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    window = event.window(Phase.JUDGING)
    if window is None or not event.is_open_for(Phase.JUDGING):
        raise JudgingIsClosed
    old = window.closes_at
    window.closes_at = timezone.now()
    window.save(update_fields=["closes_at"])
    record(
        user,
        "judging.ended",
        event,
        event=event,
        was_to_close=old.isoformat(),
    )


# --- The shortlist


@transaction.atomic
def take_best(round_: Round, user: User) -> list[Project]:
    """Put on the list the best of the round before; a tie at its end goes on whole.

    Makes the list anew, as long as nobody has scored here.
    """
    round_ = _locked(round_)
    earlier = round_.follows
    if earlier is None:
        raise NothingToFollow
    if earlier.is_open:
        raise EarlierRoundIsOpen
    if Score.objects.filter(scorecard__round=round_).exists():
        raise HasBegun
    best = [one for one in deciding_order(earlier) if one.rank <= round_.shortlist_size]
    if not best:
        raise NobodyIsScored
    round_.entries.all().delete()
    # The best comes on stage last.
    Entry.objects.bulk_create(
        Entry(round=round_, project_id=one.project, position=place)
        for place, one in enumerate(reversed(best))
    )
    chosen = Project.objects.in_bulk([one.project for one in best])
    projects = [chosen[one.project] for one in best]
    record(
        user,
        "judging.shortlist",
        round_,
        event=round_.event,
        projects=[project.title for project in projects],
    )
    deal_cards(round_.event)
    return projects


@transaction.atomic
def add_to_shortlist(
    round_: Round, project: Project, user: User, reason: str = ""
) -> None:
    """One more goes on, for a reason; twice is once."""
    round_ = _locked(round_)
    _must_follow(round_, reason)
    if (
        project.event_id != round_.event_id
        or project.status != Project.Status.SUBMITTED
    ):
        raise NotHandedIn
    last = round_.entries.order_by("-position").first()
    _entry, is_new = Entry.objects.get_or_create(
        round=round_,
        project=project,
        defaults={"position": last.position + 1 if last else 0},
    )
    if is_new:
        _record_list(user, "judging.shortlist_added", round_, project, reason)


@transaction.atomic
def remove_from_shortlist(
    round_: Round, project: Project, user: User, reason: str = ""
) -> None:
    """One does not go on, for a reason. What is scored stays in."""
    round_ = _locked(round_)
    _must_follow(round_, reason)
    if Score.objects.filter(
        scorecard__round=round_, scorecard__project=project
    ).exists():
        raise IsScoredHere
    if round_.entries.filter(project=project).delete()[0]:
        _record_list(user, "judging.shortlist_removed", round_, project, reason)


def _must_follow(round_: Round, reason: str) -> None:
    if round_.follows is None:
        raise NothingToFollow
    if not reason.strip():
        raise ReasonIsMissing


def _record_list(
    user: User, verb: str, round_: Round, project: Project, reason: str
) -> None:
    record(
        user,
        verb,
        project,
        event=round_.event,
        round=round_.name,
        reason=reason.strip()[:200],
    )
    deal_cards(round_.event)


# --- Teams that are not there


@transaction.atomic
def set_aside(round_: Round, project: Project, user: User) -> None:
    """Send nobody to a team that is not there. What judges have given it stays."""
    round_ = _locked(round_)
    if project.event_id != round_.event_id:
        raise NotHandedIn
    entry, _is_new = Entry.objects.get_or_create(
        round=round_, project=project, defaults={"position": NO_PLACE}
    )
    if entry.set_aside_at is None:
        entry.set_aside_at = timezone.now()
        entry.save(update_fields=["set_aside_at"])
        record(
            user, "judging.set_aside", project, event=round_.event, round=round_.name
        )
        deal_cards(round_.event)


@transaction.atomic
def bring_back(round_: Round, project: Project, user: User) -> None:
    """The team is there after all; its judges get it again."""
    round_ = _locked(round_)
    back = round_.entries.filter(project=project, set_aside_at__isnull=False)
    if back.update(set_aside_at=None):
        if round_.follows_id is None:
            back = round_.entries.filter(project=project, position=NO_PLACE)
            back.delete()  # it had no place of its own
        record(
            user, "judging.brought_back", project, event=round_.event, round=round_.name
        )
        deal_cards(round_.event)
