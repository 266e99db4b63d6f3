"""What arrived from a phone stays as it arrived, and a change is found."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from core.ledger import drop_guards
from events.log import record
from events.models import AuditEntry, Event
from judging.actions import decide_late
from judging.actions.heads import send_heads
from judging.checking import faults_of
from judging.models import Score, Scorecard, ScorecardRevision
from notifications.composing import compose
from notifications.models import Notification
from tests.factories.events import SeriesOrganiserFactory
from tests.judging.test_api import card, close, content, phone, put, rubric  # noqa: F401


@pytest.fixture
def revisions(phone, card, rubric):  # noqa: F811
    for number in range(1, 5):
        answer = put(phone, card, content(rubric, revision=number, notes=str(number)))
        assert answer.status_code == 200
    return list(card.revisions.order_by("pk"))


def faults():
    return [fault for event in Event.objects.all() for fault in faults_of(event)]


def test_each_revision_is_chained_to_the_last(card, revisions):  # noqa: F811
    card.refresh_from_db()

    assert (card.received, card.chain) == (4, revisions[-1].digest)
    assert {one.source for one in revisions} == {"127.0.0.1"}
    assert len({one.digest for one in revisions}) == 4
    assert faults() == []


@pytest.mark.parametrize(
    "change",
    [
        {"payload": {}},
        {"outcome": "late"},
        {"received_at": "2026-01-01T00:00Z"},
        {"client": "phone-b"},
        {"source": None},
        {"overruled": [1]},
        {"taken": {"notes": 1}},
        {"rubric_version": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_revision_is_refused_and_found(card, revisions, change):  # noqa: F811
    one = ScorecardRevision.objects.filter(pk=revisions[1].pk)
    with pytest.raises(DatabaseError, match="stay as they were"), transaction.atomic():
        one.update(**change)
    drop_guards()

    one.update(**change)

    assert faults() == [f"Scorecard {card.pk} is not what arrived for it."]
    with pytest.raises(CommandError, match=f"Scorecard {card.pk} is not what arrived"):
        call_command("verify_audit", stdout=StringIO())


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_revision_taken_out_is_found(card, revisions, number):  # noqa: F811
    drop_guards()
    revisions[number].delete()

    assert faults() == [f"Scorecard {card.pk} is not what arrived for it."]


def test_a_decision_about_a_late_card_leaves_the_chain_whole(
    phone,  # noqa: F811
    card,  # noqa: F811
    rubric,  # noqa: F811
    organiser,
):
    close(card.round.event)
    put(phone, card, content(rubric))

    decide_late(card.revisions.get(), organiser, accept=True)

    assert Score.objects.get().value == 4
    assert faults() == []


def test_the_command_counts_what_it_looked_at(card, revisions):  # noqa: F811
    output = StringIO()

    call_command("verify_audit", event=card.round.event.slug, stdout=output)

    assert "1 scorecards are as they were written" in output.getvalue()
    assert Scorecard.objects.count() == 1


def test_organisers_are_sent_where_the_log_ends_as_long_as_it_grows(
    card,  # noqa: F811
):
    event = card.round.event
    organiser = SeriesOrganiserFactory(series=event.series).user
    record(organiser, "judging.dealt", event, event=event)

    send_heads()
    send_heads()  # the next day: nothing new
    (mail,) = Notification.objects.filter(template="judging/email/log_head")
    assert mail.recipient == organiser
    noted = f"{mail.context['number']}:{mail.context['head']}"
    assert f"--event {event.slug} --noted {noted}" in compose(mail).body

    record(organiser, "judging.dealt", event, event=event)
    send_heads()
    assert Notification.objects.count() == 2
    call_command("verify_audit", event=event.slug, noted=noted, stdout=StringIO())

    drop_guards()
    AuditEntry.objects.filter(number=1).update(verb="judging.published")
    with pytest.raises(CommandError):
        call_command("verify_audit", event=event.slug, noted=noted, stdout=StringIO())
