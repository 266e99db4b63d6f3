from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from events.models import (
    AgendaItem,
    Event,
    Phase,
    PhaseWindow,
    Registration,
    RegistrationQuestion,
    Series,
    default_windows,
    validate_slug_is_free,
    windows_in_order,
)
from tests.factories.accounts import UserFactory
from tests.factories.events import (
    EventFactory,
    PhaseWindowFactory,
    RegistrationFactory,
    SeriesOrganiserFactory,
)

NOON = datetime(2027, 6, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def event_with(**windows):
    """``registration=(-2, 1)`` opens it two hours before noon until one after."""
    event = EventFactory(starts_at=NOON - HOUR, ends_at=NOON + 5 * HOUR, phases=[])
    for phase, (opens, closes) in windows.items():
        PhaseWindowFactory(
            event=event,
            phase=phase,
            opens_at=NOON + opens * HOUR,
            closes_at=NOON + closes * HOUR,
        )
    return event


@pytest.mark.parametrize(
    ("windows", "phase"),
    [
        ({}, Phase.ANNOUNCED),
        ({"registration": (1, 2)}, Phase.ANNOUNCED),
        ({"registration": (-2, 1)}, Phase.REGISTRATION),
        ({"registration": (-2, -1)}, Phase.REGISTRATION),
        ({"registration": (-2, 1), "hacking": (0, 1)}, Phase.HACKING),
        ({"hacking": (-2, -1), "judging": (-1, 1)}, Phase.JUDGING),
        ({"results": (-1, 1)}, Phase.RESULTS),
        ({"results": (-1, 0)}, Phase.ARCHIVE),
        ({"team_formation": (-1, 1)}, Phase.ANNOUNCED),
    ],
)
def test_phase_is_the_last_that_has_begun(windows, phase):
    assert event_with(**windows).phase(NOON) == phase


def test_phase_of_drafts_and_of_what_is_over():
    event = event_with()

    assert event.phase(event.ends_at) == Phase.ARCHIVE
    event.is_published = False
    assert event.phase(NOON) == Phase.DRAFT


def test_a_window_is_open_from_its_first_moment_to_before_its_last():
    event = event_with(registration=(0, 1))
    tick = timedelta(microseconds=1)

    asked = [NOON - tick, NOON, NOON + HOUR - tick, NOON + HOUR]
    assert [event.is_open_for(Phase.REGISTRATION, at) for at in asked] == [
        False,
        True,
        True,
        False,
    ]
    assert not event.is_open_for(Phase.HACKING, NOON)


def test_next_deadline_is_the_first_to_close():
    event = event_with(registration=(-2, 2), hacking=(-1, 1), judging=(1, 3))

    assert event.next_deadline(NOON).phase == Phase.HACKING
    assert event.next_deadline(NOON + 9 * HOUR) is None


def test_next_boundary_is_when_pages_change():
    event = event_with(registration=(-2, 2), hacking=(1, 3))

    assert event.next_boundary(NOON) == NOON + HOUR
    assert event.next_boundary(NOON + HOUR) == NOON + 2 * HOUR
    assert event.next_boundary(NOON + 4 * HOUR) == event.ends_at
    assert event.next_boundary(event.ends_at) is None


@pytest.mark.parametrize(
    "length", [timedelta(minutes=7), timedelta(minutes=20), 10 * HOUR, 60 * HOUR]
)
def test_default_windows_follow_one_another(length):
    windows = [
        PhaseWindow(phase=phase, opens_at=opens_at, closes_at=closes_at)
        for phase, (opens_at, closes_at) in default_windows(
            NOON, NOON + length, UTC
        ).items()
    ]

    assert windows_in_order(windows) == []
    assert all(window.closes_at > window.opens_at for window in windows)


def test_default_windows_are_quarters_of_an_hour():
    starts_at = datetime(2027, 2, 20, 8, 30, tzinfo=UTC)

    windows = default_windows(
        starts_at,
        starts_at + timedelta(hours=11, minutes=35),
        ZoneInfo("Asia/Kathmandu"),
    )

    assert windows[Phase.HACKING][1] == starts_at + timedelta(hours=8, minutes=45)
    assert windows[Phase.TEAM_FORMATION][1] == starts_at + timedelta(
        hours=4, minutes=30
    )


def test_default_windows_keep_the_hour_across_a_change_of_the_clock():
    zone = ZoneInfo("Europe/Berlin")
    starts_at = datetime(2026, 10, 31, 9, tzinfo=zone).astimezone(
        UTC
    )  # from a database
    ends_at = datetime(2027, 3, 20, 18, tzinfo=zone).astimezone(UTC)

    windows = default_windows(starts_at, ends_at, zone)

    weeks_before = windows[Phase.REGISTRATION][0].astimezone(zone)
    weeks_after = windows[Phase.SURVEY][1].astimezone(zone)
    assert f"{weeks_before:%d %b %H:%M}" == "19 Sep 09:00"
    assert f"{weeks_after:%d %b %H:%M}" == "03 Apr 18:00"


def test_windows_out_of_order_are_named():
    problems = windows_in_order(
        event_with(registration=(1, 2), hacking=(0, 4), judging=(2, 3)).windows.all()
    )

    assert problems == [
        "Hacking cannot open before Registration.",
        "Judging cannot end before hacking does.",
    ]


def test_visible_to():
    published, draft = EventFactory(), EventFactory(is_published=False)
    organiser = SeriesOrganiserFactory(series=draft.series).user

    def seen_by(user):
        return set(Event.objects.visible_to(user))

    assert seen_by(None) == {published}
    assert seen_by(UserFactory()) == {published}
    assert seen_by(SeriesOrganiserFactory().user) == {published}
    assert seen_by(organiser) == {published, draft}
    assert seen_by(UserFactory(is_superuser=True)) == {published, draft}


def test_organised_by():
    mine, _other = EventFactory(), EventFactory()
    organiser = SeriesOrganiserFactory(series=mine.series).user
    superuser = UserFactory(is_superuser=True)

    assert list(Event.objects.organised_by(organiser)) == [mine]
    assert list(Series.objects.organised_by(organiser)) == [mine.series]
    assert Event.objects.organised_by(superuser).count() == 2
    assert Series.objects.organised_by(superuser).count() == 2


def test_registrations_by_what_they_mean(event):
    status = Registration.Status
    for each in status:
        arrived = NOON if each == status.CHECKED_IN else None
        RegistrationFactory(
            event=event, status=each, checked_in_at=arrived, in_directory=True
        )

    def statuses(rows):
        return set(rows.values_list("status", flat=True))

    rows = Registration.objects
    place = {status.CONFIRMED, status.CHECKED_IN}
    assert statuses(rows.holding_a_place()) == place
    assert statuses(rows.standing()) == place | {status.PENDING, status.WAITLISTED}
    assert statuses(rows.taking_part()) == {status.CONFIRMED, status.CHECKED_IN}
    assert statuses(rows.in_directory()) == {status.CONFIRMED, status.CHECKED_IN}
    assert [r.takes_part for r in rows.all()] == [
        r.status in {status.CONFIRMED, status.CHECKED_IN} for r in rows.all()
    ]


@pytest.mark.parametrize("slug", ["admin", "series", "new"])
def test_some_addresses_are_taken(slug):
    validate_slug_is_free("pi-day")
    with pytest.raises(ValidationError):
        validate_slug_is_free(slug)


def test_an_agenda_item_ends_after_it_starts(event):
    item = AgendaItem(event=event, title="Demos", starts_at=NOON)
    item.clean()
    item.ends_at = NOON + HOUR
    item.clean()
    item.ends_at = NOON

    with pytest.raises(ValidationError) as refusal:
        item.clean()

    assert list(refusal.value.message_dict) == ["ends_at"]


@pytest.mark.parametrize("options", ["", "one", "one\n one \n\n"])
def test_a_question_with_choices_needs_two(event, options):
    question = RegistrationQuestion(
        event=event, label="Size?", kind="choice", options=options
    )

    with pytest.raises(ValidationError):
        question.clean()


def test_a_question_knows_its_options(event):
    question = RegistrationQuestion(
        event=event, label="Size?", kind="choice", options=" S \n\nM"
    )
    question.clean()

    assert question.option_list == ["S", "M"]


@pytest.mark.parametrize(
    "impossible",
    [
        {"status": Registration.Status.CHECKED_IN},
        {"status": Registration.Status.CONFIRMED, "checked_in_at": NOON},
    ],
)
def test_check_in_and_its_time_belong_together(event, impossible):
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(event=event, **impossible)


def test_one_registration_per_person_and_event(event, attendee):
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(event=event, user=attendee)


@pytest.mark.parametrize(
    "impossible",
    [
        {"ends_at": NOON - 5 * HOUR, "starts_at": NOON},
        {"min_team_size": 5, "max_team_size": 4},
        {"min_team_size": 0},
    ],
)
def test_impossible_events_cannot_be_stored(impossible):
    with pytest.raises(IntegrityError), transaction.atomic():
        EventFactory(**impossible)
