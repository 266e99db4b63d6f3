"""Parts of pages that several people see, and that nobody sees who should not."""

import pickle
import re
from datetime import datetime, timedelta

import pytest
import redis
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from core import pagecache, shelf
from core.sessions import SessionStore
from core.shelf import Shelf
from events.models import Registration, SeriesOrganiser
from submissions.models import Project
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory, TrackFactory
from tests.factories.submissions import ProjectFactory
from tests.factories.teams import MembershipFactory
from tests.parts import REDIS_AWAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def page_cache(settings):
    settings.PAGE_CACHE_SECONDS = 60
    forget()
    yield
    forget()


def forget():
    cache.clear()
    pagecache.versions.forget()
    Shelf.at_hand.clear()


def signed_in(user=None):
    client = Client()
    client.force_login(user or UserFactory())
    return client


def page(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def project(event):
    project = ProjectFactory(
        team__event=event, title="Wren Finder", story="about wrens", submitted=True
    )
    MembershipFactory(team=project.team)
    return project


@pytest.mark.parametrize("shared", ["events:detail", "submissions:gallery", "project"])
def test_a_page_seen_by_others_costs_the_next_person_one_question(
    event, project, django_assert_num_queries, shared
):
    def see(client):
        if shared == "project":
            return page(client, "submissions:project", event.slug, project.slug)
        return page(client, shared, event.slug)

    see(signed_in())
    second = UserFactory(display_name="Second Reader")
    client = signed_in(second)
    see(client)

    with django_assert_num_queries(1):  # who it is
        html = see(client)

    assert "Second Reader" in html
    assert "Second Reader" not in see(signed_in())


@pytest.mark.parametrize("name", ["events:detail", "submissions:gallery"])
def test_nothing_of_a_person_is_kept(event, name):
    reader = UserFactory(display_name="Zuleika Reader", email="zuleika@example.org")
    client = signed_in(reader)
    html = page(client, name, event.slug)
    token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', html)[0]

    kept = b"".join(pickle.dumps(part) for part in Shelf.at_hand.values())

    assert b"Sign out" not in kept
    for own in ("Zuleika", "zuleika", token, client.session.session_key):
        assert own.encode() not in kept
    assert event.name.encode() in kept


def test_each_page_has_a_token_of_its_own(event):
    client = signed_in()

    pages = [page(client, "events:detail", event.slug) for _again in range(2)]

    first, second = (re.findall(r"csrfmiddlewaretoken.*?>", html)[0] for html in pages)
    assert first != second


def test_a_message_is_read_by_the_one_it_is_for(event):
    client, other = signed_in(), signed_in()
    page(other, "events:detail", event.slug)
    client.post(reverse("events:register", args=[event.slug]), {"agrees": "on"})
    address = reverse("events:detail", args=[event.slug])

    assert 'class="messages"' not in other.get(address).content.decode()
    assert 'class="messages"' in client.get(address).content.decode()
    assert 'class="messages"' not in client.get(address).content.decode()


def close_account(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user):
    user.set_password("another long secret")
    user.save()


def sign_out_elsewhere(user):
    for session in Session.objects.all():
        if session.get_decoded()["_auth_user_id"] == str(user.pk):
            SessionStore(session.session_key).delete()


@pytest.mark.parametrize("end", [close_account, change_password, sign_out_elsewhere])
@pytest.mark.parametrize("name", ["events:detail", "submissions:gallery"])
def test_a_session_ends_at_once_also_on_kept_pages(event, name, end):
    user = UserFactory(display_name="Wanda Gone")
    client = signed_in(user)
    assert "Wanda Gone" in page(client, name, event.slug)

    end(user)

    html = page(client, name, event.slug)
    assert "Wanda Gone" not in html
    assert reverse("account_login") in html


def test_ones_new_name_shows_at_once(event):
    user = UserFactory(display_name="Old Name")
    client = signed_in(user)
    page(client, "events:detail", event.slug)

    User.objects.filter(pk=user.pk).update(display_name="New Name")

    assert "New Name" in page(client, "events:detail", event.slug)


def test_a_page_for_strangers_knows_the_age_of_the_sheet_it_was_made_of(
    event, time_machine
):
    """Countdowns would be wrong by that otherwise."""
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    address = reverse("events:detail", args=[event.slug])
    Client().get(address)
    cache.delete_many(key for key in pages_in_the_cache())
    time_machine.move_to(now + timedelta(seconds=9), tick=False)

    assert Client().get(address)["Server-Timing"] == "age;dur=9000"


def pages_in_the_cache():
    return [key.partition(":1:")[2] for key in cache._cache if ":page:" in key]


def test_whoever_is_signed_in_costs_one_way_to_redis(event, settings, redis_server):
    settings.CACHES = {
        "default": {"BACKEND": "core.connections.RedisCache", "LOCATION": redis_server}
    }
    client = signed_in()
    page(client, "events:detail", event.slug)
    with redis.Redis.from_url(redis_server) as server:

        def commands():
            return server.info("commandstats")

        before = {name: stats["calls"] for name, stats in commands().items()}
        page(client, "events:detail", event.slug)
        after = {name: stats["calls"] for name, stats in commands().items()}

    made = {n: calls - before.get(n, 0) for n, calls in after.items()}
    assert {name: n for name, n in made.items() if n and name != "cmdstat_info"} == {
        "cmdstat_mget": 1
    }


def test_events_that_have_not_changed_for_long_keep_apart(event):
    other = EventFactory(name="Another Evening")
    forget()  # as after an hour: no version is known
    client = signed_in()

    assert event.name in page(client, "events:detail", event.slug)
    assert "Another Evening" in page(client, "events:detail", other.slug)


def test_parts_show_a_change_at_once_whichever_process_made_it(event):
    client = signed_in()
    page(client, "events:detail", event.slug)
    names = dict(pagecache.versions.remembered)

    TrackFactory(event=event, name="Second track")
    pagecache.versions.remembered.update(names)  # as where the change was not made

    assert "Second track" in page(client, "events:detail", event.slug)


def test_only_organisers_see_the_way_to_their_pages_and_only_while_they_are(event):
    organiser = UserFactory()
    role = SeriesOrganiser.objects.create(series=event.series, user=organiser)
    live = reverse("dashboard:live", args=[event.slug])
    organisers = signed_in(organiser)

    assert live in page(organisers, "events:detail", event.slug)
    assert live not in page(signed_in(), "events:detail", event.slug)
    assert live not in page(Client(), "events:detail", event.slug)

    role.delete()
    assert live not in page(organisers, "events:detail", event.slug)


def test_the_panel_follows_ones_own_place(event):
    user = UserFactory()
    client, other = signed_in(user), signed_in()
    assert "You have a place" not in page(client, "events:detail", event.slug)

    place = RegistrationFactory(
        event=event, user=user, status=Registration.Status.CONFIRMED
    )

    assert "My ticket" in page(client, "events:detail", event.slug)
    assert "My ticket" not in page(other, "events:detail", event.slug)
    place.delete()
    assert "My ticket" not in page(client, "events:detail", event.slug)


def test_the_clock_alone_changes_what_is_shown(event, time_machine):
    reader = UserFactory()
    deadline = event.next_deadline().closes_at

    def counts_down_to():
        html = page(signed_in(reader), "events:detail", event.slug)
        shown = re.findall(r'data-countdown="([^"]+)"', html)
        return [datetime.fromisoformat(moment) for moment in shown]

    time_machine.move_to(deadline - timedelta(seconds=2), tick=False)
    assert counts_down_to() == [deadline]

    time_machine.move_to(deadline, tick=False)

    assert deadline not in counts_down_to()


def test_a_draft_event_is_seen_by_its_organisers_only(event):
    organiser = UserFactory()
    SeriesOrganiser.objects.create(series=event.series, user=organiser)
    page(signed_in(), "events:detail", event.slug)
    event.is_published = False
    event.save()

    for _again in range(2):
        assert "This is a draft" in page(
            signed_in(organiser), "events:detail", event.slug
        )
        address = reverse("events:detail", args=[event.slug])
        assert signed_in().get(address).status_code == 404


def test_a_withdrawn_project_is_gone_at_once_for_all_but_its_team(event, project):
    address = reverse("submissions:project", args=[event.slug, project.slug])
    member = signed_in(project.team.memberships.get().user)
    visitor = signed_in()
    assert "about wrens" in visitor.get(address).content.decode()
    assert "Withdraw" in member.get(address).content.decode()

    project.status = Project.Status.WITHDRAWN
    project.save()

    assert visitor.get(address).status_code == 404
    assert "about wrens" in member.get(address).content.decode()
    assert "Wren Finder" not in page(visitor, "submissions:gallery", event.slug)


def test_the_gallery_shows_members_the_way_to_their_project(event, project):
    member = signed_in(project.team.memberships.get().user)

    assert "Our project" in page(member, "submissions:gallery", event.slug)
    assert "Our project" not in page(signed_in(), "submissions:gallery", event.slug)


def test_without_the_cache_parts_are_made_each_time(event):
    with override_settings(CACHES=REDIS_AWAY):
        assert Shelf(event.slug).keep("x", lambda: "made") == "made"
        assert "Overview" in page(Client(), "events:detail", event.slug)


def test_nothing_is_not_kept_and_what_is_at_hand_is_bounded(event, monkeypatch):
    monkeypatch.setattr(shelf, "MOST_AT_HAND", 3)
    kept = Shelf(event.slug)
    assert kept.keep("x", lambda: None) is None
    assert kept.keep("x", lambda: "made later") == "made later"

    for number in range(9):
        kept.keep(str(number), lambda: "part")

    assert len(Shelf.at_hand) <= 3


def test_parts_last_no_longer_than_pages(event, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    assert Shelf(event.slug).keep("x", lambda: "first") == "first"

    time_machine.move_to(now + timedelta(seconds=61), tick=False)

    assert Shelf(event.slug).keep("x", lambda: "second") == "second"
