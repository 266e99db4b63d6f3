"""One event that is over: three teams, published results, a closed survey."""

from copy import deepcopy
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from events.models import Phase
from judging.models import PublishedResult
from tests.factories.events import (
    EventFactory,
    PhaseWindowFactory,
    PrizeFactory,
    RegistrationFactory,
    SeriesOrganiserFactory,
)
from tests.factories.feedback import SurveyFactory
from tests.factories.judging import JudgeFactory, RoundFactory, ScorecardFactory
from tests.factories.submissions import (
    DatasetFactory,
    IdeaFactory,
    ProjectFactory,
    ToolFactory,
    ToolUseFactory,
)
from tests.factories.teams import MembershipFactory, TeamFactory

PEOPLE = 6


def review(survey, tool, number, **fields):
    return survey.reviews.create(
        tool=tool, meets_my_needs=6, easy_to_use=5 + number % 2, again="yes", **fields
    )


def build():
    now = timezone.now()
    event = EventFactory(
        name="Retrieval Night",
        slug="retrieval-night",
        starts_at=now - timedelta(days=20),
        ends_at=now - timedelta(days=19),
        venue="Garage 12",
        phases=[],
    )
    PhaseWindowFactory(
        event=event,
        phase=Phase.SURVEY,
        opens_at=now - timedelta(days=19),
        closes_at=now - timedelta(days=5),
    )
    tool = ToolFactory(name="DuckDB", slug="duckdb")
    people, projects = [], []
    for number in range(3):
        team = TeamFactory(event=event, name=f"Team {number}", slug=f"team-{number}")
        for _seat in range(2):
            person = RegistrationFactory(
                event=event,
                status="checked_in",
                checked_in_at=event.starts_at,
                user__display_name=f"Person {len(people)}",
            ).user
            MembershipFactory(team=team, user=person)
            people.append(person)
        project = ProjectFactory(
            team=team,
            submitted=True,
            title=f"Project {number}",
            slug=f"project-{number}",
            tagline=f"Tagline {number}",
            story=f"Story of {number}.",
            lessons_learned=f"Lesson {number}: show the source.",
        )
        ToolUseFactory(project=project, tool=tool)
        projects.append(project)
    data = DatasetFactory(team=projects[0].team, title="Open wheat", sensitivity="open")
    projects[0].datasets.add(data)
    projects[0].pictures.create(
        image=ContentFile(PIXEL, name="p.webp"),
        width=1,
        height=1,
        description="A scatter plot",
    )
    IdeaFactory(event=event, team=projects[0].team, title="Wheat and wages")
    prize = PrizeFactory(event=event, name="Best in show")
    result = PublishedResult.objects.create(
        event=event, snapshot=snapshot(prize, projects[1]), digest="x"
    )
    judge = JudgeFactory(event=event, name="Justice Judge")
    ScorecardFactory(
        round=RoundFactory(event=event),
        judge=judge,
        project=projects[0],
        status="done",
        scored_at=event.ends_at,
    )
    survey = SurveyFactory(event=event, opened_at=event.ends_at)
    for number in range(PEOPLE):
        review(survey, tool, number, remark=f"Quoted {number}", may_quote=True)
    survey.closed_at = now - timedelta(days=5)
    survey.save()
    organiser = SeriesOrganiserFactory(series=event.series).user
    return SimpleNamespace(
        event=event,
        people=people,
        projects=projects,
        data=data,
        tool=tool,
        judge=judge,
        survey=survey,
        organiser=organiser,
        result=result,
        prize=prize,
    )


def snapshot(prize, project):
    line = {
        "project": project.pk,
        "title": project.title,
        "team": project.team.name,
        "path": project.get_absolute_url(),
    }
    return {
        "event": project.event.name,
        "rounds": [{"name": "Demos", "projects": [{**line, "rank": 1}]}],
        "awards": [{**line, "prize": prize.name, "note": ""}],
    }


PIXEL = bytes.fromhex(
    "524946463800000057454250565038202c0000009001009d012a0400040002c04c25a00274ba0003"
    "9800feee431fee6c738b7057ff6d0fff5a1ffeb43fe94000"
)


@pytest.fixture(scope="module")
def built(once):
    return once(build)


@pytest.fixture
def over(db, built):
    return deepcopy(built)
