"""One save that breaks what people rely on asks first, and tells them if wished."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import AgendaItem, Event, PhaseWindow
from notifications.composing import compose
from notifications.models import Notification
from tests.bad_input.admin_pages import asked, confirm, edit_of, errors_of, submit
from tests.factories.events import (
    EventFactory,
    RegistrationFactory,
    SeriesFactory,
    SeriesOrganiserFactory,
)
from tests.factories.judging import JudgeFactory
from tests.factories.teams import MembershipFactory


@pytest.fixture
def event(db):
    """Three weeks ahead, with somebody who has a place."""
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    event = EventFactory(
        name="Pi Day",
        venue="Old Hall",
        code_of_conduct="Be kind.",
        capacity=1,
        starts_at=noon + timedelta(weeks=3),
        ends_at=noon + timedelta(weeks=3, hours=8),
    )
    event.windows.update(
        opens_at=noon - timedelta(days=2), closes_at=noon + timedelta(weeks=3)
    )
    RegistrationFactory(event=event, conduct_digest="x" * 64)
    RegistrationFactory(event=event, status="waitlisted")
    RegistrationFactory(event=event, status="cancelled")
    return event


@pytest.fixture
def client(sign_in, organiser):
    return sign_in(organiser)


def in_a_week(event):
    return {
        f"{name}_0": f"{getattr(event, name) + timedelta(weeks=1):%Y-%m-%d}"
        for name in ("starts_at", "ends_at")
    }


def closing_earlier(event):
    row = [w.phase for w in event.windows.all()].index("hacking")
    return {f"windows-{row}-closes_at_1": "11:00:00", "move_phases": None}


# What is typed, and what is asked before it is saved.
ASKED = {
    "another day": (in_a_week, "2 people have registered and know it otherwise"),
    "another place": (lambda _e: {"venue": "New Hall"}, "Old Hall → New Hall"),
    "another zone": (
        lambda _e: {"time_zone": "Europe/Berlin"},
        "from UTC to Europe/Berlin",
    ),
    "a phase ends earlier": (closing_earlier, "Hacking closes:"),
    "a phase is gone": (
        lambda _e: {"windows-0-DELETE": "on", "move_phases": None},
        "not any more",
    ),
    "unpublished": (
        lambda _e: {"is_published": None},
        "2 people have registered. Unpublished",
    ),
    "another address": (lambda _e: {"slug": "tau-day"}, "keep leading here"),
    "other rules": (
        lambda _e: {"code_of_conduct": "Be very kind."},
        "1 person has accepted",
    ),
    "other hosts": (lambda e: {"series": e.other_series}, "no longer do"),
}


@pytest.mark.parametrize(("typed", "question"), ASKED.values(), ids=ASKED)
def test_it_is_asked_before_it_is_saved(client, event, organiser, typed, question):
    other = SeriesOrganiserFactory(user=organiser, series=SeriesFactory())
    event.other_series = str(other.series_id)
    before = Event.objects.values().get(pk=event.pk)
    windows = list(PhaseWindow.objects.values())

    answer = submit(client, edit_of(event), **typed(event))

    assert "Nothing is saved yet" in errors_of(answer)
    assert question in asked(answer)[0]
    assert Event.objects.values().get(pk=event.pk) == before
    assert list(PhaseWindow.objects.values()) == windows
    if "windows-0-DELETE" not in typed(event):
        assert confirm(client, edit_of(event), answer).status_code == 302
        assert Event.objects.values().get(pk=event.pk) != before
    assert not Notification.objects.exists()  # nobody ticked that


@pytest.mark.parametrize(
    "typed",
    [
        *(typed for name, (typed, _text) in ASKED.items() if name != "other hosts"),
        lambda _e: {"tagline": "Nicer words"},
    ],
    ids=lambda value: "",
)
def test_a_draft_that_nobody_knows_is_saved_as_it_is(client, event, typed):
    event.registrations.all().delete()
    Event.objects.filter(pk=event.pk).update(is_published=False)
    event.windows.exclude(phase="hacking").delete()

    answer = submit(client, edit_of(event), **typed(event))

    assert answer.status_code == 302 or "time zone" in asked(answer)[0]


def test_what_changes_nothing_for_people_is_not_asked(client, event):
    answer = submit(client, edit_of(event), tagline="Nicer words")

    assert answer.status_code == 302


def test_people_and_judges_are_mailed_the_old_and_the_new_date(client, event):
    judge = JudgeFactory(event=event, invited_at=timezone.now())
    JudgeFactory(event=event)  # knows nothing yet
    place = event.registrations.get(status="confirmed")
    old, new = event.starts_at, event.starts_at + timedelta(weeks=1)

    answer = submit(client, edit_of(event), venue="New Hall", **in_a_week(event))
    no_tracks = {"judges-0-tracks": None, "judges-1-tracks": None}
    saved = confirm(client, edit_of(event), answer, tell_people="on", **no_tracks)

    assert saved.status_code == 302, errors_of(saved)
    mails = {row.recipient or row.address: row for row in Notification.objects.all()}
    waiting = event.registrations.get(status="waitlisted").user
    assert set(mails) == {place.user, waiting, judge.email}
    assert {row.topic for row in mails.values()} == {"necessary"}
    text = compose(mails[place.user]).body
    assert f"It begins: {old:%a} {old.day} {old:%b %Y}, 12:00 UTC → " in text
    assert f"→ {new:%a} {new.day} {new:%b %Y}, 12:00 UTC" in text
    assert "The place: Old Hall → New Hall" in text
    assert reverse("events:registration", args=[event.slug]) in text
    assert judge.get_link_path() in compose(mails[judge.email]).body
    assert event.audit_entries.filter(verb="events.told_people").count() == 1


def test_who_moves_it_twice_mails_twice(client, event):
    for hall in ("New Hall", "Newer Hall"):
        answer = submit(client, edit_of(event), venue=hall)
        confirm(client, edit_of(event), answer, tell_people="on")

    assert Notification.objects.count() == 2 * 2


def test_people_are_mailed_that_it_is_called_off(client, event):
    answer = submit(client, edit_of(event), is_published=None)
    confirm(client, edit_of(event), answer, tell_people="on")

    mails = Notification.objects.select_related("event", "recipient")
    assert len(mails) == 2
    assert "Pi Day is called off" in compose(mails[0]).subject
    event.refresh_from_db()
    assert not event.is_published


def test_a_tick_alone_mails_nobody(client, event):
    submit(client, edit_of(event), tagline="Nicer words", tell_people="on")

    assert not Notification.objects.exists()


def test_tidying_a_past_event_offers_no_mail(client, event):
    past = timezone.now() - timedelta(weeks=30)
    Event.objects.filter(pk=event.pk).update(
        starts_at=past, ends_at=past + timedelta(hours=8)
    )

    answer = submit(client, edit_of(event), is_published=None)
    confirm(client, edit_of(event), answer, tell_people="on")

    assert not Notification.objects.exists()


@pytest.mark.parametrize("phase", ["registration", "hacking"])
def test_a_phase_that_is_over_opens_again_only_when_asked(client, event, phase):
    over = timezone.now().replace(microsecond=0) - timedelta(hours=2)
    event.windows.update(opens_at=over - timedelta(hours=3), closes_at=over)
    row = [window.phase for window in event.windows.all()].index(phase)
    later = f"{over + timedelta(days=2):%Y-%m-%d}"
    typed = {f"windows-{row}-closes_at_0": later, "move_phases": None}

    answer = submit(client, edit_of(event), **typed)

    assert "would be open again for everybody" in asked(answer)[0]
    assert event.windows.get(phase=phase).closes_at == over
    assert confirm(client, edit_of(event), answer).status_code == 302
    assert event.windows.get(phase=phase).closes_at == over + timedelta(days=2)


def test_publishing_the_past_asks_for_the_year(client, event):
    typed = {"starts_at_0": "2020-12-01", "ends_at_0": "2020-12-01"}
    Event.objects.filter(pk=event.pk).update(is_published=False)

    answer = submit(client, edit_of(event), is_published="on", **typed)

    assert "Is the year right?" in asked(answer)[0]
    assert "Tue 1 Dec 2020" in asked(answer)[0]


def test_a_new_event_of_the_past_asks_for_the_year(client, event):
    answer = submit(
        client,
        reverse("admin:events_event_add"),
        name="Old",
        slug="old",
        is_published="on",
        starts_at_0="2020-12-01",
    )

    assert "Is the year right?" in asked(answer)[0]
    assert not Event.objects.filter(slug="old").exists()


def test_agenda_on_another_day_is_asked_when_it_gets_public(client, event):
    item = AgendaItem.objects.create(
        event=event, title="Lunch", starts_at=event.starts_at - timedelta(days=400)
    )
    evening = event.starts_at - timedelta(hours=20)
    AgendaItem.objects.create(event=event, title="Beer", starts_at=evening)
    Event.objects.filter(pk=event.pk).update(is_published=False)

    answer = submit(client, edit_of(event), is_published="on")

    said, _marks = asked(answer)
    assert f"Lunch: {item.starts_at:%a} {item.starts_at.day}" in said
    assert "Beer" not in said
    assert confirm(client, edit_of(event), answer).status_code == 302
    # What was answered once is not asked at each save.
    assert submit(client, edit_of(event), tagline="Nicer").status_code == 302
    earlier = f"{item.starts_at - timedelta(days=9):%Y-%m-%d}"
    answer = submit(client, edit_of(event), **{"agenda-0-starts_at_0": earlier})
    assert "not on the event's days" in asked(answer)[0]


def test_larger_smallest_teams_are_asked(client, event):
    MembershipFactory(team__event=event, team__name="The Wrens")

    answer = submit(client, edit_of(event), min_team_size="2")

    assert "The Wrens (1)" in asked(answer)[0]
