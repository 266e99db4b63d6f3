"""``seed`` an event with judges and cards, or ``count`` what arrived. Prints JSON."""

import json
import sys
from importlib import import_module

import django

django.setup()

from datetime import timedelta  # noqa: E402

from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from events.models import Event, Phase, PhaseWindow, Series  # noqa: E402
from judging import sessions  # noqa: E402
from judging.models import (  # noqa: E402
    Comparison,
    Criterion,
    Judge,
    Round,
    Scorecard,
    ScorecardRevision,
)
from submissions.models import Project  # noqa: E402
from teams.models import Team  # noqa: E402

JUDGES, PROJECTS, CRITERIA = 300, 25, 4


def seed():
    now = timezone.now()
    event = Event.objects.create(
        series=Series.objects.create(name="Judges", slug="judges"),
        name="Judging Day",
        slug="judging-day",
        is_published=True,
        starts_at=now - timedelta(hours=9),
        ends_at=now + timedelta(hours=9),
    )
    PhaseWindow.objects.create(
        event=event,
        phase=Phase.JUDGING,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=9),
    )
    teams = Team.objects.bulk_create(
        Team(event=event, name=f"Team {n}", folded_name=f"team {n}", slug=f"team-{n}")
        for n in range(PROJECTS)
    )
    projects = Project.objects.bulk_create(
        Project(
            event=event,
            team=team,
            title=f"Project {n}",
            slug=f"project-{n}",
            status=Project.Status.SUBMITTED,
            submitted_at=now,
        )
        for n, team in enumerate(teams)
    )
    round_ = Round.objects.create(event=event)
    Round.objects.create(event=event, name="Pairs", kind=Round.Kind.PAIRWISE, order=2)
    criteria = [
        Criterion.objects.create(round=round_, name=f"Criterion {n}", order=n)
        for n in range(CRITERIA)
    ]
    judges = Judge.objects.bulk_create(
        Judge(event=event, name=f"Judge {n}", email=f"judge{n}@example.org")
        for n in range(JUDGES)
    )
    cards = Scorecard.objects.bulk_create(
        Scorecard(round=round_, judge=judge, project=project, position=place)
        for judge in judges
        for place, project in enumerate(projects)
    )
    of = {judge.pk: [] for judge in judges}
    for card in cards:
        of[card.judge_id].append(card.pk)
    return {
        "page": event.get_absolute_url(),
        "criteria": [one.pk for one in criteria],
        "judges": [
            phone(judge) | {"pk": judge.pk, "cards": of[judge.pk]} for judge in judges
        ],
    }


def phone(judge):
    """The session that opening the judge's link makes."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[sessions.KEY] = {"pk": judge.pk, "fingerprint": judge.fingerprint}
    store.save()
    csrf = get_random_string(32)
    return {
        "csrf": csrf,
        "cookie": f"{settings.SESSION_COOKIE_NAME}={store.session_key}; "
        f"{settings.CSRF_COOKIE_NAME}={csrf}",
    }


def count():
    cards = {}
    scores = Scorecard.objects.values_list("pk", "scores__criterion", "scores__value")
    for card, criterion, value in scores:
        given = cards.setdefault(card, {})
        if criterion:
            given[criterion] = value
    rows = ScorecardRevision.objects.values_list("scorecard", "client", "revision")
    votes = Comparison.objects.values_list("judge", "client", "revision")
    return {"rows": list(rows), "cards": cards, "votes": list(votes)}


print(json.dumps({"seed": seed, "count": count}[sys.argv[1]]()))
