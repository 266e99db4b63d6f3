from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import DateTimeField
from django.utils import timezone

from events.models import (
    AgendaItem,
    AuditEntry,
    Event,
    Faq,
    PhaseWindow,
    Prize,
    Sponsor,
)
from events.planning import (
    COPIED,
    a_year_later,
    copy_event,
    copy_name,
    fill_phases,
    move_phases,
    settle,
)
from tests.factories.events import (
    PrizeFactory,
    RegistrationFactory,
    RegistrationQuestionFactory,
    TrackFactory,
)

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


def windows_of(event):
    return {w.phase: (w.opens_at, w.closes_at) for w in event.windows.all()}


def test_fill_phases_adds_what_is_missing(event):
    before = windows_of(event)

    for _attempt in range(2):
        fill_phases(event)

    after = windows_of(event)
    assert len(after) == 6
    assert {phase: after[phase] for phase in before} == before


def test_settle_gives_phases_and_a_rubric(organiser, event):
    event.windows.all().delete()

    settle(event, organiser)

    assert event.windows.count() == 6
    assert event.rounds.get().criteria.count() > 0
    assert AuditEntry.objects.get().verb == "events.created"


def test_move_phases_moves_the_agenda_too(event):
    doors = AgendaItem.objects.create(
        event=event, title="Doors", starts_at=event.starts_at, ends_at=event.ends_at
    )
    open_end = AgendaItem.objects.create(
        event=event, title="Party", starts_at=event.starts_at
    )
    before = windows_of(event)

    move_phases(event, YEAR)

    doors.refresh_from_db()
    open_end.refresh_from_db()
    assert windows_of(event) == {
        phase: (opens_at + YEAR, closes_at + YEAR)
        for phase, (opens_at, closes_at) in before.items()
    }
    assert doors.ends_at == event.ends_at + YEAR
    assert (open_end.starts_at, open_end.ends_at) == (event.starts_at + YEAR, None)


def test_copy_event_takes_settings_and_leaves_people(organiser, event):
    track = TrackFactory(event=event, name="Data for good")
    sponsor = Sponsor.objects.create(event=event, name="Acme")
    PrizeFactory(event=event, name="First", track=track, sponsor=sponsor)
    PrizeFactory(event=event, name="Second")
    Faq.objects.create(event=event, question="Food?", answer="Plenty.")
    RegistrationQuestionFactory(event=event, label="Vegan?")
    AgendaItem.objects.create(event=event, title="Doors", starts_at=event.starts_at)
    RegistrationFactory(event=event)
    before = windows_of(event)

    copy = copy_event(
        event,
        organiser,
        name=copy_name(event),
        starts_at=event.starts_at + YEAR,
    )

    copy.refresh_from_db()
    assert copy.pk != event.pk
    assert copy.name == f"Copy of {event.name}"
    assert copy.slug != event.slug
    assert (copy.is_published, copy.series) == (False, event.series)
    assert copy.ends_at == event.ends_at + YEAR
    assert timezone.now() - copy.created_at < timedelta(minutes=1)
    assert windows_of(copy) == {
        phase: (opens_at + YEAR, closes_at + YEAR)
        for phase, (opens_at, closes_at) in before.items()
    }
    prizes = {prize.name: prize for prize in copy.prizes.all()}
    assert prizes["First"].track == copy.tracks.get()
    assert prizes["First"].sponsor == copy.sponsors.get()
    assert (prizes["Second"].track, prizes["Second"].sponsor) == (None, None)
    assert copy.faqs.get().answer == "Plenty."
    assert copy.registration_questions.get().label == "Vegan?"
    assert copy.agenda.get().starts_at == event.starts_at + YEAR
    assert not copy.registrations.exists()
    assert event.prizes.count() == 2
    assert windows_of(event) == before


def test_copy_event_finds_a_free_address(organiser, event):
    names = ["Pi Day"] * 3

    copies = [
        copy_event(event, organiser, name=name, starts_at=event.starts_at)
        for name in names
    ]

    assert [copy.slug for copy in copies] == ["pi-day", "pi-day-2", "pi-day-3"]


# For each zone a Saturday before and one after its clock changes.
CHANGES = [
    ("Europe/Berlin", "2026-10-24", "2026-10-31"),
    ("Europe/Berlin", "2026-03-28", "2026-04-04"),
    ("America/New_York", "2026-10-31", "2026-11-07"),
    ("America/New_York", "2026-03-07", "2026-03-14"),
    ("Australia/Lord_Howe", "2026-04-04", "2026-04-11"),
    ("Australia/Lord_Howe", "2026-10-03", "2026-10-10"),
    ("Africa/Casablanca", "2026-02-14", "2026-02-21"),
    ("Africa/Casablanca", "2026-03-21", "2026-03-28"),
]
# What a plan says about when: these models, and no others, have moments that move.
PLANNED = {PhaseWindow: ("opens_at", "closes_at"), AgendaItem: ("starts_at", "ends_at")}


def test_all_moments_that_travel_with_an_event_are_known():
    travelling = {Event._meta.get_field(name).related_model for name in COPIED}
    travelling |= {PhaseWindow, Prize}
    moments = {
        model: tuple(
            field.name
            for field in model._meta.fields
            if isinstance(field, DateTimeField) and field.editable
        )
        for model in travelling
    }

    assert {model: names for model, names in moments.items() if names} == PLANNED


@pytest.mark.parametrize("back", [False, True], ids=["on", "back"])
@pytest.mark.parametrize(("zone_name", "day", "other_day"), CHANGES)
def test_moved_and_copied_events_keep_the_hours_on_the_clock(
    organiser, event, zone_name, day, other_day, back
):
    zone = ZoneInfo(zone_name)
    day, other_day = (other_day, day) if back else (day, other_day)

    def hour(clock):
        return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone)

    event.windows.all().delete()
    event.time_zone = zone_name
    event.starts_at, event.ends_at = hour("09:00"), hour("09:00") + timedelta(hours=31)
    event.save()
    fill_phases(event)
    AgendaItem.objects.create(
        event=event, title="Lunch", starts_at=hour("12:30"), ends_at=hour("13:15")
    )
    event.refresh_from_db()
    then = datetime.fromisoformat(f"{other_day}T09:00").replace(tzinfo=zone)
    shift = timedelta(days=(then.date() - event.starts_at.astimezone(zone).date()).days)

    def on_the_clock(which):
        rows = [(which, "starts_at"), (which, "ends_at")]
        for related in (which.windows.all(), which.agenda.all()):
            rows += [(row, name) for row in related for name in PLANNED[type(row)]]
        return [
            getattr(row, name).astimezone(zone).replace(tzinfo=None)
            for row, name in rows
        ]

    before = on_the_clock(event)
    copy = copy_event(event, organiser, name="Copy", starts_at=then)
    copy.refresh_from_db()
    move_phases(event, shift)
    event.starts_at, event.ends_at = copy.starts_at, copy.ends_at

    assert on_the_clock(copy) == [at + shift for at in before]
    assert on_the_clock(Event.objects.get(pk=copy.pk)) == on_the_clock(event)


def test_a_copy_is_offered_at_the_same_hour(event):
    event.time_zone = "Europe/Berlin"
    event.starts_at = datetime(2025, 10, 26, 9, tzinfo=ZoneInfo("Europe/Berlin"))

    offered = a_year_later(event).astimezone(event.zone)

    assert f"{offered:%a %d %b %Y %H:%M}" == "Sun 25 Oct 2026 09:00"


def test_a_copy_into_an_hour_that_comes_twice_still_ends_after_it_starts(
    organiser, event
):
    zone = ZoneInfo("Europe/Berlin")
    event.time_zone = "Europe/Berlin"
    event.starts_at = datetime(2026, 10, 18, 2, 10, tzinfo=zone)
    event.ends_at = event.starts_at + timedelta(minutes=30)
    event.save()
    second = datetime(2026, 10, 25, 2, 10, tzinfo=zone, fold=1)

    copy = copy_event(event, organiser, name="Copy", starts_at=second)

    assert copy.ends_at - copy.starts_at == timedelta(minutes=30)
