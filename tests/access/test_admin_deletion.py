"""Nothing that people gave is deleted by a tick, whichever door the tick comes through.

Walks every key of the tables that hold it, and every window and part of the admin.
"""

from html import unescape

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction

from core.deletion import why_it_stays
from core.guarded_admin import KeepingFormSet
from core.ledger import guards
from tests.access.test_admin import SCOPED, address, client_of, furnish, rows_of
from tests.access.world import build, with_secrets
from tests.bad_input.forms import FORM, forms_of
from tests.factories.accounts import UserFactory
from tests.factories.events import PrizeFactory, TrackFactory
from tests.factories.feedback import AnswerFactory, WishFactory
from tests.factories.judging import JudgeFactory, RoundFactory

GIVEN = [
    *(one.model for one in guards),
    *map(
        apps.get_model,
        [
            "judging.Score",
            "judging.Award",
            "recap.Certificate",
            "feedback.Response",
            "feedback.ToolReview",
            "feedback.Answer",
            "feedback.Wish",
        ],
    ),
]
# A part of something given; or a person's own, which goes with the person.
GOES_ALONG = {
    "feedback.ToolReview.response",
    "feedback.Answer.response",
    "feedback.Wish.response",
    "recap.Certificate.user",
}
KEEPS = {models.PROTECT, models.RESTRICT, models.SET_NULL}


@pytest.mark.parametrize("model", GIVEN, ids=lambda model: model._meta.label)
def test_no_key_takes_what_was_given_along(model):
    for field in model._meta.concrete_fields:
        if field.is_relation:
            goes_along = f"{model._meta.label}.{field.name}" in GOES_ALONG
            assert goes_along or field.remote_field.on_delete in KEEPS, field


def build_with_records():
    """Where something was given on whatever can be deleted."""
    world = with_secrets(furnish(build("x")))  # places and the survey have answers
    event, judge = world.event, world.judge
    card = judge.scorecards.first()
    card.scores.create(criterion=card.round.criteria.first(), value=4)
    card.round.rubric_versions.create(version=1, criteria=[])
    judge.tracks.add(TrackFactory(event=event, name="Judged"))
    card.project.awards.create(prize=PrizeFactory(event=event, name="Won"))
    AnswerFactory(question__survey=event.survey)
    WishFactory(survey=event.survey)
    return world


@pytest.fixture(scope="module")
def first_world(once):
    return once(build_with_records)


def given():
    """Every record, and the answers to questions about places."""
    found = {model: set(model.objects.values_list("pk", flat=True)) for model in GIVEN}
    for name in ("events.RegistrationQuestion", "feedback.Question", "events.Track"):
        found[name] = {
            row.pk for row in apps.get_model(name).objects.all() if why_it_stays(row)
        }
    assert all(found.values()), found
    return found


@pytest.fixture(params=["organiser", "superuser"])
def client(request, world):
    if request.param == "organiser":
        return client_of(world.users["organiser"])
    return client_of(UserFactory(is_superuser=True, is_staff=True))


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
def test_no_page_and_no_action_deletes_what_was_given(model, client, world):
    before = given()
    for row in rows_of(model, world):
        stays = why_it_stays(row)
        page = client.post(address(model, "delete", row.pk), {"post": "yes"})
        listed = client.post(
            address(model, "changelist"),
            {
                "action": "delete_selected",
                "_selected_action": row.pk,
                "index": "0",
                "post": "yes",
            },
        )
        if stays:
            assert model.objects.filter(pk=row.pk).exists()
            for answer in (page, listed):
                if page.status_code != 403:  # by who may delete such a row
                    assert stays in unescape(answer.content.decode())
        assert all(before[one] <= now for one, now in given().items())


INLINES = [
    (model, inline)
    for model, window in SCOPED.items()
    for inline in window.inlines
    if inline.can_delete
]


@pytest.mark.parametrize(("model", "inline"), INLINES, ids=lambda one: one.__name__)
def test_no_bin_on_a_page_deletes_what_was_given(model, inline, client, world):
    assert issubclass(inline.formset, KeepingFormSet)
    before = given()
    row = rows_of(model, world).filter(**world_of(model, world)).first()
    url = address(model, "change", row.pk)
    page = client.get(url)
    prefix = next(
        (
            one.formset.prefix
            for one in page.context_data["inline_admin_formsets"]
            if isinstance(one.opts, inline)
        ),
        None,
    )
    form = next(
        one for one in forms_of(url, page.content.decode()) if "as_read" in one.names
    )
    values = dict(form.values)
    for number in range(int(values.get(f"{prefix}-INITIAL_FORMS", 0))):
        pk = values.get(f"{prefix}-{number}-{inline.model._meta.pk.name}")
        if not pk:
            continue
        one = inline.model.objects.get(pk=pk)
        stays = why_it_stays(one)
        body = form.body(**{f"{prefix}-{number}-DELETE": "on"})
        answer = client.post(url, body, content_type=FORM)
        if stays:
            assert inline.model.objects.filter(pk=pk).exists()
            if f"{prefix}-{number}-DELETE" in values:
                assert stays in unescape(answer.content.decode())
        assert all(before[one] <= now for one, now in given().items())


def world_of(model, world):
    return {"pk": world.event.pk} if model._meta.label == "events.Event" else {}


def test_each_is_told_what_to_do_instead(world):
    event = world.event
    sentences = [
        (world.judge, "Revoke the link instead"),
        (world.judge.scorecards.first().round, "Close the round instead"),
        (event.tracks.get(name="Judged"), "has judges of its own"),
        (event.prizes.get(name="Won"), "Take the award back"),
        (event.registration_questions.get(), "Stop asking it instead"),
        (event.survey.questions.get(), "Stop asking it instead"),
        (event, "Unpublish it instead"),
        (event.series, "needed by"),
    ]
    for row, sentence in sentences:
        assert sentence in why_it_stays(row), row


def test_what_nobody_used_can_be_deleted(world):
    event = world.event
    client = client_of(world.users["organiser"])
    for row in (JudgeFactory(event=event), RoundFactory(event=event)):
        assert why_it_stays(row) is None
        client.post(address(type(row), "delete", row.pk), {"post": "yes"})
        assert not type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "model", [one.model for one in guards], ids=lambda model: model._meta.label
)
def test_the_database_keeps_what_is_only_added_to(model, world):
    row = model.objects.first()

    with pytest.raises(DatabaseError, match="stay as they were"), transaction.atomic():
        model.objects.filter(pk=row.pk)._raw_delete("default")
