"""A prepared queryset gives what the queryset gives."""

import pytest
from django.db.models import Exists, F, OuterRef

from core.prepared import Prepared
from events.models import Event, PhaseWindow
from tests.factories.events import EventFactory
from tests.races import race


def build(event, series):
    windows = PhaseWindow.objects.filter(event=OuterRef("pk"))
    return (
        Event.objects.select_related("series")
        .filter(pk=event, series=series)
        .annotate(has_windows=Exists(windows), called=F("series__name"))
    )


def seen(rows):
    return [
        (row, row.starts_at, row.series, row.has_windows, row.called) for row in rows
    ]


def test_rows_are_as_the_queryset_gives_them(db, django_assert_num_queries):
    events = [EventFactory(), EventFactory(phases=[])]
    prepared = Prepared(build)

    for event in [*events, *events]:
        numbers = {"event": event.pk, "series": event.series_id}
        with django_assert_num_queries(1):
            found = seen(prepared(**numbers))
        assert found == seen(build(**numbers))
        assert len(found) == 1
    assert prepared(event=events[0].pk, series=events[1].series_id) == []


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_on_its_own_connection():
    event = EventFactory()
    prepared = Prepared(build)
    prepared(event=0, series=0)

    def ask():  # Django refuses a connection of another thread
        return len(prepared(event=event.pk, series=event.series_id))

    assert race(ask, ask, ask) == [1, 1, 1]
