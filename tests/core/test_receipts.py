"""G16: a page that is sent twice makes one thing, and answers the same."""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.models import Receipt
from core.tasks import forget_old_receipts
from events.models import Announcement, Event, Registration
from notifications.models import Broadcast, Notification
from submissions.models import Dataset, Idea, Project, ProjectPicture
from teams.models import Team
from tests.bad_input.forms import forms_of
from tests.core.test_versions import Editor
from tests.factories.accounts import UserFactory
from tests.factories.events import RegistrationFactory
from tests.factories.submissions import ProjectFactory
from tests.races import race

pytestmark = pytest.mark.django_db


def png():
    picture = io.BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    return picture.getvalue()


@dataclass
class Page:
    """A page that makes a row of ``model``, and what ``who`` types into it."""

    model: type
    who: str
    where: str
    fields: dict[str, str]
    files: dict[str, bytes] = field(default_factory=dict)
    mails: int = 0

    def url(self, event):
        if self.where.startswith("admin:"):
            return reverse(self.where, args=[event.pk])
        words = [event.slug]
        if self.where == "submissions:pictures":
            words.append(Project.objects.get().slug)
        return reverse(self.where, args=words)

    def tab(self, client, event):
        """The open page; calling it sends it."""
        url = self.url(event)
        html = client.get(url).content.decode()
        nonce = next(
            dict(form.values)["nonce"]
            for form in forms_of(url, html)
            if "nonce" in form.names
        )
        return partial(self.send, client, url, nonce)

    def send(self, client, url, nonce, **more):
        files = {
            name: SimpleUploadedFile("p.png", content)
            for name, content in self.files.items()
        }
        return client.post(url, {**self.fields, **files, "nonce": nonce, **more})


DATA = {
    "title": "Birds",
    "link": "https://data.example.org/x",
    "licence": "MIT",
    "provenance": "p",
    "sensitivity": "event",
}
COPY = {"name": "Next year", "starts_at_0": "2030-05-04", "starts_at_1": "09:00:00"}
PAGES = {
    "registration": Page(Registration, "newcomer", "events:register", {}, mails=1),
    "team": Page(
        Team, "attendee", "teams:create", {"name": "New", "join_policy": "open"}
    ),
    "idea": Page(
        Idea, "attendee", "submissions:idea_create", {"title": "A", "pitch": "B"}
    ),
    "dataset": Page(Dataset, "captain", "submissions:dataset_create", DATA),
    "project": Page(Project, "captain", "submissions:project_create", {"title": "A"}),
    "picture": Page(
        *(ProjectPicture, "captain", "submissions:pictures", {"description": "A"}),
        {"picture": png()},
    ),
    "announcement": Page(
        *(Announcement, "organiser", "events:announce"),
        {"text": "Lunch", "by_mail": "on"},
        mails=2,
    ),
    "message": Page(
        *(Broadcast, "organiser", "notifications:mail"),
        {"segment": "everybody", "subject": "A", "body": "B"},
    ),
    "copy": Page(Event, "organiser", "admin:events_event_copy", COPY),
}


@pytest.fixture
def cast(event, attendee, captain, organiser):
    return {
        "newcomer": UserFactory(),
        "attendee": attendee,
        "captain": captain,
        "organiser": organiser,
    }


@pytest.fixture
def clients(cast, event, team):
    """``clients(page)``: as many as one likes, of the person the page is for."""

    def make(page):
        if page.where == "submissions:pictures":
            ProjectFactory(team=team)
        while True:
            client = Client()
            client.force_login(cast[page.who])
            yield client

    return make


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_double_click_makes_one_thing(page, event, clients):
    tab = page.tab(next(clients(page)), event)
    before = page.model.objects.count()

    answers = [tab(), tab(), tab()]

    assert {(a.status_code, a.url) for a in answers} == {(302, answers[0].url)}
    assert page.model.objects.count() == before + 1
    assert Notification.objects.count() == page.mails


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_four_at_once_make_one_thing(page, event, clients):
    people = clients(page)
    first = page.tab(next(people), event)
    _send, url, nonce = first.args[0], first.args[1], first.args[2]
    before = page.model.objects.count()

    answers = race(
        *(partial(page.send, client, url, nonce) for client in islice(people, 4))
    )

    assert {(a.status_code, a.url) for a in answers} == {(302, answers[0].url)}
    assert page.model.objects.count() == before + 1
    assert Notification.objects.count() == page.mails


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_same_page_with_other_words_makes_nothing_and_says_so(page, event, clients):
    tab = page.tab(next(clients(page)), event)
    first = tab()
    count = page.model.objects.count()

    again = tab(added="more")

    assert again.status_code == 409
    assert first.url in again.content.decode()
    assert page.model.objects.count() == count


def test_the_admin_adds_one_thing_as_well(client, event, organiser):
    client.force_login(organiser)
    tab = Editor(client, reverse("admin:judging_judge_add"))
    jo = {"name": "Jo", "email": "jo@example.org", "tracks": None}
    typed = {"event": str(event.pk), **jo}

    answers = [tab.save(**typed), tab.save(**typed)]

    assert {(a.status_code, a.url) for a in answers} == {(302, answers[0].url)}
    assert event.judges.count() == 1
    assert tab.save(**{**typed, "name": "Kim"}).status_code == 409


def test_what_was_refused_can_be_mended_on_the_same_page(event, clients):
    page = PAGES["idea"]
    tab = page.tab(next(clients(page)), event)

    refused = tab(title="")

    assert refused.status_code == 200
    assert tab.args[2] in refused.content.decode()  # the same nonce
    assert tab().status_code == 302
    assert Idea.objects.count() == 1


def test_what_an_action_refuses_leaves_no_receipt(event, clients, team):
    page = PAGES["team"]
    tab = page.tab(next(clients(page)), event)

    assert tab(name=team.name).status_code == 200
    assert not Receipt.objects.exists()
    assert tab().status_code == 302


def test_a_nonce_of_somebody_else_never_matches(event, clients, sign_in):
    page = PAGES["idea"]
    tab = page.tab(next(clients(page)), event)
    tab()
    other = sign_in(RegistrationFactory(event=event).user)

    answer = page.send(other, page.url(event), tab.args[2])

    assert answer.status_code == 302
    assert Idea.objects.count() == 2
    assert len({idea.author for idea in Idea.objects.all()}) == 2


def test_another_visit_to_the_page_makes_another_thing(event, clients):
    page = PAGES["idea"]
    client = next(clients(page))

    page.tab(client, event)()
    page.tab(client, event)()

    assert Idea.objects.count() == 2


@pytest.mark.parametrize("nonce", ["", "x" * 65, "a\0b", "a\nb", None])
def test_a_nonce_that_we_never_made_is_none(event, clients, nonce):
    page = PAGES["idea"]
    client = next(clients(page))
    sent = {**page.fields, **({} if nonce is None else {"nonce": nonce})}

    answer = client.post(page.url(event), sent)

    assert answer.status_code == 302
    assert not Receipt.objects.exists()


def test_receipts_are_kept_for_two_days_and_forgotten_after_three(stranger):
    for nonce, age in (("new", 49), ("old", 73)):
        receipt = Receipt.objects.create(user=stranger, nonce=nonce, content="")
        Receipt.objects.filter(pk=receipt.pk).update(
            created_at=timezone.now() - timedelta(hours=age)
        )

    forget_old_receipts()

    assert [receipt.nonce for receipt in Receipt.objects.all()] == ["new"]
