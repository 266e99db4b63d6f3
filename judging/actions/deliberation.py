"""One more card, where it would settle most."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from judging.actions.pairings import pin
from judging.hall import enter
from judging.models import Judge, Pairing, Round, Scorecard
from submissions.models import Project


class MustNotSee(Refused):
    message = _("An organiser has decided that this judge does not see this project.")


class NotHandedIn(Refused):
    message = _("This project is not handed in, so nobody can score it.")


@transaction.atomic
def ask_for_one_more(
    round_: Round, judge: Judge, project: Project, user: User
) -> Scorecard:
    """Pin one project to one judge, and deal it even if the round is over.

    What then comes in late is the organisers' to decide. Twice is once.
    """
    if project.status != Project.Status.SUBMITTED:
        raise NotHandedIn
    pairs = Pairing.objects.filter(round=round_, judge=judge, project=project)
    if pairs.filter(rule=Pairing.Rule.FORBID).exists():
        raise MustNotSee
    own = Scorecard.objects.filter(round=round_, judge=judge)
    card = own.filter(project=project, moved_at=None).first()
    if card is not None and pairs.exists():
        return card
    pin(round_, judge, project, user)
    last = own.aggregate(last=Max("position"))["last"]
    card, _is_new = Scorecard.objects.update_or_create(
        round=round_,
        judge=judge,
        project=project,
        defaults={"moved_at": None},
        create_defaults={"position": 0 if last is None else last + 1},
    )
    return card


def who_may_be_asked(round_: Round) -> dict[int, set[int]]:
    """For each judge who is here, the projects of this round that they may see."""
    return enter(round_).allowed
