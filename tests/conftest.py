"""The cast and the stage that every test may use."""

import os
import random
from copy import deepcopy

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.template import Template
from django.test import TransactionTestCase

from core.broker import Nudge
from core.connections import Breaker
from core.ledger import drop_guards, set_guards
from tests.access.world import build
from tests.factories.accounts import UserFactory
from tests.factories.events import (
    EventFactory,
    RegistrationFactory,
    SeriesOrganiserFactory,
)
from tests.factories.judging import JudgeFactory
from tests.factories.teams import MembershipFactory, TeamFactory

collect_ignore = [] if "IMAGE_ROOT" in os.environ else ["image"]  # by make image
pytest_plugins = ["tests.parts", "tests.phones"]

# A busy machine is slow at thinking of examples; that is no fault of what is tested.
hypothesis.settings.register_profile(
    "menlo",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("menlo")

# What Django makes of the models after migrating; to make it anew takes longest.
STAY = {"django_content_type", "auth_permission"}


def _empty_tables(_test):
    """Empty what a test filled that committed, tables that nobody empties included."""
    tables = set(connection.introspection.django_table_names(only_existing=True))
    with connection.cursor() as cursor:
        exists = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})"  # noqa: S608
            for table in sorted(tables - STAY)
        )
        cursor.execute(exists)
        filled = [table for (table,) in cursor.fetchall()]
    drop_guards()
    with transaction.atomic(), connection.cursor() as cursor:  # keys are checked at end
        for table in filled:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
    set_guards()


TransactionTestCase._fixture_teardown = _empty_tables


@pytest.fixture(autouse=True)
def nothing_counted():
    """Tries at doors are counted in the cache, which no transaction rolls back."""
    Breaker.away_until = Nudge.paused_until = 0.0  # what another test made them think
    cache.clear()


@pytest.fixture(autouse=True)
def few_contexts_kept(request, monkeypatch):
    """Django's tests copy all that each template is given, each part's and field's.

    Enough is what the page itself was given, or each part of one that is asked for
    without its page; crawls do not even ask for that.
    """
    recording, is_crawl = Template._render, request.node.get_closest_marker("crawl")

    def render(template, context):
        is_part = isinstance(context.template, Template) and (
            context.template is not template
        )
        if is_part or is_crawl:
            return template.nodelist.render(context)
        return recording(template, context)

    monkeypatch.setattr(Template, "_render", render)


@pytest.fixture
def event(db):
    """Published, open for registration, teams and hacking; two seats per team."""
    return EventFactory()


@pytest.fixture
def attendee(event):
    """Registered, without a team."""
    return RegistrationFactory(event=event, user__display_name="Ada Attendee").user


@pytest.fixture
def stranger(db):
    """Signed in, registered nowhere."""
    return UserFactory(display_name="Sam Stranger")


@pytest.fixture
def team(event):
    """A team without members yet."""
    return TeamFactory(event=event, name="Rust Co", slug="rust-co")


@pytest.fixture
def captain(team):
    user = RegistrationFactory(event=team.event, user__display_name="Cleo Captain").user
    MembershipFactory(team=team, user=user, role="captain")
    return user


@pytest.fixture
def teammate(team, captain):
    user = RegistrationFactory(event=team.event, user__display_name="Tom Teammate").user
    MembershipFactory(team=team, user=user)
    return user


@pytest.fixture
def organiser(event):
    return SeriesOrganiserFactory(
        series=event.series, user__display_name="Olga Organiser"
    ).user


@pytest.fixture
def other_organiser(db):
    """Organises another series, and nothing here."""
    return SeriesOrganiserFactory(user__display_name="Otto Other").user


@pytest.fixture
def judge(event):
    return JudgeFactory(event=event)


@pytest.fixture(scope="module")
def once(request, django_db_setup, django_db_blocker):
    """``once(build)``: its rows are there for each test of the module, and no longer.

    What a test changes is undone, but not in the objects: give each test a deepcopy.
    """
    for test in request.session.items:
        if test.path == request.path and (mark := test.get_closest_marker("django_db")):
            assert not mark.kwargs.get("transaction"), f"{test} empties all tables"

    def once(build, *arguments):
        with django_db_blocker.unblock():
            return build(*arguments)

    module = transaction.atomic()
    once(module.__enter__)
    yield once
    once(transaction.set_rollback, True)  # noqa: FBT003 -- Django's
    once(module.__exit__, None, None, None)


@pytest.fixture(scope="module")
def first_world(once):
    return once(build, "canary-of-a")


@pytest.fixture(scope="module")
def second_world(once):
    return once(build, "canary-of-b")


@pytest.fixture
def world(db, first_world):
    """The event of the rig, with everybody and everything in it."""
    return deepcopy(first_world)


@pytest.fixture
def neighbour(db, second_world):
    """The other event, alike in everything."""
    return deepcopy(second_world)


@pytest.fixture
def sign_in(client):
    """``sign_in(user)`` gives the test client, signed in."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def rng(request):
    """Chance with a printed seed, so that a failure can be seen again."""
    seed = random.randrange(10**6)
    request.node.add_report_section("setup", "chance", f"seed {seed}")
    return random.Random(seed)
