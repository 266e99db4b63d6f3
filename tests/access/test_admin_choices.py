"""What belongs to an event is chosen from that event alone, whoever runs others."""

import pytest
from django import forms
from django.urls import reverse

from events.models import Event
from judging.models import Judge, PrizeRule, Round
from tests.access.test_admin import SCOPED, address, client_of, furnish, rows_of
from tests.access.test_admin_journal import open_long_enough, send, sent_by
from tests.access.world import build
from tests.factories.events import TrackFactory
from tests.factories.judging import CriterionFactory

OF_EVENTS = {model: window for model, window in SCOPED.items() if window.has_event}


def build_two():
    """Two events of one series, each with everything, and one organiser."""
    one, two = furnish(build("x")), furnish(build("y"))
    Event.objects.filter(pk=two.event.pk).update(series=one.event.series)
    for world in (one, two):
        open_long_enough(world.event)
        rule = PrizeRule.objects.create(
            prize=world.event.prizes.first(), round=world.event.rounds.first()
        )
        rule.criteria.add(CriterionFactory(round=rule.round, name="Special"))
    one.words["other"] = two.event
    return one


@pytest.fixture(scope="module")
def first_world(once):
    return once(build_two)


@pytest.fixture
def client(world):
    return client_of(world.users["organiser"])


def event_of(row):
    """The event that a row belongs to, if it is an event's."""
    window = SCOPED.get(type(row))
    if window is not None and window.has_event:
        path = window.event_path
        return type(row).objects.filter(pk=row.pk).values_list(path, flat=True)[0]
    for name in ("event_id", "round"):
        if hasattr(row, name):
            found = getattr(row, name)
            return found if name == "event_id" else found.event_id
    return None


def choices(context):
    """Each field of the page and its parts that offers rows of events."""
    admin_forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        admin_forms += [*inline.formset.initial_forms, inline.formset.empty_form]
    for form in admin_forms:
        for name, field in form.fields.items():
            is_choice = isinstance(field, forms.ModelChoiceField)
            if is_choice and name != "id" and field.queryset.model is not Event:
                yield form, name, field


@pytest.mark.parametrize("model", OF_EVENTS, ids=lambda model: model._meta.label)
def test_a_page_offers_rows_of_its_event_alone(model, client, world):
    rows = rows_of(model, world).filter(**{OF_EVENTS[model].event_path: world.event.pk})
    pages = [(address(model, "change", rows.first().pk), {world.event.pk})]
    if OF_EVENTS[model].may_add:
        pages += [
            (address(model, "add"), set()),
            (f"{address(model, 'add')}?event={world.event.pk}", {world.event.pk}),
            (f"{address(model, 'add')}?event={'9' * 500}", set()),
        ]
    for url, allowed in pages:
        context = client.get(url).context_data
        for form, name, field in choices(context):
            offered = {event_of(row) for row in field.queryset} - {None}
            assert offered <= allowed, (url, form.prefix, name)


@pytest.mark.parametrize("model", OF_EVENTS, ids=lambda model: model._meta.label)
def test_a_page_refuses_rows_of_another_event(model, client, world):
    window, other = OF_EVENTS[model], world.words["other"]
    row = rows_of(model, world).filter(**{window.event_path: world.event.pk}).first()
    url = address(model, "change", row.pk)
    context, sent = sent_by(client, url)
    if not context.get("has_change_permission"):
        return
    for form, name, field in choices(context):
        if f"{form.prefix}-id" not in sent and form.prefix:
            continue  # nothing is there yet, or may be changed
        foreign = next(
            (
                one
                for one in field.queryset.model.objects.all()
                if event_of(one) == other.pk
            ),
            None,
        )
        if foreign is None:
            continue
        answer = send(client, url, {**sent, form.add_prefix(name): foreign.pk})
        assert answer.status_code == 200, (name, form.prefix)
        assert "Select a valid choice" in answer.content.decode()


@pytest.mark.parametrize("field", ["tracks", "track"])
def test_a_new_row_refuses_rows_of_another_event(field, client, world):
    model = {"tracks": Judge, "track": Round}[field]
    foreign = TrackFactory(event=world.words["other"])
    url = f"{address(model, 'add')}?event={world.event.pk}"
    _context, sent = sent_by(client, url)
    sent |= {"event": world.event.pk, "name": "New", "email": "new@example.org"}
    before = model.objects.count()

    answer = send(client, url, {**sent, field: foreign.pk})

    assert answer.status_code == 200
    assert "Select a valid choice" in answer.content.decode()
    assert model.objects.count() == before


def test_a_row_stays_in_its_event(client, world):
    for model, window in OF_EVENTS.items():
        if window.event_path != "event" or not window.may_change:
            continue
        row = rows_of(model, world).filter(event=world.event.pk).first()
        url = address(model, "change", row.pk)
        context, sent = sent_by(client, url)
        assert "event" not in context["adminform"].form.fields, model
        client.post(url, {**sent, "event": world.words["other"].pk})
        row.refresh_from_db()
        assert row.event_id == world.event.pk


def test_after_a_conflict_is_lifted_one_is_back_at_the_list(client, world):
    recusal = world.event.judges.first().recusals.get()

    answer = client.post(
        reverse("admin:judging_recusal_delete", args=[recusal.pk]), {"post": "yes"}
    )

    assert answer.url == reverse("admin:judging_recusal_changelist")
