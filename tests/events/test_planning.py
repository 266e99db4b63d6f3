from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import AgendaItem, AuditEntry, Faq, Sponsor
from events.planning import copy_event, copy_name, fill_phases, move_phases, settle
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
