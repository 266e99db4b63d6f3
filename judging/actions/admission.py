"""Whether a judge may say something about a project now."""

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from core.exceptions import Refused
from core.prepared import Prepared
from events.models import Phase, PhaseWindow
from judging.conflicts import known_of, what_is_in_conflict
from judging.models import Judge, Round
from submissions.models import Project


class ConflictOfInterest(Refused):
    message = _("You do not score this project: there is a conflict of interest.")


class ProjectIsGone(Refused):
    message = _("This project was withdrawn. Your notes stay on this phone.")


class JudgingHasNotBegun(Refused):
    message = _("Judging has not begun yet.")


@Prepared
def _projects(
    project: int,
    judge: int,
    event: int,
    user: int,
    email: str,
    at_domain: str,
    below_domain: str,
) -> QuerySet[Project]:
    window = PhaseWindow.objects.filter(event=event, phase=Phase.JUDGING)
    conflict = what_is_in_conflict(judge, event, user, email, at_domain, below_domain)
    return (
        Project.objects.annotate(
            is_conflict=ExpressionWrapper(conflict, output_field=BooleanField()),
            opens_at=Subquery(window.values("opens_at")[:1]),
            closes_at=Subquery(window.values("closes_at")[:1]),
        )
        .only("status")
        .filter(pk=project)
        .order_by()
    )


def closing_for(judge: Judge, round_: Round, project: int, now: datetime) -> datetime:
    """When the round closes for this project; raise if the judge may not judge it.

    One query.
    """
    found: Any
    (found,) = _projects(project=project, **known_of(judge))
    if found.status != Project.Status.SUBMITTED:
        raise ProjectIsGone
    if found.is_conflict:
        raise ConflictOfInterest
    if found.opens_at is None or now < found.opens_at or not round_.has_begun:
        raise JudgingHasNotBegun
    closes_at: datetime = min(found.closes_at, round_.closed_at or found.closes_at)
    return closes_at
