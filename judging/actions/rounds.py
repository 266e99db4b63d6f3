"""Dealing scorecards, and what is on stage."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event
from judging.assignment import deal
from judging.conflicts import conflicts_of
from judging.models import Judge, Round, Scorecard
from submissions.models import Project


class NotInThisRound(Refused):
    message = _("This project is not handed in, so it cannot be on stage.")


@transaction.atomic
def deal_cards(event: Event) -> int:
    """Give every judge a card for each project they should see; return how many new.

    Cards that exist stay, with what is on them. Repeatable at any time.
    """
    event = Event.objects.select_for_update().get(pk=event.pk)
    projects = list(
        Project.objects.in_gallery()
        .filter(event=event)
        .select_related("team")
        .prefetch_related("tracks")
        .order_by("team__table", "team__name", "pk")
    )
    judges = list(Judge.objects.active().filter(event=event).prefetch_related("tracks"))
    by_pk = {project.pk: project for project in projects}
    allowed = {}
    for judge in judges:
        tracks = {track.pk for track in judge.tracks.all()}
        conflicts = conflicts_of(judge)
        allowed[judge.pk] = {
            pk
            for pk, project in by_pk.items()
            if pk not in conflicts
            and (not tracks or tracks & {t.pk for t in project.tracks.all()})
        }
    routes = deal([judge.pk for judge in judges], list(by_pk), allowed)
    new = [
        Scorecard(round=round_, judge_id=judge, project_id=project, position=place)
        for round_ in event.rounds.all()
        for judge, route in routes.items()
        for place, project in enumerate(route)
    ]
    before = Scorecard.objects.filter(round__event=event).count()
    Scorecard.objects.bulk_create(new, ignore_conflicts=True)
    return Scorecard.objects.filter(round__event=event).count() - before


@transaction.atomic
def put_on(round_: Round, project: Project | None, user: User) -> None:
    """Say which demo is on now; ``None`` is a break."""
    if project is not None and (
        project.event_id != round_.event_id
        or project.status != Project.Status.SUBMITTED
    ):
        raise NotInThisRound
    round_.now_on = project
    round_.now_on_since = timezone.now() if project else None
    round_.save(update_fields=["now_on", "now_on_since"])
    record(user, "judging.on_stage", project or "a break", event=round_.event)
