"""Who may open what: every address, every role, one table (matrix.txt).

A new address without a line fails. The roles of one event are also sent to the other
event, which is alike in everything, and must find what a stranger finds there.
"""

from copy import deepcopy
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import User
from notifications.composing import unsubscribe_token
from tests.access.world import ROLES, SECRETS, with_secrets
from tests.access.writing import written
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
def first_world(once, first_world):
    once(with_secrets, first_world)
    return first_world


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


@pytest.fixture(scope="module")
def signed_in(once, first_world, second_world):
    return {role: once(client_of, role, first_world, second_world) for role in ROLES}


@pytest.fixture
def clients(world, signed_in):
    """``clients(role)``: one that nobody used before, but for signing in."""

    def clients(role, **options):
        client = Client(**options)
        client.cookies = deepcopy(signed_in[role].cookies)
        return client

    return clients


def address(name, words, world):
    known = {**world.words, "yes": "approve", "accept": "accept", "missing": 999999}
    if name == "notifications:unsubscribe":
        row = NotificationFactory(topic="news")
        return reverse(name, args=[unsubscribe_token(row)])
    return reverse(name, args=[known[word] for word in words])


def read(answer):
    """Its status, and all that it says."""
    content = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, content.decode(errors="replace")  # one is a PDF


def test_every_address_has_a_line():
    ours = {
        name
        for name in addresses()
        if not name.startswith(("admin:", "account", "mfa", "socialaccount"))
        or name.startswith("accounts:")
    }

    assert ours == {name for name, *_rest in LINES}


PRIVATE = [
    line
    for line in LINES
    if line[2] == "GET" and "event" in line[1] and line[0] not in PERSONAL
]
# What reading may note: a visit, an estimate for the next reader, who took an export.
NOTED = {
    "judging:enter": {"django_session", "judging_judge"},
    "judging:deliberation": {"judging_roundestimate"},
    "judging:order": {"judging_roundestimate"},
    "judging:publish": {"judging_roundestimate"},
    "judging:raw_comparisons": {"events_auditentry"},
    "judging:raw_scores": {"events_auditentry"},
}
VISIT = {"judging_judge"}


@pytest.mark.parametrize(
    ("name", "words", "method", "expected"),
    LINES,
    ids=[f"{method}-{name}-{'-'.join(words)}" for name, words, method, _e in LINES],
)
def test_each_role_gets_what_the_table_says(
    name, words, method, expected, world, clients
):
    found = {}
    for role in ROLES:
        client = clients(role)
        url = address(name, words, world)
        if method == "GET":
            with written() as tables:
                found[role], text = read(client.get(url))
            noted = NOTED.get(name, set()) | (VISIT if role == "judge" else set())
            assert tables <= noted, (role, tables)
            if "token" not in words:  # who holds one reads what it is for
                seen = {secret for secret in SECRETS if secret in text}
                assert all(role in SECRETS[secret] for secret in seen), (role, seen)
            if role == "other" and (name, words, method, expected) in PRIVATE:
                assert found[role] == expected["stranger"]
                assert world.canary not in text
        else:
            # Refusals only: what happens on a yes has its tests beside the action.
            if expected[role] in {200, 302} and role != "anonymous":
                found[role] = expected[role]
                continue
            found[role], _text = read(client.post(url))

    assert found == expected


MIXED = [line for line in PRIVATE if len(line[1]) > 1]


# The organiser of one as seen by the other is the table's column "other".
@pytest.mark.parametrize("role", ["attendee", "member", "captain"])
def test_roles_of_one_event_are_strangers_at_the_other(role, neighbour, clients):
    here = clients(role)
    for name, words, _method, expected in PRIVATE:
        status, text = read(here.get(address(name, words, neighbour)))

        assert status == expected["stranger"], name
        assert neighbour.canary not in text, name


@pytest.mark.parametrize("role", ["captain", "organiser"])
def test_an_event_in_the_path_does_not_open_things_of_another(
    role, world, neighbour, clients
):
    client = clients(role)
    for name, words, _method, _expected in MIXED:
        known = {**neighbour.words, "event": world.event.slug, "missing": 999999}
        if {"yes", "accept", "what"} & set(words):
            continue
        url = reverse(name, args=[known[word] for word in words])

        assert client.get(url).status_code in {403, 404, 405}, (name, url)


TO_SECOND_STEP = (302, "/accounts/2fa/")
# Who opens a judge's link is that judge from then on, and reads other pages.
WALK = [line for line in LINES if line[0] != "judging:enter"]


@pytest.mark.parametrize("role", ["organiser", "superuser"])
def test_without_a_second_step_an_organiser_is_a_stranger(
    role, world, clients, settings
):
    """What only organisers may leads to it; nothing else shows or does more."""
    settings.STAFF_MFA = True
    client = clients(role)
    led = set()
    for name, words, method, expected in WALK:
        url = address(name, words, world)
        with written() as tables:
            answer = client.get(url) if method == "GET" else client.post(url)
        status, text = read(answer)

        assert tables <= NOTED.get(name, set()) | {"django_session"}, (name, tables)
        if "token" not in words:  # who holds one reads what it is for
            assert not any(word in text for word in (world.canary, *SECRETS)), name
        if (status, answer.headers.get("Location")) == TO_SECOND_STEP:
            led.add((name, method))
            continue
        assert status == expected["stranger"], name
        assert expected[role] == status or "event" not in words, name
    assert len(led) > 80
    page = client.get(reverse("events:log", args=[world.event.slug]), follow=True)
    assert "Organisers sign in with a second step" in page.content.decode()


@pytest.mark.parametrize("role", ["organiser", "superuser"])
def test_with_a_second_step_organisers_pages_open(role, world, clients, settings):
    settings.STAFF_MFA = True
    client = clients(role)
    user = User.objects.get(pk=client.session["_auth_user_id"])
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})

    for name, words, method, expected in WALK:
        if method == "GET":
            status, _text = read(client.get(address(name, words, world)))
            assert status == expected[role], name


@pytest.mark.parametrize("role", ["stranger", "attendee", "member", "judge"])
def test_nobody_else_needs_a_second_step(role, world, clients, settings):
    settings.STAFF_MFA = True
    client = clients(role)

    for name, words, method, expected in WALK:
        if method == "GET":
            status, _text = read(client.get(address(name, words, world)))
            assert status == expected[role], name


# Ask for no token: a mail program has none, and a survey's own token is its door.
WITHOUT_TOKEN = ("notifications:unsubscribe", "feedback:survey")


@pytest.mark.parametrize("origin", [None, "https://evil.example"])
def test_nothing_is_changed_from_elsewhere(origin, world, clients):
    headers = {"origin": origin} if origin else {}
    people = [clients(r, enforce_csrf_checks=True) for r in ("captain", "organiser")]
    for name, words, _method, _expected in LINES:
        if name.startswith(WITHOUT_TOKEN):
            continue
        url = address(name, words, world)
        for client in people:
            with written() as tables:
                status, _text = read(client.post(url, headers=headers))

            assert status in {403, 404, 405}, (name, status)
            assert not tables, (name, tables)
