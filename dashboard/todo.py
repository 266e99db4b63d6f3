"""What one person must do next, at each of their events."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event, Phase, Registration
from feedback.models import Invitation
from judging.models import Judge
from submissions.models import Project
from teams.models import JoinRequest, Membership


@dataclass(frozen=True)
class Step:
    """One thing to do; ``until`` is the moment after which it is too late."""

    text: str
    url: str
    until: datetime | None = None
    is_urgent: bool = False


@dataclass(frozen=True)
class MyEvent:
    """One event of one person: their place, their team, what comes next."""

    event: Event
    registration: Registration
    team: Membership | None
    project: Project | None
    steps: list[Step]


def my_events(user: User) -> list[MyEvent]:
    """The person's events, the next one first; a fixed number of queries."""
    registrations = list(
        user.registrations.exclude(
            status__in=[Registration.Status.CANCELLED, Registration.Status.DECLINED]
        )
        .select_related("event__series")
        .prefetch_related("event__windows")
        .order_by("-event__starts_at")
    )
    seats = {
        seat.event_id: seat
        for seat in user.memberships.select_related("team__event", "team__project")
    }
    asked = dict(
        JoinRequest.objects.filter(
            status=JoinRequest.Status.WAITING,
            team__memberships__user=user,
            team__memberships__role=Membership.Role.CAPTAIN,
        ).values_list("team__event_id", "team_id")
    )
    surveys = {
        invitation.survey.event_id: invitation
        for invitation in Invitation.objects.unanswered()
        .filter(user=user)
        .select_related("survey__event")
        .prefetch_related("survey__event__windows")
        if invitation.survey.is_open
    }
    found = []
    for registration in registrations:
        event = registration.event
        seat = seats.get(event.pk)
        project = getattr(seat.team, "project", None) if seat else None
        steps = _steps(registration, seat, project)
        if event.pk in asked and seat:
            steps.insert(
                0,
                Step(
                    _("Somebody asks to join your team"), seat.team.get_absolute_url()
                ),
            )
        if event.pk in surveys:
            steps.insert(0, _survey_step(surveys[event.pk]))
        found.append(MyEvent(event, registration, seat, project, steps))
    return found


def _survey_step(invitation: Invitation) -> Step:
    window = invitation.survey.event.window(Phase.SURVEY)
    return Step(
        _("Tell us about the tools you used: two minutes"),
        reverse("feedback:survey", args=[invitation.token]),
        window.closes_at if window else None,
        is_urgent=True,
    )


def _steps(
    registration: Registration, seat: Membership | None, project: Project | None
) -> list[Step]:
    waits = {
        Registration.Status.WAITLISTED: _(
            "You are on the waiting list. We mail you when a place is free."
        ),
        Registration.Status.PENDING: _("The organisers look at your registration."),
    }
    if text := waits.get(Registration.Status(registration.status)):
        return [Step(text, registration.get_absolute_url())]
    return _team_steps(registration.event, seat) or _project_steps(
        registration.event, seat, project
    )


def _team_steps(event: Event, seat: Membership | None) -> list[Step]:
    window = event.window(Phase.TEAM_FORMATION)
    if seat or not window or not window.is_open():
        return []
    url = reverse("teams:list", args=[event.slug])
    return [Step(_("Find or found a team"), url, window.closes_at)]


def _project_steps(
    event: Event, seat: Membership | None, project: Project | None
) -> list[Step]:
    window = event.window(Phase.HACKING)
    if not seat or not window or not window.is_open():
        return []
    if project is None:
        url = reverse("submissions:project_create", args=[event.slug])
        return [Step(_("Start your project page"), url, window.closes_at)]
    if project.status != Project.Status.DRAFT:
        return []
    url = project.get_absolute_url()
    return [Step(_("Hand in your project"), url, window.closes_at, is_urgent=True)]


def judgeships(user: User) -> list[Judge]:
    """Where this person judges right now."""
    return [
        judge
        for judge in Judge.objects.active()
        .filter(user=user)
        .select_related("event")
        .prefetch_related("event__windows")
        if judge.event.is_open_for(Phase.JUDGING)
    ]
