"""Words without a space: no page needs scrolling sideways. Hidden parts are hidden."""

import pytest
from django.apps import apps
from django.db.utils import DatabaseError, IntegrityError
from django.test import Client

from core.models import LineField, ProseField
from tests.access.test_matrix import LINES, address
from tests.access.world import build

pytestmark = pytest.mark.django_db(transaction=True)

WIDTH = 390
ROLES = ("captain", "attendee", "organiser", "judge", "anonymous")
DRAWN = ("judging:home", "judging:card")  # by a script, for a judge
FORMAL = {"venue_networks"}  # no words
# What sticks out, deepest first, but for what scrolls by itself.
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .map((one) => `${one.tagName}.${one.className}`).slice(-3);
}"""
# What is hidden and shows, but for level texts, which keep their room unseen.
SHOWN = """() => [...document.querySelectorAll("[hidden]")]
  .filter((one) => getComputedStyle(one).display !== "none")
  .filter((one) => getComputedStyle(one).visibility !== "hidden")
  .map((one) => `hidden, and shown: ${one.tagName}.${one.className}`)"""


def texts():
    """Every field that people write a line or a text in."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, (LineField, ProseField)) and field.name not in FORMAL:
                yield model, field


def write_long_words():
    """80 letters, or as many as fit, in every text of every row."""
    number = 0
    for model, field in texts():
        room = min(field.max_length or 80, 80)
        for row in model._base_manager.all():
            word = "W" * (room - 4) + f"{row.pk:04}"
            try:
                model._base_manager.filter(pk=row.pk).update(**{field.name: word})
            except (DatabaseError, IntegrityError):
                continue  # what is never changed once it is written
            number += 1
    return number


def test_no_page_sticks_out_or_shows_what_is_hidden(start_site, open_page):
    rig = build("canary")
    changed = write_long_words()
    site, browsers, found, looked_at, hidden = start_site(), {}, [], 0, 0
    for name, words, method, expected in LINES:
        choice = ("judge",) if name in DRAWN else ROLES
        role = next((role for role in choice if expected[role] == 200), None)
        if method != "GET" or not role:
            continue
        if role not in browsers:
            client, page = Client(), open_page(width=WIDTH, height=844)
            if user := rig.users.get(role):
                client.force_login(user)
                site.sign_in(page, user)
            if role == "judge":
                client.get(rig.judge.get_link_path())
                page.goto(site.url + rig.judge.get_link_path())
            browsers[role] = client, page
        client, page = browsers[role]
        path = address(name, words, rig)
        answer = client.get(path)
        is_page = not answer.streaming and b"<html" in answer.content
        answer.close()
        if is_page:
            looked_at += 1
            page.goto(site.url + path, wait_until="load")
            search = page.locator("[data-picker-search] input")
            if search.count():
                search.first.fill("no tool is called like this")
                hidden += page.locator(".picker__tool[hidden]").count()
            if wrong := page.evaluate(WIDER) + page.evaluate(SHOWN):
                found.append(f"{path} as {role}: {wrong}")

    assert not found, "\n".join(found)
    assert looked_at >= 60
    assert changed >= 30
    assert hidden
