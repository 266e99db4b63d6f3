from itertools import islice

import pytest
from django.urls import reverse

from events.models import AuditEntry
from teams.actions import TooFewTables, create_team, give_tables
from teams.tables import free_tables
from tests.factories.events import RegistrationFactory
from tests.factories.teams import TeamFactory


@pytest.mark.parametrize(
    ("names", "taken", "free"),
    [
        ("", [], ["1", "2", "3"]),
        ("", ["1", "3"], ["2", "4", "5"]),
        ("A1\nA2\nA3", ["a2"], ["A1", "A3"]),
        (" A1 \n\nA1\nBy the  window\n", [], ["A1", "By the window"]),
        ("x" * 30, [], ["x" * 20]),
    ],
)
def test_free_tables_are_those_that_nobody_has(names, taken, free):
    assert list(islice(free_tables(names, taken), 3)) == free


def test_give_tables_seats_those_without_one_in_the_order_of_founding(event, organiser):
    event.table_names = "A1\nA2\nA3\nA4"
    event.save()
    first = TeamFactory(event=event, name="Zebra")
    placed = TeamFactory(event=event, table="A2")
    gone = TeamFactory(event=event, is_archived=True)
    last = TeamFactory(event=event, name="Aardvark")

    given = give_tables(event, organiser)

    assert given == 2
    for team, table in ((first, "A1"), (placed, "A2"), (last, "A3"), (gone, "")):
        team.refresh_from_db()
        assert team.table == table
    entry = AuditEntry.objects.get(verb="teams.tables_given")
    assert (entry.actor, entry.details) == (organiser, {"number": 2})


def test_give_tables_twice_changes_nothing_more(event, organiser, team):
    give_tables(event, organiser)

    assert give_tables(event, organiser) == 0
    assert AuditEntry.objects.filter(verb="teams.tables_given").count() == 1


def test_give_tables_gives_none_where_there_are_too_few(event, organiser):
    event.table_names = "A1"
    event.save()
    TeamFactory.create_batch(2, event=event)

    with pytest.raises(TooFewTables):
        give_tables(event, organiser)

    assert set(event.teams.values_list("table", flat=True)) == {""}


def test_a_latecomer_gets_a_table_at_once_if_others_have_theirs(event):
    early, late = RegistrationFactory.create_batch(2, event=event)

    before = create_team(event, early.user, name="Early")
    assert before.table == ""
    before.table = "1"
    before.save()

    assert create_team(event, late.user, name="Late").table == "2"


def test_organisers_give_tables_on_the_live_view(sign_in, event, organiser, team):
    live = reverse("dashboard:live", args=[event.slug])
    browser = sign_in(organiser)
    button = reverse("teams:give_tables", args=[event.slug])
    assert f'action="{button}"' in browser.get(live).content.decode()

    page = browser.post(button, follow=True)

    assert page.request["PATH_INFO"] == live
    assert "1 team has got a table." in page.content.decode()
    assert f'action="{button}"' not in page.content.decode()
    team.refresh_from_db()
    assert team.table == "1"
