"""Pages with open places: what is the same for all is made without anybody."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import BaseStorage
from django.template import Context, Engine
from django.test import RequestFactory
from django.utils import timezone

from core.sheets import PLACES, Places, make_sheet
from tests.factories.accounts import UserFactory

PAGE = "{% load menlo %}<h1>{{ title }}</h1>{% personal 'mine.html' %}<p>{{ user }}</p>"
MINE = "[{{ user }} {{ wish }}]"
UPSIDE_DOWN = """
{% load menlo %}{% filter force_escape %}{% personal 'mine.html' %}{% endfilter %}
<i>{% personal 'other.html' %}</i>{% personal 'mine.html' %}
"""


@pytest.fixture(autouse=True)
def templates(settings):
    options = {
        "libraries": {"menlo": "core.templatetags.menlo"},
        "loaders": [
            (
                "django.template.loaders.locmem.Loader",
                {
                    "page.html": PAGE,
                    "mine.html": MINE,
                    "other.html": "({{ user }})",
                    "upside_down.html": UPSIDE_DOWN,
                },
            )
        ],
    }
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": options,
        }
    ]
    Engine.get_default.cache_clear()
    yield
    Engine.get_default.cache_clear()


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    request._messages = BaseStorage(request)
    return request


def test_one_sheet_is_filled_for_each_reader(db):
    sheet = make_sheet("page.html", {"title": "All of us"}, None)

    ada = sheet.answer(request_of(UserFactory(display_name="Ada")), wish="tea")
    nobody = sheet.answer(request_of(AnonymousUser()), wish="<b>")

    assert ada.content == b"<h1>All of us</h1>[Ada tea]<p></p>"
    assert nobody.content == b"<h1>All of us</h1>[AnonymousUser &lt;b&gt;]<p></p>"


def test_what_is_the_same_for_all_sees_nobody(db):
    sheet = make_sheet("page.html", {"title": "All of us"}, None)

    assert b"".join(sheet.texts) == b"<h1>All of us</h1><p></p>"
    assert sheet.places == ("mine.html",)


def test_places_are_filled_where_they_stand_as_often_as_they_do(db):
    sheet = make_sheet("upside_down.html", {}, None)

    text = sheet.answer(request_of(UserFactory(display_name="Bo"))).content.decode()

    assert "".join(text.split()) == "[Bo]<i>(Bo)</i>[Bo]"


def test_elsewhere_a_personal_part_is_an_ordinary_include():
    page = Engine.get_default().get_template("page.html")

    assert "[Cy tea]" in page.render(Context({"user": "Cy", "wish": "tea"}))


def test_nobody_can_type_a_place_into_a_page(db):
    typed = Places().leave_open("mine.html")

    sheet = make_sheet("page.html", {"title": f"{typed}\0:0\0"}, None)

    assert sheet.places == ("mine.html",)
    assert make_sheet("page.html", {PLACES: "mine"}, None).places == ("mine.html",)


def test_the_page_cache_hears_how_old_a_sheet_is_and_how_long_it_is_good(db):
    until = timezone.now()
    sheet = make_sheet("page.html", {}, until)
    request = request_of(AnonymousUser())

    sheet.answer(request)

    assert request.page_fresh_until == until
    assert request.page_made_at == sheet.made_at
