"""What the database refuses, a page of the admin refuses before, in words."""

from functools import cache

import pytest
from django.contrib import admin
from django.db import models

from events.models import Event
from judging.models import Judge
from notifications.reminders import register
from teams.models import Team
from tests.access.test_admin import SCOPED, address, client_of, furnish, rows_of
from tests.access.test_admin_journal import open_long_enough, send, sent_by
from tests.access.world import build
from tests.factories.accounts import SkillFactory, UserFactory
from tests.factories.events import (
    EventFactory,
    PrizeFactory,
    RegistrationQuestionFactory,
    TrackFactory,
)
from tests.factories.judging import CriterionFactory, JudgeFactory, RoundFactory
from tests.factories.submissions import ToolFactory
from tests.factories.teams import TeamFactory

WINDOWS = admin.site._registry
TOO_LONG = "9" * 5000


def build_pairs():
    """Two of each kind that a page can change, so that one can clash with the other."""
    world = furnish(build("x"))
    event = world.event
    open_long_enough(event)
    event.survey.questions.create(text="One?")
    event.survey.questions.create(text="Two?")
    event.registration_questions.all().delete()
    for number in (1, 2):
        TeamFactory(event=event, name=f"Twins {number}")
        JudgeFactory(event=event)
        TrackFactory(event=event)
        PrizeFactory(event=event)
        RegistrationQuestionFactory(event=event)
        kind = sorted(register)[number]
        event.reminder_rules.create(kind=kind, hours_before=number)
        round_ = RoundFactory(event=event, order=5 + number)
        for place in (1, 2):
            CriterionFactory(round=round_, name=f"C{place}")
        ToolFactory()
        SkillFactory()
    EventFactory(series=event.series)
    world.users["superuser"] = UserFactory(is_superuser=True, is_staff=True)
    return world


@pytest.fixture(scope="module")
def first_world(once):
    return once(build_pairs)


@pytest.fixture
def client(world):
    return client_of(world.users["superuser"])


@cache
def unique_sets(model):
    """Columns that are unique together, but for those that no form can show."""
    sets = [
        tuple(one.fields)
        for one in model._meta.constraints
        if isinstance(one, models.UniqueConstraint) and one.fields
    ]
    sets += [(field.name,) for field in model._meta.fields if field.unique]
    sets += [tuple(one) for one in model._meta.unique_together]
    return sets


STANDS_FOR = {"folded_name": "name"}


@pytest.mark.parametrize("model", WINDOWS, ids=lambda model: model._meta.label)
def test_a_row_made_like_another_is_refused_in_words(model, client, world):
    rows = (rows_of(model, world) if model in SCOPED else model.objects).order_by("pk")
    if SCOPED.get(model) and SCOPED[model].event_path == "event":
        rows = rows.filter(event=world.event)
    if not rows:
        return
    url = address(model, "change", rows.last().pk)
    context, sent = sent_by(client, url)
    if not context.get("has_change_permission"):
        return
    forms = [(context["adminform"].form, rows.first())]
    for inline in context["inline_admin_formsets"]:
        others = inline.formset.initial_forms
        forms += [(form, others[0].instance) for form in others[1:2]]
    for form, other in forms:
        for columns in unique_sets(type(other)):
            names = [STANDS_FOR.get(name, name) for name in columns]
            values = {
                form.add_prefix(name): other.serializable_value(name)
                for name in names
                if name in form.fields and not form.fields[name].disabled
            }
            if not values or other.pk == form.instance.pk or names == ["id"]:
                continue
            answer = send(client, url, {**sent, **values})
            assert answer.status_code == 200, (form.prefix, columns)
            assert answer.context_data["errors"], (form.prefix, columns)


@pytest.mark.parametrize(
    ("model", "field", "value", "text"),
    [
        (Team, "name", "TWINS 1", "Another team has this name"),
        (Team, "table", "a1", "sits at this table"),
        (Judge, "email", None, "already exists"),
    ],
)
def test_what_is_taken_is_named(model, field, value, text, client, world):
    one, other = rows_of(model, world).filter(event=world.event).order_by("-pk")[:2]
    if model is Team:
        one, other = (
            world.event.teams.get(name=f"Twins {number}") for number in (2, 1)
        )
        Team.objects.filter(pk=other.pk).update(table="A1")
    url = address(model, "change", one.pk)
    _context, sent = sent_by(client, url)

    answer = send(client, url, {**sent, field: value or getattr(other, field)})

    assert answer.status_code == 200
    assert text in answer.content.decode()
    before = getattr(one, field)
    one.refresh_from_db()
    assert getattr(one, field) == before


def test_a_team_renamed_here_is_renamed_as_elsewhere(client, world):
    team = world.event.teams.get(name="Twins 2")
    url = address(Team, "change", team.pk)
    _context, sent = sent_by(client, url)

    answer = send(client, url, {**sent, "name": "Triplets", "table": "7"})

    assert answer.status_code == 302
    team.refresh_from_db()
    assert (team.name, team.folded_name, team.table) == ("Triplets", "triplets", "7")
    entry = world.event.audit_entries.get(verb="teams.renamed")
    assert (entry.target, entry.details["before"]) == ("Triplets", "Twins 2")


@pytest.mark.parametrize("model", WINDOWS, ids=lambda model: model._meta.label)
def test_long_numbers_in_an_address_break_nothing(model, client, world):
    url = address(model, "changelist")
    asked = [*WINDOWS[model].list_filter, "p", "o", "pk"]
    asked = [f"{name}__id__exact" if "event" in str(name) else name for name in asked]
    for number in (TOO_LONG, "9" * 30):
        for name in asked:
            assert client.get(url, {str(name): number}).status_code < 500, name
        assert client.get(f"{url}{number}/change/").status_code < 500
        sent = {"action": "delete_selected", "_selected_action": number, "index": "0"}
        assert client.post(url, sent).status_code < 500


def test_two_events_do_not_share_an_address(client, world):
    one, other = Event.objects.order_by("pk")[:2]
    url = address(Event, "change", other.pk)
    _context, sent = sent_by(client, url)

    answer = send(client, url, {**sent, "slug": one.slug})

    assert answer.status_code == 200
