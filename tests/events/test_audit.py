"""The log is evidence: what was written stays, and a change is found."""

import random
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.actions import erase
from core.ledger import drop_guards, guards, set_guards
from events import audit
from events.log import record
from events.models import AuditChain, AuditEntry
from tests.races import race


@contextmanager
def owner_of_the_database():
    """Do what no code of Menlo's can, and undo it."""
    with transaction.atomic():
        drop_guards()
        yield
        transaction.set_rollback(True)


def write(event, count, actor=None):
    for number in range(count):
        record(actor, "teams.renamed", f"Team {number}", event=event, before="x")
    audit.seal(event.pk)


def verify(**options):
    output = StringIO()
    call_command("verify_audit", stdout=output, **options)
    return output.getvalue()


def test_entries_are_chained_when_they_are_committed(
    event, organiser, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        record(organiser, "teams.renamed", "Wrens", event=event)
        record(organiser, "teams.renamed", "Robins", event=event)

    entries = event.audit_entries.order_by("number")
    assert [(e.number, e.target) for e in entries] == [(1, "Wrens"), (2, "Robins")]
    assert AuditChain.objects.get(pk=event.pk).head == entries[1].digest
    assert audit.verify(event.pk) is None


def test_the_sweep_seals_what_a_dead_process_left(event):
    record(None, "teams.renamed", "Wrens", event=event)
    record(None, "teams.renamed", "nobody's")

    audit.seal_all()
    audit.seal_all()

    assert not AuditEntry.objects.unsealed().exists()
    assert AuditChain.objects.get(pk=event.pk).length == 1
    assert audit.verify(0) is None


def test_the_log_says_from_where(sign_in, event, organiser, captain, team):
    sign_in(organiser).post(
        f"{event.get_absolute_url()}announcements/",
        {"text": "Lunch is ready"},
        REMOTE_ADDR="203.0.113.7",
    )

    assert event.audit_entries.get(actor=organiser).source == "203.0.113.7"


def alter(entries, at):
    """What somebody with the keys of the database could do, and what it breaks."""
    entry, other = entries[at], entries[at - 1]
    rows = AuditEntry.objects
    return {
        "target": lambda: rows.filter(pk=entry.pk).update(target="Ours"),
        "details": lambda: rows.filter(pk=entry.pk).update(details={"before": "y"}),
        "at": lambda: rows.filter(pk=entry.pk).update(
            at=entry.at - timedelta(seconds=1)
        ),
        "actor": lambda: rows.filter(pk=entry.pk).update(actor_name="Sam"),
        "source": lambda: rows.filter(pk=entry.pk).update(source="203.0.113.9"),
        "digest": lambda: rows.filter(pk=entry.pk).update(digest="0" * 64),
        "remove": lambda: rows.filter(pk=entry.pk).delete(),
        "reorder": lambda: (
            rows.filter(pk=other.pk).update(number=10_000),
            rows.filter(pk=entry.pk).update(number=other.number),
            rows.filter(pk=other.pk).update(number=entry.number),
        ),
        "insert": lambda: (
            [rows.filter(pk=e.pk).update(number=e.number + 1) for e in entries[:at:-1]],
            rows.create(
                chain=entry.chain, number=entry.number + 1, verb="x", digest="1" * 64
            ),
        ),
    }


FIRST_BAD = {"reorder": 0, "insert": 2}  # counted from the entry's place


@pytest.mark.parametrize("how", sorted(alter([AuditEntry()] * 2, 1)))
def test_whoever_changes_a_row_is_found_at_that_row(event, how):
    write(event, 40)
    entries = list(event.audit_entries.order_by("number"))
    for at in random.Random(how).sample(range(1, 40), 5):
        with owner_of_the_database():
            alter(entries, at)[how]()

            problem = audit.verify(event.pk)

        assert problem is not None
        assert problem.number == at + FIRST_BAD.get(how, 1)
    assert audit.verify(event.pk) is None


def test_rows_cut_off_at_the_end_are_missed(event):
    write(event, 5)
    with owner_of_the_database():
        event.audit_entries.filter(number__gt=3).delete()

        assert str(audit.verify(event.pk)) == "entry 4 is missing"


def test_a_chain_made_anew_does_not_hold_what_was_noted(event):
    write(event, 5)
    end = AuditChain.objects.get(pk=event.pk)
    noted = f"{end.length}:{end.head}"
    assert "5 log entries in 1 chains" in verify(event=event.slug, noted=noted)

    with owner_of_the_database():
        event.audit_entries.filter(number=2).update(target="Ours", digest="")
        event.audit_entries.update(number=None, digest="", actor_digest="")
        AuditChain.objects.filter(pk=event.pk).delete()
        audit.seal(event.pk)
        assert audit.verify(event.pk) is None

        with pytest.raises(CommandError, match="entry 5 was another one then"):
            verify(event=event.slug, noted=noted)


def test_the_command_names_the_first_bad_entry(event):
    write(event, 3)
    with owner_of_the_database():
        event.audit_entries.filter(number=2).update(target="Ours")

        with pytest.raises(CommandError) as told:
            verify()

    assert str(told.value) == f"Log of {event.slug}, entry 2 is not what was written"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"event": "nowhere"}, "There is no event 'nowhere'."),
        ({"noted": "3:abc"}, "--noted is NUMBER:DIGEST and needs --event."),
    ],
)
def test_the_command_says_what_it_needs(db, options, text):
    with pytest.raises(CommandError, match=text):
        verify(**options)


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize(
    "change",
    [
        {"target": "Ours"},
        {"details": {"before": "y"}},
        {"verb": "x"},
        {"at": timezone.now()},
        {"actor_name": "Sam"},
        {"source": "203.0.113.9"},
        {"chain": 7},
    ],
    ids=lambda change: next(iter(change)),
)
def test_no_code_can_change_an_entry(event, organiser, change, sealed):
    record(organiser, "teams.renamed", "Wrens", event=event)
    if sealed:
        audit.seal(event.pk)

    with pytest.raises(DatabaseError, match="stay as they were"), transaction.atomic():
        event.audit_entries.update(**change)

    assert event.audit_entries.get().target == "Wrens"


def test_no_code_can_take_an_entry_out(event):
    write(event, 1)

    with pytest.raises(DatabaseError, match="stay as they were"), transaction.atomic():
        event.audit_entries.all().delete()


def test_every_guarded_table_has_its_triggers(db):
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    set_guards()
    with connection.cursor() as cursor:
        cursor.execute(names[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}

    assert {f"{one.table}_no_update" for one in guards} <= found
    assert f"{AuditEntry._meta.db_table}_no_delete" in found
    if connection.vendor == "postgresql":
        assert {f"{one.table}_no_truncate" for one in guards} <= found


def test_who_leaves_is_forgotten_and_the_chain_holds(event, organiser):
    record(organiser, "teams.renamed", "Wrens", event=event)
    audit.seal(event.pk)

    erase(organiser)

    entry = event.audit_entries.get(number=1)
    assert (entry.actor_name, entry.actor_id, entry.source) == ("", None, None)
    assert entry.who == "somebody who has left"
    assert audit.verify(event.pk) is None


def test_the_log_outlives_its_event(event):
    write(event, 3)
    number = event.pk

    event.delete()

    assert AuditEntry.objects.filter(chain=number, event=None).count() == 3
    assert audit.verify(number) is None


def test_organisers_read_the_end_of_the_chain(sign_in, event, organiser):
    write(event, 2)

    page = sign_in(organiser).get(f"{event.get_absolute_url()}log/")

    assert AuditChain.objects.get(pk=event.pk).head in page.text
    assert "2 entries, sealed" in page.text


@pytest.mark.django_db(transaction=True)
def test_many_who_seal_at_once_make_one_chain(event):
    for number in range(20):
        AuditEntry.objects.create(
            event=event, chain=event.pk, verb="teams.renamed", target=str(number)
        )

    race(*[partial(audit.seal, event.pk)] * 4)

    numbers = event.audit_entries.values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, 21))
    assert audit.verify(event.pk) is None
