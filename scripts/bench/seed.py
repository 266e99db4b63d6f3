"""An event of 300 projects, and somebody who is signed in. Prints what to load."""

import json
from datetime import timedelta
from importlib import import_module

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import (  # noqa: E402
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
)
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from accounts.models import User  # noqa: E402
from events.models import (  # noqa: E402
    Event,
    PhaseWindow,
    Registration,
    Series,
    default_windows,
)
from submissions.models import Project, Tool, ToolUse  # noqa: E402
from teams.models import Membership, Team  # noqa: E402

PROJECTS = 300
SEATS = 4


def seed() -> tuple[Event, User]:
    call_command("loadcatalogue", verbosity=0)
    now = timezone.now()
    series = Series.objects.create(name="Bench", slug="bench")
    event = Event.objects.create(
        series=series,
        name="Benchmark Day",
        slug="bench",
        tagline="Three hundred projects in one hall.",
        description="A **day** of building.\n\n" * 5,
        is_published=True,
        starts_at=now - timedelta(hours=4),
        ends_at=now + timedelta(hours=20),
        code_of_conduct="Be kind.",
    )
    PhaseWindow.objects.bulk_create(
        PhaseWindow(event=event, phase=phase, opens_at=opens, closes_at=closes)
        for phase, (opens, closes) in default_windows(
            event.starts_at, event.ends_at, event.zone
        ).items()
    )
    people = User.objects.bulk_create(
        User(email=f"p{n}@example.org", display_name=f"Person Number {n}", password="!")
        for n in range(PROJECTS * SEATS)
    )
    Registration.objects.bulk_create(
        Registration(event=event, user=user, status=Registration.Status.CONFIRMED)
        for user in people
    )
    teams = Team.objects.bulk_create(
        Team(
            event=event,
            name=f"Team {n}",
            folded_name=f"team {n}",
            slug=f"team-{n}",
            pitch="We build.",
        )
        for n in range(PROJECTS)
    )
    Membership.objects.bulk_create(
        Membership(
            team=teams[n // SEATS],
            event=event,
            user=user,
            role="member" if n % SEATS else "captain",
        )
        for n, user in enumerate(people)
    )
    projects = Project.objects.bulk_create(
        Project(
            event=event,
            team=team,
            title=f"Project {n}",
            slug=f"project-{n}",
            tagline="Turns messy data into something people read.",
            story="## What\n\nWe took our **own data** and asked it questions.\n\n" * 6,
            status=Project.Status.SUBMITTED,
            submitted_at=now,
        )
        for n, team in enumerate(teams)
    )
    tools = list(Tool.objects.all())
    ToolUse.objects.bulk_create(
        ToolUse(project=project, tool=tools[(n * 7 + k) % len(tools)], purpose="Work")
        for n, project in enumerate(projects)
        for k in range(4)
    )
    return event, people[0]


def session_of(user: User) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "accounts.backends.AccountBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


event, person = seed()
base = event.get_absolute_url()
print(
    json.dumps(
        {
            # What a browser sends from its second page on.
            "cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(person)}; "
            f"{settings.CSRF_COOKIE_NAME}={get_random_string(32)}",
            "pages": {
                "event page": base,
                "gallery of 300": f"{base}projects/",
                "project page": f"{base}projects/project-150/",
            },
        }
    )
)
