"""A prepared queryset gives what the queryset gives."""

import pytest
from django.db import connection
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.lookups import Exact
from django.test.utils import CaptureQueriesContext

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
    assert prepared(event=10**30, series=events[1].series_id) == []


def by_name(series, name: str):
    return Event.objects.filter(Exact(F("name"), Value(name)), series=series)


def test_texts_are_asked_for_as_they_are(event):
    prepared = Prepared(by_name)
    odd = EventFactory(series=event.series, name="100 % d'Or $1 \\ %s")

    for known in (event, odd, event):
        assert prepared(series=event.series_id, name=known.name) == [known]
    assert prepared(series=event.series_id, name="%") == []


def test_a_text_that_the_sql_has_otherwise_is_refused(db):
    def alike(name: str):
        return Event.objects.filter(name__icontains=name)

    with pytest.raises(ValueError, match="as they are: name"):
        Prepared(alike)(name="x")


def test_postgresql_plans_it_once_for_each_connection(event):
    prepared = Prepared(build)
    with CaptureQueriesContext(connection) as queries:
        for _time in range(3):
            prepared(event=event.pk, series=event.series_id)

    how = "EXECUTE" if connection.vendor == "postgresql" else "SELECT"
    assert [query["sql"].split()[0] for query in queries] == [how] * 3
    if how == "SELECT":  # SQLite plans in no time
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(generic_plans + custom_plans) "
            "FROM pg_prepared_statements WHERE name = %s",
            [prepared.name],
        )
        assert cursor.fetchone() == (1, 3)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_on_its_own_connection():
    event = EventFactory()
    prepared = Prepared(build)
    prepared(event=0, series=0)

    def ask():  # Django refuses a connection of another thread
        return len(prepared(event=event.pk, series=event.series_id))

    assert race(ask, ask, ask) == [1, 1, 1]
