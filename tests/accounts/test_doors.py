"""G35: doors that open by a link are guarded, and a full room still gets in."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events.venues import networks_in
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory
from tests.factories.feedback import InvitationFactory
from tests.factories.judging import JudgeFactory
from tests.parts import REDIS_AWAY

pytestmark = pytest.mark.django_db
VENUE = "198.51.100.7"


def knock(url, address=VENUE):
    return Client(REMOTE_ADDR=address).get(url).status_code


def survey_url():
    return reverse("feedback:survey", args=[InvitationFactory().token])


def judge_url():
    return JudgeFactory().get_link_path()


DOORS = pytest.mark.parametrize(
    ("door", "opens", "tries"), [(judge_url, 302, 30), (survey_url, 200, 120)]
)


@pytest.mark.no_cover
@DOORS
def test_one_link_opens_so_often_a_minute_from_wherever(door, opens, tries):
    url = door()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        found = [knock(url, f"203.0.113.{n}") for n in range(tries)]

        assert set(found) == {opens}
        assert knock(url, "203.0.113.250") == 429
        assert knock(door()) == opens  # any other link is as before
        clock.shift(61)
        assert knock(url) == opens


@pytest.mark.no_cover
def test_a_room_of_judges_enters_from_one_address(event):
    links = [JudgeFactory(event=event).get_link_path() for _ in range(300)]

    assert {knock(link) for link in links} == {302}


@pytest.mark.parametrize(
    ("url", "limit"), [("/judge/enter/wrong-{}/", 1000), ("/survey/wrong-{}/", 3000)]
)
def test_guesses_from_one_address_come_to_an_end(url, limit, settings):
    settings.ACCOUNT_RATE_LIMITS = {
        action: rates.replace(f"{limit}/m/ip", "20/m/ip")
        for action, rates in settings.ACCOUNT_RATE_LIMITS.items()
    }
    with time_machine.travel(timezone.now(), tick=False):
        found = [knock(url.format(n)) for n in range(22)]

    assert found == [404] * 20 + [429] * 2


@DOORS
def test_doors_open_while_redis_is_away_and_not_for_ever(door, opens, tries):
    url = door()
    with override_settings(CACHES=REDIS_AWAY):
        found = [knock(url) for _try in range(tries + 1)]

    assert found == tries * [opens] + [429]


def test_a_team_code_is_guessed_by_few(event, attendee, team):
    client = Client()
    client.force_login(attendee)
    url = reverse("teams:code", args=[event.slug])
    with time_machine.travel(timezone.now(), tick=False):
        for n in range(20):
            client.post(url, {"code": f"WRONG{n}"})
        answer = client.post(url, {"code": team.join_code})

        assert "Too many tries" in answer.content.decode()
        link = reverse("teams:join_by_code", args=[event.slug, team.slug, "WRONG"])
        assert client.get(link).status_code == 429


# --- The place of an event ------------------------------------------------------------


def fail_to_sign_in(times, address=VENUE):
    """Each for an account of its own; the last answer says whether it was too often."""
    for n in range(times):
        answer = Client(REMOTE_ADDR=address).post(
            "/accounts/login/", {"login": f"p{n}@example.org", "password": "wrong one"}
        )
    return "Too many" in answer.content.decode() or answer.status_code == 429


@pytest.fixture
def few_by_address(settings):
    """Six tries from one address, so that the test need not make sixty."""
    settings.ACCOUNT_RATE_LIMITS |= {"login_failed": "6/m/ip,5/300s/key"}


@pytest.mark.parametrize(
    ("networks", "starts", "published", "counted"),
    [
        ("198.51.100.0/24", 0, True, False),
        ("192.0.2.1, 198.51.100.7", 0, True, False),
        ("::ffff:0:0/96", 0, True, True),
        ("198.51.101.0/24", 0, True, True),
        ("", 0, True, True),
        ("198.51.100.0/24", 2, True, False),  # people come early
        ("198.51.100.0/24", 5, True, True),
        ("198.51.100.0/24", -30, True, True),  # over
        ("198.51.100.0/24", 0, False, True),
    ],
)
@pytest.mark.usefixtures("few_by_address")
def test_an_event_widens_the_limits_by_address_at_its_place_while_it_runs(
    networks, starts, published, counted
):
    begin = timezone.now() + timedelta(hours=starts)
    EventFactory(
        venue_networks=networks,
        starts_at=begin,
        ends_at=begin + timedelta(hours=10),
        is_published=published,
    )

    assert fail_to_sign_in(7) == counted


def test_at_its_place_too_guessing_is_bounded(settings):
    settings.ACCOUNT_RATE_LIMITS |= {"login_failed": "1/m/ip,5/300s/key"}
    EventFactory(venue_networks=VENUE)

    assert not fail_to_sign_in(10)
    assert fail_to_sign_in(11)


@pytest.mark.usefixtures("few_by_address")
def test_elsewhere_and_for_one_account_the_limits_stay():
    EventFactory(venue_networks=VENUE)
    assert fail_to_sign_in(7, "203.0.113.9")
    UserFactory(email="kris@example.org")

    for _try in range(6):
        answer = Client(REMOTE_ADDR=VENUE).post(
            "/accounts/login/", {"login": "kris@example.org", "password": "wrong one"}
        )

    assert "Too many" in answer.content.decode()
    assert User.objects.filter(email="kris@example.org").exists()


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0/0",
        "10.0.0.0/8",
        "::/0",
        "2001:db8::/32",
        "the house",
        "192.0.2.300",
        "192.0.2.1/33",
        " ".join(["192.0.2.1"] * 21),
    ],
)
def test_what_is_no_place_is_refused(text):
    with pytest.raises(ValidationError):
        networks_in(text)


def test_addresses_and_networks_are_read_line_by_line():
    found = networks_in("192.0.2.1\n198.51.100.0/24, 2001:db8:1::/48\n")

    assert [str(network) for network in found] == [
        "192.0.2.1/32",
        "198.51.100.0/24",
        "2001:db8:1::/48",
    ]
