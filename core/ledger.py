"""Rows that are only ever added: chained by their digests, guarded by triggers.

See docs/adr/0022-append-only.md. A model whose rows must stay as they were written
names what may still change in a :class:`Guard`. The triggers are taken away before
migrations, which PostgreSQL would refuse, and made after them, because SQLite forgets
triggers whenever a table is altered.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

SAYS = "rows of this table stay as they were written"


def canonical(content: Any) -> str:
    """JSON that is the same for the same content: sorted keys, no spaces."""
    return json.dumps(
        content,
        cls=DjangoJSONEncoder,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def digest_of(content: Any) -> str:
    """SHA-256 of the canonical JSON in UTF-8."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def link(previous: str, content: Mapping[str, Any]) -> str:
    """The digest of a row that follows the row with the digest ``previous``."""
    return digest_of([previous, content])


@dataclass(frozen=True)
class Guard:
    """What may change in a row of ``model``: column → SQL that must hold for it.

    Nothing is deleted, so keys to what such rows are about are ``PROTECT``.
    The SQL speaks of the row as ``OLD`` and ``NEW`` and is the same for all databases.
    """

    model: type[Model]
    changing: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def broken(self, is_not: str) -> str:
        """SQL that is true for an UPDATE that must not be."""
        return " OR ".join(
            f"(OLD.{column} {is_not} NEW.{column}"
            + (f" AND NOT ({self.changing[column]})" if column in self.changing else "")
            + ")"
            for column in (str(f.column) for f in self.model._meta.concrete_fields)
        )


guards: list[Guard] = []


def guard(model: type[Model], **changing: str) -> None:
    """Let rows of ``model`` be; ``changing`` is as in :class:`Guard`."""
    guards.append(Guard(model, changing))


def _triggers(one: Guard, is_not: str) -> Iterator[str]:
    """The beginnings of the statements for one table."""
    kinds = {"update": f" WHEN ({one.broken(is_not)})", "delete": ""}
    for kind, when in kinds.items():
        yield (
            f"CREATE TRIGGER {one.table}_no_{kind} BEFORE {kind.upper()} "
            f"ON {one.table} FOR EACH ROW{when}"
        )


def _sqlite(one: Guard) -> Iterator[str]:
    for begun in _triggers(one, "IS NOT"):
        yield f"{begun} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"


def _postgresql(one: Guard) -> Iterator[str]:
    yield (
        "CREATE OR REPLACE FUNCTION menlo_append_only() RETURNS trigger "
        f"LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{SAYS}'; END $$"
    )
    for begun in _triggers(one, "IS DISTINCT FROM"):
        yield f"{begun} EXECUTE FUNCTION menlo_append_only()"
    yield (
        f"CREATE TRIGGER {one.table}_no_truncate BEFORE TRUNCATE ON {one.table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION menlo_append_only()"
    )


MADE_BY = {"sqlite": _sqlite, "postgresql": _postgresql}


def drop_guards(*, using: str = "default", **_signal: Any) -> None:
    """Take all triggers away, as only the owner of the database can."""
    connection = connections[using]
    for one in _guarded(connection):
        where = f" ON {one.table}" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            for kind in ("update", "delete", "truncate"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {one.table}_no_{kind}{where}")


def set_guards(*, using: str = "default", **_signal: Any) -> None:
    """Make all triggers anew."""
    drop_guards(using=using)
    connection = connections[using]
    for one in _guarded(connection):
        with connection.cursor() as cursor:
            for statement in MADE_BY[connection.vendor](one):
                cursor.execute(statement)


def _guarded(connection: BaseDatabaseWrapper) -> list[Guard]:
    """Those whose tables exist by now."""
    tables = set(connection.introspection.table_names())
    return [one for one in guards if one.table in tables]
