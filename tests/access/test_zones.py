"""Organisers read all times in their event's zone, by 24 hours, wherever they look.

Each page is read twice: in UTC, and in a zone whose clock is 5:45 ahead. A time that
stands there both times is one in UTC, and must say so.
"""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from events.models import Event
from tests.access.test_admin import SCOPED, furnish, rows_of
from tests.access.test_matrix import LINES, address, read

pytestmark = pytest.mark.django_db
PAGES = [
    (name, words)
    for name, words, method, expected in LINES
    if method == "GET" and "event" in words and expected["organiser"] == 200
]
# Pages that show a time of their own on the stage below, so that the walk sees some.
WITH_TIMES = {"events:log", "judging:coverage", "judging:ranking", "judging:order"}
TIME = re.compile(r"\b\d\d?:\d\d(?::\d\d)?(?! UTC)\b(?! UTC)")
TWELVE_HOURS = re.compile(r"\b(?:[ap]\.m\.|noon|midnight)")


@pytest.fixture(scope="module")
def first_world(once, first_world):
    return once(furnish, first_world)


@pytest.fixture
def organiser(world):
    client = Client()
    client.force_login(world.users["organiser"])
    return client


@pytest.fixture
def event(world):
    round_ = world.event.rounds.get(pk=world.words["round"])
    round_.closed_at = timezone.now()
    round_.save()
    return world.event


def text_of(client, url):
    answer = client.get(url)
    _status, page = read(answer)
    if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
        return ""
    page = re.sub(r"(?s)<(script|style|textarea|template)\b.*?</\1>", "", page)
    return " ".join(strip_tags(page).split())


def times_in_both(client, event, url):
    """The times of the page where its event is 5:45 ahead, if one is UTC's."""
    texts = {}
    for zone in ("UTC", "Asia/Kathmandu"):
        row = Event.objects.get(pk=event.pk)
        row.time_zone = zone
        row.save()  # not an update: kept pages have to go
        texts[zone] = text_of(client, url)
    here = TIME.findall(texts["Asia/Kathmandu"])
    there = re.findall(r"\b\d\d?:\d\d(?::\d\d)?\b", texts["UTC"])
    assert not TWELVE_HOURS.search(texts["UTC"]), url
    shared = set(here) & set(there)
    return here, {time for time in shared if 0 <= int(time.partition(":")[0]) < 24}


@pytest.mark.crawl
@pytest.mark.parametrize(
    ("name", "words"), PAGES, ids=[f"{name}-{'-'.join(words)}" for name, words in PAGES]
)
def test_no_page_of_an_event_shows_utc_without_saying_so(
    world, event, organiser, name, words, time_machine
):
    time_machine.move_to(timezone.now().replace(minute=7), tick=False)
    url = address(name, words, world)

    times, in_utc = times_in_both(organiser, event, url)

    assert not in_utc, (url, times)
    assert times or name not in WITH_TIMES, url


@pytest.mark.crawl
@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label_lower)
def test_no_page_of_the_admin_shows_utc_without_saying_so(
    world, event, organiser, model
):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    urls = [reverse(f"{name}_changelist")]
    if row := rows_of(model, world).first():
        urls += [
            reverse(f"{name}_change", args=[row.pk]),
            reverse(f"{name}_history", args=[row.pk]),
        ]

    for url in urls:
        times, in_utc = times_in_both(organiser, event, url)
        assert not in_utc, (url, times)
