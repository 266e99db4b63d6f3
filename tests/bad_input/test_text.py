"""B1 to B18: what people type into any field of text, by browser."""

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.text import skeleton
from events.models import Announcement
from submissions.models import Dataset, Idea, Project
from teams.models import Team
from tests.access.test_matrix import client_of
from tests.bad_input.forms import FORM, as_read_on, encoded
from tests.factories.teams import TeamFactory


@dataclass(frozen=True)
class Door:
    """A form with a text field; ``stored`` is the row's attribute of that name."""

    role: str
    where: str
    words: tuple[str, ...]
    field: str
    model: type
    others: dict[str, object]
    one_line: bool = True
    required: bool = True

    def send(self, world, client, text):
        values = {**self.others, self.field: text}
        url = reverse(self.where, args=[world.words[word] for word in self.words])
        page = client.get(url).content.decode()
        if 'name="as_read"' in page:
            values["as_read"] = as_read_on(url, page)
        body = "&".join(f"{encoded(k)}={encoded(str(v))}" for k, v in values.items())
        return client.post(url, body, content_type=FORM)

    def stored(self):
        return set(self.model.objects.values_list(self.field, flat=True))


TEAM = {"join_policy": "open"}
DATA = {
    "title": "T",
    "licence": "MIT",
    "link": "https://data.example.org/x",
    "provenance": "p",
    "sensitivity": "event",
}
DOORS = {
    "team name": Door("attendee", "teams:create", ("event",), "name", Team, TEAM),
    "team pitch": Door(
        *("attendee", "teams:create", ("event",), "pitch", Team),
        {**TEAM, "name": "N2"},
        one_line=False,
        required=False,
    ),
    "idea": Door(
        *("attendee", "submissions:idea_create", ("event",), "title", Idea),
        {"pitch": "p"},
    ),
    "dataset": Door(
        *("captain", "submissions:dataset_create", ("event",), "title", Dataset),
        DATA,
    ),
    "where data come from": Door(
        *("captain", "submissions:dataset_create", ("event",), "provenance", Dataset),
        DATA,
        one_line=False,
    ),
    "project": Door(
        *("writer", "submissions:project_edit", ("event", "draft"), "title", Project),
        {"tagline": "x"},
    ),
    "story": Door(
        *("writer", "submissions:project_edit", ("event", "draft"), "story", Project),
        {"title": "x"},
        one_line=False,
        required=False,
    ),
    "person": Door(
        *("stranger", "accounts:profile", (), "display_name", User),
        {"headline_role": ""},
    ),
    "news": Door(
        *("organiser", "events:announce", ("event",), "text", Announcement),
        {},
        one_line=False,
    ),
}


@pytest.fixture(params=DOORS)
def door(request):
    return DOORS[request.param]


@pytest.fixture
def client(world, door):
    if door.role == "writer":
        draft = Project.objects.get(slug=world.words["draft"])
        user = draft.team.memberships.get().user
    else:
        return client_of(door.role, world, None)
    client = Client()
    client.force_login(user)
    return client


REFUSED = {
    "B2 NUL": "a\x00b",
    "B4 a megabyte": "a" * 2**20,
    "B12 stacked marks": "a" + "\u0301" * 10_000,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_stored_is_refused_in_a_sentence(world, door, client, text):
    before = door.stored()

    page = door.send(world, client, text)

    assert page.status_code == 200
    assert page.context["form"].errors[door.field]
    assert door.stored() == before


@pytest.mark.parametrize(
    "door", [name for name, door in DOORS.items() if door.required], indirect=True
)
@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\u2060\ufeff"])
def test_b1_nothing_is_not_something(world, door, client, text):
    before = door.stored()

    page = door.send(world, client, text)

    assert page.context["form"].errors[door.field]
    assert door.stored() == before


KEPT = {
    "B5 family and flag": "👩‍👩‍👧‍👦🇺🇦 ok",
    "B7 tag": "<script>alert(1)</script>",
    "B8 templates": "{{7*7}} {% debug %} ${7*7} %(x)s {0.__class__}",
    "B9 sql": "' OR 1=1--",
    "B14 formula": "=cmd|' /C calc'!A0",
    "any script": "Проєкт 中文 עברית",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_looks_odd_is_kept_and_shown_as_it_is(world, door, client, text):
    answer = door.send(world, client, text)

    assert answer.status_code == 302, answer.context["form"].errors
    assert text in door.stored()
    assert "<script>alert" not in client.get(answer["Location"]).content.decode()


TIDIED = {
    "B6 turned around": ("a\u202eb\u2066c", "abc"),
    "B10 in pieces": ("Cafe\u0301", "Caf\u00e9"),
    "spaces around": ("  a  ", "a"),
}


@pytest.mark.parametrize(("text", "kept"), TIDIED.values(), ids=TIDIED)
def test_what_can_be_tidied_is(world, door, client, text, kept):
    if door.field == "name" and len(kept) < 2:
        kept, text = "ab", "  ab  "
    door.send(world, client, text)

    assert kept in door.stored()


@pytest.mark.parametrize(
    "door", [name for name, door in DOORS.items() if door.one_line], indirect=True
)
def test_b13_one_line_stays_one_line(world, door, client):
    door.send(world, client, "Hello\r\nBcc: everybody@example.org")

    assert "Hello Bcc: everybody@example.org" in door.stored()


@pytest.mark.parametrize("name", ["RUST CO", "Rust  Co", "Rust\u00a0Co", "\uff52UST"])
def test_b10_names_are_one_as_people_see_them(world, name):
    TeamFactory(event=world.event, name="Rust Co")
    TeamFactory(event=world.event, name="\uff32ust")
    client = client_of("attendee", world, None)

    page = DOORS["team name"].send(world, client, name)

    assert "Another team has this name" in page.content.decode()


@pytest.mark.parametrize("name", ["Rust C\u043e", "RUST-C0", "Ru\u0455t Co"])
def test_b11_a_name_that_looks_like_another_is_for_organisers_to_judge(world, name):
    TeamFactory(event=world.event, name="Rust Co")
    client = client_of("attendee", world, None)

    DOORS["team name"].send(world, client, name)

    assert Team.objects.filter(name=name).exists()
    live = reverse("dashboard:live", args=[world.event.slug])
    page = client_of("organiser", world, None).get(live).content.decode()
    assert "These names look alike" in page


def test_names_that_do_not_look_alike_do_not():
    names = [
        "Rust Co",
        "Trust Co",
        "Rost Ca",
        "\u041a\u0440\u0443\u043a",
        "\u041a\u0440\u0443\u0433",
        "木",
        "林",
        "2",
        "22",
    ]
    assert len({skeleton(name) for name in names}) == len(names)
