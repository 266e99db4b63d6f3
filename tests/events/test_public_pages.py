import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from events.days import days_of
from events.models import AgendaItem, Event, Faq, Phase, Registration, Sponsor
from events.planning import move_phases
from tests.factories.accounts import UserFactory
from tests.factories.events import (
    AnnouncementFactory,
    EventFactory,
    PhaseWindowFactory,
    PrizeFactory,
    RegistrationFactory,
    SeriesFactory,
    SeriesOrganiserFactory,
    TrackFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2027, 6, 5, 12, tzinfo=UTC)


def page(client, name, *args, **query):
    response = client.get(reverse(f"events:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def full_event(**changes):
    """An event that fills every part of its page."""
    event = EventFactory(
        name="Pi Day",
        tagline="Circles all day",
        description="We **love** pi.",
        venue="Old Garage",
        website="https://pi.example.org",
        contact_email="hello@example.org",
        code_of_conduct="Be *kind*.",
        time_zone="Europe/Berlin",
        starts_at=NOON - timedelta(hours=3),
        ends_at=NOON + timedelta(hours=6),
        phases=[],
        **changes,
    )
    for phase, opens, closes in [
        (Phase.REGISTRATION, -500, -3),
        (Phase.HACKING, -3, 3),
        (Phase.JUDGING, 3, 6),
    ]:
        PhaseWindowFactory(
            event=event,
            phase=phase,
            opens_at=NOON + timedelta(hours=opens),
            closes_at=NOON + timedelta(hours=closes),
        )
    AgendaItem.objects.create(
        event=event,
        title="Doors",
        starts_at=NOON - timedelta(hours=3),
        ends_at=NOON - timedelta(hours=2),
        room="Hall 1",
        description="Coffee & cake",
    )
    AgendaItem.objects.create(
        event=event, title="Party", starts_at=NOON + timedelta(hours=12)
    )
    track = TrackFactory(event=event, name="Data for good")
    sponsor = Sponsor.objects.create(
        event=event,
        name="Acme",
        website="https://acme.example.org",
        what_they_give="Lunch",
    )
    PrizeFactory(event=event, name="First prize", track=track, sponsor=sponsor)
    Faq.objects.create(event=event, question="Is there food?", answer="Plenty.")
    AnnouncementFactory(event=event, text="Bring a **charger**.", published_at=NOON)
    return event


def test_event_page_shows_everything(client, time_machine):
    time_machine.move_to(NOON)
    event = full_event()

    html = page(client, "detail", event.slug)

    for text in [
        "Pi Day",
        "Circles all day",
        "<strong>love</strong>",
        "Old Garage",
        "Doors",
        "Hall 1",
        "Coffee &amp; cake",
        "Data for good",
        "First prize",
        "given by Acme",
        "Lunch",
        "Is there food?",
        "Bring a <strong>charger</strong>.",
        "hello@example.org",
        reverse("events:conduct", args=[event.slug]),
        # Noon in UTC is 14 o'clock in Berlin in summer.
        "Sat 5 Jun 2027, 11:00 CEST",
        "Saturday 5 June",
        "Sunday 6 June",
        'Hacking closes <time datetime="2027-06-05T17:00:00+02:00"',
        "Sat 5 Jun, 17:00 CEST",
    ]:
        assert text in html, text


def test_event_page_shows_times_in_the_readers_zone_too(sign_in, time_machine):
    time_machine.move_to(NOON)
    event = full_event()

    there = page(sign_in(UserFactory(time_zone="Europe/Paris")), "detail", event.slug)
    far_away = page(sign_in(UserFactory(time_zone="Asia/Tokyo")), "detail", event.slug)

    assert "for you)</small>" not in there
    assert "(Sat 18:00 JST for you)" in far_away


def test_event_page_describes_itself_to_search_engines(client, time_machine):
    time_machine.move_to(NOON)
    event = full_event(capacity=40)
    Event.objects.filter(pk=event.pk).update(tagline="</script><script>alert(1)")
    event.series.website = "https://club.example.org"
    event.series.save()

    html = page(client, "detail", event.slug)

    blocks = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL
    )
    assert len(blocks) == 1
    described = json.loads(blocks[0])
    assert described["@type"] == "Hackathon"
    assert described["startDate"] == "2027-06-05T11:00:00+02:00"
    assert described["description"] == "</script><script>alert(1)"
    assert described["organizer"]["url"] == "https://club.example.org"
    assert described["maximumAttendeeCapacity"] == 40
    assert described["location"]["name"] == "Old Garage"
    assert described["offers"]["price"] == 0


def test_a_bare_event_has_a_page(client):
    event = EventFactory(phases=[])

    html = page(client, "detail", event.slug)

    assert event.name in html
    assert "Agenda" not in html


def test_a_draft_is_nowhere_but_for_its_organisers(sign_in, client, stranger):
    event = EventFactory(is_published=False)
    organiser = SeriesOrganiserFactory(series=event.series).user
    other = SeriesOrganiserFactory().user
    addresses = [
        reverse(f"events:{name}", args=[event.slug])
        for name in ("detail", "ics", "conduct", "register")
    ]

    for user in (stranger, other):
        for address in addresses:
            assert sign_in(user).get(address).status_code == 404
    client.logout()
    for address in addresses[:3]:
        assert client.get(address).status_code == 404
    assert event.name not in page(client, "list")
    assert event.name not in page(client, "series", event.series.slug)
    assert "This is a draft" in page(sign_in(organiser), "detail", event.slug)
    assert event.name in page(sign_in(UserFactory(is_superuser=True)), "list")


@pytest.mark.parametrize(
    ("status", "phases", "words"),
    [
        (None, [Phase.REGISTRATION], "Register"),
        (None, [Phase.HACKING], "Registration is closed"),
        (None, [Phase.RESULTS], "See what was built"),
        ("declined", [Phase.REGISTRATION, Phase.HACKING], "Registration is closed"),
        ("pending", [Phase.REGISTRATION], "with the organisers"),
        ("waitlisted", [Phase.REGISTRATION], "You are on the waiting list"),
        ("confirmed", [Phase.REGISTRATION, Phase.TEAM_FORMATION], "Find a team"),
        ("confirmed", [Phase.HACKING], "My team and project"),
        ("confirmed", [Phase.JUDGING], "See the projects"),
        ("confirmed", [Phase.RESULTS], "See the results"),
        ("checked_in", [Phase.HACKING], "Good to have you here"),
        ("cancelled", [Phase.REGISTRATION], "Register"),
    ],
)
def test_event_page_says_what_to_do_now(sign_in, stranger, status, phases, words):
    event = EventFactory(phases=phases)
    if status:
        RegistrationFactory(
            event=event,
            user=stranger,
            status=status,
            checked_in_at=event.starts_at if status == "checked_in" else None,
        )

    html = page(sign_in(stranger), "detail", event.slug)

    assert words in html[html.index('aria-labelledby="call-title"') :]


def test_event_page_announces_when_registration_opens(client, time_machine):
    time_machine.move_to(NOON - timedelta(weeks=10))
    event = full_event()

    html = page(client, "detail", event.slug)

    assert "Save the date" in html
    assert 'Registration opens <time datetime="2027-05-15T18:00:00+02:00"' in html
    assert "Sat 15 May, 18:00 CEST" in html


@pytest.mark.parametrize(
    ("capacity", "words"),
    [(None, "Registration is open."), (1, "Join the waiting list"), (2, "One place")],
)
def test_event_page_counts_the_places_left(client, capacity, words):
    event = EventFactory(capacity=capacity)
    RegistrationFactory(event=event)
    RegistrationFactory(event=event, status=Registration.Status.WAITLISTED)

    assert words in page(client, "detail", event.slug)


def test_event_page_asks_the_same_few_questions_of_the_database(
    client, sign_in, attendee, event, django_assert_max_num_queries
):
    def fill():
        for number in range(5):
            AnnouncementFactory(event=event)
            PrizeFactory(event=event, track=TrackFactory(event=event))
            Faq.objects.create(event=event, question=f"Q{number}", answer="A")

    fill()
    with django_assert_max_num_queries(10) as few:
        page(client, "detail", event.slug)
    for _times in range(5):
        fill()
    with django_assert_max_num_queries(len(few)):
        page(client, "detail", event.slug)


def test_conduct_page_shows_the_rules(client, event):
    assert "Be kind to one another" in page(client, "conduct", event.slug)

    Event.objects.update(code_of_conduct="No *jerks*.", contact_email="a@b.example")
    html = page(client, "conduct", event.slug)

    assert "No <em>jerks</em>." in html
    assert "mailto:a@b.example" in html


def test_calendar_holds_the_event_and_its_agenda(client, time_machine):
    time_machine.move_to(NOON)
    event = full_event()

    response = client.get(reverse("events:ics", args=[event.slug]))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"].endswith(f'filename="{event.slug}.ics"')
    entries = Calendar.from_ical(response.content).walk("VEVENT")
    told = [(str(e["SUMMARY"]), e.decoded("DTSTART")) for e in entries]
    assert told == [
        ("Pi Day", NOON - timedelta(hours=3)),
        ("Pi Day: Doors", NOON - timedelta(hours=3)),
        ("Pi Day: Party", NOON + timedelta(hours=12)),
    ]
    assert str(entries[1]["LOCATION"]) == "Hall 1, Old Garage"
    assert entries[2].decoded("DTEND") == NOON + timedelta(hours=13)
    Event.objects.update(venue="")
    again = client.get(reverse("events:ics", args=[event.slug]))
    assert b"LOCATION:Hall 1\r\n" in again.content
    assert [e["UID"] for e in Calendar.from_ical(again.content).walk("VEVENT")] == [
        e["UID"] for e in entries
    ]


def calendar(client, event):
    answer = client.get(reverse("events:ics", args=[event.slug]))
    assert answer.status_code == 200
    return answer.content, Calendar.from_ical(answer.content)


def test_a_calendar_is_the_same_until_something_changes(client, time_machine):
    time_machine.move_to(NOON, tick=False)
    event = full_event()
    first, before = calendar(client, event)
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    assert calendar(client, event)[0] == first

    item = event.agenda.get(title="Doors")
    item.room = "Hall 2"
    item.save()

    _bytes, after = calendar(client, event)
    told = [
        [(int(e["SEQUENCE"]), e.decoded("LAST-MODIFIED")) for e in each.walk("VEVENT")]
        for each in (before, after)
    ]
    assert told[0] == [(0, NOON)] * 3
    assert told[1] == [(0, NOON), (86400, NOON + timedelta(days=1)), (0, NOON)]


def test_a_moved_event_has_a_higher_number_in_calendars(client, time_machine):
    time_machine.move_to(NOON, tick=False)
    event = full_event()
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)

    move_phases(event, timedelta(days=7))
    event.save()

    entries = calendar(client, event)[1].walk("VEVENT")
    assert [int(entry["SEQUENCE"]) for entry in entries] == [3600] * 3


def test_calendars_are_told_to_ask_again(client):
    event = full_event()

    _bytes, told = calendar(client, event)

    assert told["REFRESH-INTERVAL"].to_ical() == b"PT1H"
    assert told["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert str(told["X-PUBLISHED-TTL"]) == "PT1H"
    assert {str(entry["STATUS"]) for entry in told.walk("VEVENT")} == {"CONFIRMED"}
    assert f"webcal://testserver/events/{event.slug}/agenda.ics" in page(
        client, "detail", event.slug
    ).replace("webcal://localhost:8000", "webcal://testserver")


def test_calendars_that_know_an_event_learn_that_it_is_off(client):
    event = full_event()
    address = reverse("events:ics", args=[event.slug])
    Event.objects.filter(pk=event.pk).update(is_published=False)
    assert client.get(address).status_code == 404  # nobody knew it

    RegistrationFactory(event=event)

    (entry,) = calendar(client, event)[1].walk("VEVENT")
    assert (str(entry["STATUS"]), str(entry["SUMMARY"])) == ("CANCELLED", "Pi Day")


def test_an_item_without_an_end_lasts_until_the_next(client):
    event = EventFactory()
    for minutes, title in ((0, "Doors"), (20, "Welcome"), (300, "Lunch")):
        AgendaItem.objects.create(
            event=event, title=title, starts_at=NOON + timedelta(minutes=minutes)
        )

    entries = calendar(client, event)[1].walk("VEVENT")[1:]

    minutes = [
        (entry.decoded("DTEND") - entry.decoded("DTSTART")).seconds // 60
        for entry in entries
    ]
    assert minutes == [20, 60, 60]


@pytest.mark.parametrize(
    ("starts", "ends", "words", "with_weekday"),
    [
        ("02-20 09", "02-20 18", "20 February 2027", "Saturday 20 February 2027"),
        ("02-20 09", "02-21 01", "20 February 2027", "Saturday 20 February 2027"),
        (
            "02-20 09",
            "02-21 16",
            "20\u201321 February 2027",
            "Saturday 20 \u2013 Sunday 21 February 2027",
        ),
        (
            "02-28 09",
            "03-01 16",
            "28 February \u2013 1 March 2027",
            "Sunday 28 February \u2013 Monday 1 March 2027",
        ),
        (
            "12-31 09",
            "01-01 16",
            "31 December 2026 \u2013 1 January 2027",
            "Thursday 31 December 2026 \u2013 Friday 1 January 2027",
        ),
        ("02-20 23", "02-21 02", "20 February 2027", "Saturday 20 February 2027"),
    ],
)
def test_days_name_the_first_and_the_last(starts, ends, words, with_weekday):
    def moment(said):
        year = 2026 if said.startswith("12") else 2027
        return datetime.strptime(f"{year}-{said} +1300", "%Y-%m-%d %H %z")

    event = Event(
        starts_at=moment(starts), ends_at=moment(ends), time_zone="Pacific/Auckland"
    )

    assert (days_of(event), days_of(event, with_weekday=True)) == (words, with_weekday)


def test_list_sorts_events_by_time(client):
    now = EventFactory(name="Running Event")
    day = timedelta(days=1)
    EventFactory(
        name="Coming Event",
        starts_at=now.starts_at + day * 9,
        ends_at=now.ends_at + day * 9,
        phases=[],
    )
    EventFactory(
        name="Past Event",
        starts_at=now.starts_at - day * 9,
        ends_at=now.ends_at - day * 9,
        phases=[],
    )

    html = page(client, "list")

    places = [
        html.index(text)
        for text in (
            "On now",
            "Running Event",
            "Coming up",
            "Coming Event",
            ">Over<",
            "Past Event",
        )
    ]
    assert places == sorted(places)


def test_list_finds_by_words_and_series(client):
    wanted = EventFactory(name="Pi Day", venue="Garage")
    other = EventFactory(name="Euler Night")

    for query in ({"q": "pi d"}, {"q": "garage"}, {"series": wanted.series.slug}):
        html = page(client, "list", **query)
        assert wanted.name in html
        assert other.name not in html
    assert "No event fits" in page(client, "list", q="nothing like it")


@pytest.mark.parametrize("bad", [{"q": "x" * 500}, {"q": "\0"}, {"series": "none"}])
def test_list_shows_nothing_for_strange_filters(client, event, bad):
    html = page(client, "list", **bad)

    assert event.name not in html
    assert "No event fits" in html


def test_list_of_nothing_says_so(client, db):
    assert "There is no event yet" in page(client, "list")
    assert client.get(reverse("events:list"), {"page": 9}).status_code == 404


def test_list_asks_the_same_few_questions_of_the_database(
    client, event, django_assert_max_num_queries
):
    with django_assert_max_num_queries(10) as few:
        page(client, "list")
    EventFactory.create_batch(6)
    with django_assert_max_num_queries(len(few)):
        page(client, "list")


def test_series_page_shows_its_events(client):
    series = SeriesFactory(
        name="Garage Club", description="We *meet*.", website="https://club.example.org"
    )
    running = EventFactory(series=series)
    past = EventFactory(
        series=series,
        starts_at=running.starts_at - timedelta(days=9),
        ends_at=running.ends_at - timedelta(days=9),
        phases=[],
    )
    stranger = EventFactory()

    html = page(client, "series", series.slug)

    assert "We <em>meet</em>." in html
    assert html.index(running.name) < html.index(past.name)
    assert stranger.name not in html
    assert "no event yet" in page(client, "series", SeriesFactory().slug)


@pytest.mark.parametrize(
    "nasty",
    [
        "<script>alert(1)</script>",
        "{{ 7|add:7 }} {% debug %} ${7*7} %(x)s {0.__class__}",
        "' OR 1=1--",
        "[x](javascript:alert(1)) [y](java&Tab;script:alert(2))",
        "<img src=//evil.example/a.png> ![z](https://evil.example/b.png)",
        "👩🏽\u200d🚀 🏳️\u200d🌈 \U0001d518",
    ],
)
def test_what_people_write_is_shown_as_text(client, nasty):
    event = EventFactory(name=nasty[:80], tagline=nasty, description=nasty)
    AnnouncementFactory(event=event, text=nasty)
    Faq.objects.create(event=event, question=nasty, answer=nasty)

    html = page(client, "detail", event.slug)

    body = html[html.index("<main") :]
    assert "<script" not in body
    assert "<img" not in body
    assert 'href="javascript' not in body.lower()
    assert 'href="java' not in body.lower()


def test_a_markdown_bomb_is_rendered_in_no_time(client, django_assert_max_num_queries):
    event = EventFactory(description=">" * 9_000 + "[" * 9_000)

    started = datetime.now(UTC)
    page(client, "detail", event.slug)

    assert datetime.now(UTC) - started < timedelta(seconds=2)


def test_event_page_asks_little_for_those_who_are_signed_in(
    sign_in, attendee, event, django_assert_max_num_queries
):
    client = sign_in(attendee)
    page(client, "detail", event.slug)  # the session is in the cache from here on

    with django_assert_max_num_queries(12):
        page(client, "detail", event.slug)
