from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Phase
from tests.factories.events import (
    EventFactory,
    PhaseWindowFactory,
    RegistrationFactory,
)
from tests.factories.feedback import InvitationFactory, SurveyFactory
from tests.factories.submissions import ProjectFactory, ToolFactory, ToolUseFactory
from tests.factories.teams import MembershipFactory, TeamFactory


@pytest.fixture
def event(db):
    """Over since yesterday; its survey is open for six more days."""
    now = timezone.now()
    event = EventFactory(
        phases=[],
        starts_at=now - timedelta(days=2),
        ends_at=now - timedelta(days=1),
    )
    PhaseWindowFactory(
        event=event,
        phase=Phase.SURVEY,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=6),
    )
    return event


@pytest.fixture
def end_window():
    """``end_window(event)``: the survey's time is over; gives the event anew."""

    def end_window(event):
        event.windows.filter(phase=Phase.SURVEY).update(closes_at=timezone.now())
        return type(event).objects.with_windows().get(pk=event.pk)

    return end_window


@pytest.fixture
def project(event):
    """A submitted project of a team without members, without tools."""
    return ProjectFactory(team=TeamFactory(event=event), submitted=True)


@pytest.fixture
def polars(project):
    return ToolUseFactory(
        project=project, tool=ToolFactory(name="Polars", slug="polars")
    ).tool


@pytest.fixture
def survey(event):
    return SurveyFactory(event=event, opened_at=timezone.now() - timedelta(hours=25))


@pytest.fixture
def invite(survey, project):
    """``invite()`` gives the invitation of one more member of the project's team."""

    def invite(**fields):
        user = RegistrationFactory(event=survey.event).user
        MembershipFactory(team=project.team, user=user)
        return InvitationFactory(survey=survey, user=user, **fields)

    return invite


@pytest.fixture
def invitation(invite, polars):
    return invite()
