"""An event of 300 teams and 1,200 people: each of its pages opens, and asks no more.

The pages are those of the table of addresses and of the admin, so a new one is tried
without a line here.
"""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.access.crowd import add_crowd
from tests.access.test_matrix import LINES, address, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.crawl]

FEW, MANY = 12, 300
ROLES = ("anonymous", "attendee", "captain", "judge", "organiser")
# What may be asked more of for a larger event: the next page, another chunk of rows.
MORE = 3


def pages_of(world):
    """``(role, url)`` of each page that somebody of this event may read."""
    for name, words, method, expected in LINES:
        for role in ROLES if method == "GET" else ():
            if expected[role] == 200:
                yield role, address(name, words, world)


def pages_of_the_admin(world):
    for model in admin.site._registry:
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        yield "superuser", reverse(f"admin:{label}_changelist")
    yield "superuser", reverse("admin:events_event_change", args=[world.event.pk])
    yield "superuser", reverse("admin:index")


def asked(client, url):
    """The answer's status, and how many queries it took."""
    client.raise_request_exception = False  # to name all pages that fail, not one
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
        if answer.streaming:
            b"".join(answer)
    return answer.status_code, len(queries)


def test_every_page_of_300_teams_asks_what_a_page_of_12_does(world):
    clients = {role: client_of(role, world, world) for role in ROLES}
    clients["superuser"] = client_of("superuser", world, world)
    pages = [*pages_of(world), *pages_of_the_admin(world)]
    add_crowd(world, FEW, "few")
    few = {page: asked(clients[page[0]], page[1]) for page in pages}
    add_crowd(world, MANY - FEW, "many")

    many = {page: asked(clients[page[0]], page[1]) for page in pages}

    failed = {page: status for page, (status, _n) in many.items() if status != 200}
    assert not failed
    worse = {
        page: (few[page][1], number)
        for page, (_status, number) in many.items()
        if number > few[page][1] + MORE
    }
    assert not worse
