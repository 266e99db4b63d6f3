"""The log as evidence: entries are chained, and whoever asks can check the chain.

``log.record`` writes an entry in the caller's transaction. After the commit, and in a
sweep for those whose process died in between, :func:`seal` numbers the new entries and
chains them: in a transaction of its own, because the end of a chain is one row that all
who write to an event's log would otherwise wait for.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.ledger import digest_of, link
from events.models import AuditChain, AuditEntry

# Longer than this no entry waits for its seal while anybody is at work.
UNSEALED = timedelta(minutes=10)


# What sealing writes, once.
SEALED = (
    *("number", "digest", "actor_salt", "actor_digest"),
    *("subject_salt", "subject_digest"),
)


@dataclass(frozen=True)
class Problem:
    """The first thing that is wrong with a chain; ``number`` is the entry's."""

    chain: int
    number: int
    what: StrOrPromise

    def __str__(self) -> str:
        return f"entry {self.number} {self.what}"


def _person(entry: AuditEntry) -> str:
    return digest_of([entry.actor_salt, entry.actor_name, entry.source])


def _subject(entry: AuditEntry) -> str:
    return digest_of([entry.subject_salt, entry.personal])


def _link(previous: str, entry: AuditEntry) -> str:
    content = {
        "chain": entry.chain,
        "number": entry.number,
        "at": entry.at.timestamp(),
        "verb": entry.verb,
        "target": entry.target,
        "details": entry.details,
        "actor": entry.actor_digest,
        **({"subject": entry.subject_digest} if entry.subject_digest else {}),
    }
    return link(previous, content)


@transaction.atomic
def seal(chain: int) -> None:
    """Number and chain what was written since; nothing new, nothing done."""
    if not AuditEntry.objects.unsealed().filter(chain=chain).exists():
        return
    AuditChain.objects.bulk_create([AuditChain(chain=chain)], ignore_conflicts=True)
    end = AuditChain.objects.select_for_update().get(pk=chain)
    entries = list(AuditEntry.objects.unsealed().filter(chain=chain))
    for entry in entries:
        end.length += 1
        entry.number = end.length
        entry.actor_salt = secrets.token_hex(16)
        entry.actor_digest = _person(entry)
        if entry.personal is not None:
            entry.subject_salt = secrets.token_hex(16)
            entry.subject_digest = _subject(entry)
        entry.digest = end.head = _link(end.head, entry)
    AuditEntry.objects.bulk_update(entries, SEALED, batch_size=200)
    end.save()


def seal_all() -> None:
    """Seal every chain that has something new."""
    chains = AuditEntry.objects.filter(number=None).order_by().values_list("chain")
    for (chain,) in chains.distinct():
        seal(chain)


def verify(chain: int) -> Problem | None:
    """Compute the chain anew; the first entry that is not as it was written, or None.

    A row that somebody changed, put in, took out or moved does not fit the digest
    after it; what was cut off at the end is missed by the row that knows the end.
    """
    return next(_problems(chain), None)


def _problems(chain: int) -> Iterator[Problem]:
    end = AuditChain.objects.filter(pk=chain).first() or AuditChain(chain=chain)
    previous, number = "", 0
    rows = AuditEntry.objects.filter(chain=chain).exclude(number=None)
    for entry in rows.order_by("number").iterator():
        number += 1
        if entry.number != number:
            yield Problem(chain, number, _("is missing"))
        if entry.digest != _link(previous, entry):
            yield Problem(chain, number, _("is not what was written"))
        if entry.actor_salt and entry.actor_digest != _person(entry):
            yield Problem(chain, number, _("names somebody else than was written"))
        if entry.subject_salt and entry.subject_digest != _subject(entry):
            yield Problem(chain, number, _("is about somebody else than was written"))
        previous = entry.digest
    if number < end.length:
        yield Problem(chain, number + 1, _("is missing"))
    if (number, previous) != (end.length, end.head):
        yield Problem(chain, number, _("was not added by Menlo"))
    long_ago = timezone.now() - UNSEALED
    if AuditEntry.objects.unsealed().filter(chain=chain, at__lt=long_ago).exists():
        yield Problem(chain, number + 1, _("waits for its seal for too long"))


def chains() -> Iterator[int]:
    """All chains, in order."""
    known = set(AuditChain.objects.values_list("chain", flat=True))
    known.update(AuditEntry.objects.order_by().values_list("chain", flat=True))
    yield from sorted(known)


def length_of(chain: int) -> int:
    """How many entries are sealed."""
    end = AuditChain.objects.filter(pk=chain).first()
    return end.length if end else 0


def is_in(chain: int, number: int, digest: str) -> bool:
    """Whether an end of the chain that somebody noted is still part of it."""
    return AuditEntry.objects.filter(chain=chain, number=number, digest=digest).exists()
