"""Who may open what: every address, every role, one table (matrix.txt).

A new address without a line fails. The roles of one event are also sent to the other
event, which is alike in everything, and must find what a stranger finds there.
"""

from copy import deepcopy
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import get_resolver, reverse

from events.models import AuditEntry
from judging.models import Judge, RoundEstimate
from notifications.composing import unsubscribe_token
from notifications.models import Notification
from tests.access.world import ROLES, build
from tests.factories.accounts import UserFactory
from tests.factories.notifications import NotificationFactory

TABLE = Path(__file__).with_name("matrix.txt")
# Sees its own things wherever it is; says nothing about another event.
PERSONAL = {"dashboard:home", "accounts:profile", "notifications:preferences"}


def read_table():
    """``(name, words, method, {role: status})`` per line; ``#`` starts a comment."""
    for line in TABLE.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, words, method, *statuses = line.split()
        expected = dict(zip(ROLES, map(int, statuses), strict=True))
        yield name, [] if words == "-" else words.split(","), method, expected


LINES = list(read_table())


def addresses(resolver=None, namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern, inner or namespace)
        elif namespace:
            yield f"{namespace}{pattern.name}"


@pytest.fixture(scope="module")
def worlds(once):
    return [once(build, canary) for canary in ("canary-of-a", "canary-of-b")]


@pytest.fixture
def world(db, worlds):
    return deepcopy(worlds[0])


@pytest.fixture
def neighbour(db, worlds):
    return deepcopy(worlds[1])


def client_of(role, world, neighbour):
    client = Client()
    if role == "judge":
        client.get(world.judge.get_link_path())
    elif role == "other":
        client.force_login(neighbour.users["organiser"])
    elif role == "superuser":
        client.force_login(UserFactory(is_superuser=True, is_staff=True))
    elif role != "anonymous":
        client.force_login(world.users[role])
    return client


def address(name, words, world):
    known = {**world.words, "yes": "approve", "accept": "accept", "missing": 999999}
    if name == "notifications:unsubscribe":
        row = NotificationFactory(topic="news")
        return reverse(name, args=[unsubscribe_token(row)])
    return reverse(name, args=[known[word] for word in words])


def status_of(answer):
    if answer.streaming:
        b"".join(answer.streaming_content)  # reading to the end closes the file
    return answer.status_code


def test_every_address_has_a_line():
    ours = {
        name
        for name in addresses()
        if not name.startswith(("admin:", "account", "mfa", "socialaccount"))
        or name.startswith("accounts:")
    }

    assert ours == {name for name, *_rest in LINES}


@pytest.mark.parametrize(
    ("name", "words", "method", "expected"),
    LINES,
    ids=[f"{method}-{name}-{'-'.join(words)}" for name, words, method, _e in LINES],
)
def test_each_role_gets_what_the_table_says(
    name, words, method, expected, world, neighbour
):
    found = {}
    for role in ROLES:
        client = client_of(role, world, neighbour)
        url = address(name, words, world)
        if method == "GET":
            found[role] = status_of(client.get(url))
        else:
            # Refusals only: what happens on a yes has its tests beside the action.
            if expected[role] in {200, 302} and role != "anonymous":
                found[role] = expected[role]
                continue
            found[role] = status_of(client.post(url))

    assert found == expected


PRIVATE = [
    line
    for line in LINES
    if line[2] == "GET" and "event" in line[1] and line[0] not in PERSONAL
]


@pytest.mark.parametrize("role", ["attendee", "member", "captain", "organiser"])
def test_roles_of_one_event_are_strangers_at_the_other(role, world, neighbour):
    here = client_of(role, world, neighbour)
    nobody = client_of("stranger", world, neighbour)
    for name, words, _method, _expected in PRIVATE:
        url = address(name, words, neighbour)

        answer = here.get(url)

        text = "" if answer.streaming else answer.content.decode()
        assert status_of(answer) == status_of(nobody.get(url)), name
        assert neighbour.canary not in text, name


MIXED = [line for line in PRIVATE if len(line[1]) > 1]


@pytest.mark.parametrize("role", ["captain", "organiser"])
def test_an_event_in_the_path_does_not_open_things_of_another(role, world, neighbour):
    client = client_of(role, world, neighbour)
    for name, words, _method, _expected in MIXED:
        known = {**neighbour.words, "event": world.event.slug, "missing": 999999}
        if {"yes", "accept", "what"} & set(words):
            continue
        url = reverse(name, args=[known[word] for word in words])

        assert status_of(client.get(url)) in {403, 404, 405}, (name, url)


def test_reading_changes_nothing(world, neighbour):
    before = everything()
    for role in ("stranger", "member", "captain", "organiser"):
        client = client_of(role, world, neighbour)
        for name, words, method, _expected in LINES:
            if method == "GET" and name != "notifications:unsubscribe":
                status_of(client.get(address(name, words, world)))

    assert everything() == before


# Ask for no token: a mail program has none, and a survey's own token is its door.
WITHOUT_TOKEN = ("notifications:unsubscribe", "feedback:survey")


@pytest.mark.parametrize("origin", [None, "https://evil.example"])
def test_nothing_is_changed_from_elsewhere(origin, world, neighbour):
    headers = {"origin": origin} if origin else {}
    people = [world.users["captain"], world.users["organiser"]]
    before = everything()
    for name, words, _method, _expected in LINES:
        if name.startswith(WITHOUT_TOKEN):
            continue
        for person in people:
            client = Client(enforce_csrf_checks=True)
            client.force_login(person)
            answer = client.post(address(name, words, world), headers=headers)

            assert status_of(answer) in {403, 404, 405}, (name, answer.status_code)
    before.pop(Notification)
    after = everything()
    after.pop(Notification)
    assert after == before


def everything():
    """Each row of ours, but not what is kept of them, nor who took which export."""
    ours = {
        "events", "teams", "submissions", "mentoring", "judging", "feedback", "recap",
        "notifications",
    }  # fmt: skip
    return {
        model: list(rows_to_compare(model).order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.app_label in ours and model not in {Judge, RoundEstimate}
    }


def rows_to_compare(model):
    if model is AuditEntry:
        return model.objects.exclude(verb="judging.exported")
    return model.objects.all()
