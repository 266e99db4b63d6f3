"""What arrived from a phone stays as it arrived, and a change is found."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from core.ledger import drop_guards
from judging import chain
from judging.actions import decide_late
from judging.models import Score, Scorecard, ScorecardRevision
from tests.judging.test_api import card, close, content, phone, put, rubric  # noqa: F401


@pytest.fixture
def revisions(phone, card, rubric):  # noqa: F811
    for number in range(1, 5):
        answer = put(phone, card, content(rubric, revision=number, notes=str(number)))
        assert answer.status_code == 200
    return list(card.revisions.order_by("pk"))


def broken():
    return chain.broken(chain.cards_with_chains())


def test_each_revision_is_chained_to_the_last(card, revisions):  # noqa: F811
    card.refresh_from_db()

    assert (card.received, card.chain) == (4, revisions[-1].digest)
    assert {one.source for one in revisions} == {"127.0.0.1"}
    assert len({one.digest for one in revisions}) == 4
    assert broken() is None


@pytest.mark.parametrize(
    "change",
    [
        {"payload": {}},
        {"outcome": "late"},
        {"received_at": "2026-01-01T00:00Z"},
        {"client": "phone-b"},
        {"source": None},
        {"overruled": [1]},
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

    assert broken() == card
    with pytest.raises(CommandError, match=f"Scorecard {card.pk} is not what arrived"):
        call_command("verify_audit", stdout=StringIO())


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_revision_taken_out_is_found(card, revisions, number):  # noqa: F811
    revisions[number].delete()

    assert broken() == card


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
    assert broken() is None


def test_the_command_counts_what_it_looked_at(card, revisions):  # noqa: F811
    output = StringIO()

    call_command("verify_audit", event=card.round.event.slug, stdout=output)

    assert "1 scorecards are as they were written" in output.getvalue()
    assert Scorecard.objects.count() == 1
