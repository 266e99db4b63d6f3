"""The cast and the stage that every test may use."""

import random

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from core.ledger import drop_guards
from tests.factories.accounts import UserFactory
from tests.factories.events import (
    EventFactory,
    RegistrationFactory,
    SeriesOrganiserFactory,
)
from tests.factories.judging import JudgeFactory
from tests.factories.teams import MembershipFactory, TeamFactory

pytest_plugins = ["tests.parts", "tests.phones"]

_flush = BaseDatabaseOperations.execute_sql_flush


def _flush_guarded(operations, statements):
    """Empty the tables after a test, those that nobody empties included.

    Django sends ``post_migrate`` when it has, and so the guards are back.
    """
    drop_guards(using=operations.connection.alias)
    return _flush(operations, statements)


BaseDatabaseOperations.execute_sql_flush = _flush_guarded


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
