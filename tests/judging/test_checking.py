"""Whoever changes what ranks is named, whatever they change it with."""

from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core.ledger import drop_guards
from events.models import AuditEntry
from judging.actions import publish_results
from judging.actions.arrivals import NOTED, note_all_arrivals
from judging.checking import faults_of
from judging.models import (
    Comparison,
    PublishedResult,
    Score,
    Scorecard,
    ScorecardRevision,
)
from tests.factories.judging import ScorecardFactory
from tests.judging.test_replay import judged


@contextmanager
def owner_of_the_database():
    """Do what no code of Menlo's can, and undo it."""
    with transaction.atomic():
        drop_guards()
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        transaction.set_rollback(True)


def raw(model, sql, pk):
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("TABLE", model._meta.db_table), [pk])


def delete_card(card):
    raw(Score, "DELETE FROM TABLE WHERE scorecard_id = %s", card.pk)
    raw(ScorecardRevision, "DELETE FROM TABLE WHERE scorecard_id = %s", card.pk)
    raw(Scorecard, "DELETE FROM TABLE WHERE id = %s", card.pk)


def forget_chain(card):
    """The card's own end is nobody's witness."""
    raw(ScorecardRevision, "DELETE FROM TABLE WHERE scorecard_id = %s", card.pk)
    raw(Score, "DELETE FROM TABLE WHERE scorecard_id = %s", card.pk)
    Scorecard.objects.filter(pk=card.pk).update(received=0, chain="", status="todo")


def other(score):
    return 1 if score.value > 1 else 5


# What is altered → how; each takes a row of that model.
TAMPERING = {
    "another score": (
        Score,
        lambda one: Score.objects.filter(pk=one.pk).update(value=other(one)),
    ),
    "no score": (Score, lambda one: one.delete()),
    "not counted": (
        Scorecard,
        lambda one: Scorecard.objects.filter(pk=one.pk).update(
            status="busy" if one.status != "busy" else "done"
        ),
    ),
    "no card": (Scorecard, delete_card),
    "no chain": (Scorecard, forget_chain),
    "shorter chain": (
        Scorecard,
        lambda one: Scorecard.objects.filter(pk=one.pk).update(received=0, chain=""),
    ),
    "another revision": (
        ScorecardRevision,
        lambda one: ScorecardRevision.objects.filter(pk=one.pk).update(
            payload={**one.payload, "scores": {}}
        ),
    ),
    "no revision": (ScorecardRevision, lambda one: one.delete()),
    "another result": (
        PublishedResult,
        lambda one: PublishedResult.objects.filter(pk=one.pk).update(
            snapshot={**one.snapshot, "awards": []}, digest="0" * 64
        ),
    ),
    "other inputs": (
        PublishedResult,
        lambda one: PublishedResult.objects.filter(pk=one.pk).update(
            inputs={**one.inputs, "format": 2}
        ),
    ),
    "no result": (PublishedResult, lambda one: one.delete()),
}


def test_whatever_is_changed_or_deleted_is_named(db, rng):
    rng.seed(7)
    round_, organiser = judged(rng)
    event = round_.event
    publish_results(event, organiser)
    assert list(faults_of(event)) == []

    for number in range(50):
        how = sorted(TAMPERING)[number % len(TAMPERING)]
        model, tamper = TAMPERING[how]
        rows = model.objects.order_by("pk")
        if model is Scorecard:
            rows = rows.filter(received__gt=0, scores__isnull=False).distinct()
        victim = rng.choice(list(rows))
        card = getattr(victim, "scorecard_id", victim.pk)
        with owner_of_the_database():
            tamper(victim)

            found = list(faults_of(event))

        assert len(found) == 1, how
        named = "Version 1 " if model is PublishedResult else f"Scorecard {card} "
        assert found[0].startswith(named), how
    assert list(faults_of(event)) == []


def test_scores_that_were_moved_to_another_project_are_named(db, rng):
    rng.seed(5)
    round_, organiser = judged(rng)
    publish_results(round_.event, organiser)
    card = Scorecard.objects.filter(received__gt=0).order_by("pk").first()
    elsewhere = ScorecardFactory(round=round_).project

    Scorecard.objects.filter(pk=card.pk).update(project=elsewhere)

    assert list(faults_of(round_.event)) == [
        f"Scorecard {card.pk} belongs to another project than when it was scored."
    ]


def test_the_command_names_all_that_is_wrong(db, rng):
    rng.seed(3)
    round_, organiser = judged(rng)
    publish_results(round_.event, organiser)
    wrong = list(Score.objects.order_by("scorecard")[:9:4])
    for score in wrong:
        Score.objects.filter(pk=score.pk).update(value=other(score))

    with pytest.raises(CommandError) as told:
        call_command("verify_audit", stdout=StringIO())

    assert str(told.value).splitlines() == [
        f"Scorecard {pk} does not say what arrived for it."
        for pk in sorted({score.scorecard_id for score in wrong})
    ]


def test_the_command_says_what_it_cannot_check(db):
    card = ScorecardFactory()
    criterion = card.round.criteria.create(name="Craft")
    Score.objects.create(scorecard=card, criterion=criterion, value=3)
    output = StringIO()

    call_command("verify_audit", stdout=output)

    assert "1 scored cards cannot be checked" in output.getvalue()


def test_comparisons_are_noted_while_they_arrive(db):
    card, another = ScorecardFactory.create_batch(2)
    event = card.round.event
    said = [
        Comparison.objects.create(
            round=card.round,
            judge=card.judge,
            winner=card.project,
            loser=another.project,
            client="phone",
            revision=number,
        )
        for number in range(3)
    ]

    note_all_arrivals()
    note_all_arrivals()  # ten minutes later: nothing new

    assert AuditEntry.objects.filter(verb=NOTED).count() == 1
    assert list(faults_of(event)) == []
    with owner_of_the_database():
        Comparison.objects.filter(pk=said[0].pk).delete()
        Comparison.objects.filter(pk=said[1].pk).update(
            winner=another.project, loser=card.project
        )
        Comparison.objects.filter(pk=said[2].pk).update(
            undone_at=said[2].received_at + timedelta(minutes=1)
        )

        assert list(faults_of(event)) == [
            f"Comparison {said[0].pk} is missing.",
            f"Comparison {said[1].pk} is not what arrived.",
        ]
