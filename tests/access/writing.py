"""What a request writes, told by the statements it sends: no row needs to be read."""

import re
from contextlib import contextmanager

from django.db import connection

WRITES = re.compile(
    r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE(?: ONLY)?|DELETE FROM|TRUNCATE(?: TABLE)?)"
    r'\s+"?(\w+)"?',
    re.IGNORECASE,
)
# What is prepared once and executed asks only: see core/prepared.py.
READS = re.compile(
    r"\s*(?:SELECT\b|EXECUTE\b|EXPLAIN\b|SAVEPOINT\b|RELEASE\b|ROLLBACK\b|PRAGMA\b|SET\b|\()",
    re.IGNORECASE,
)


def table_of(sql):
    """The table that a statement writes to, if any; refuses what it does not know."""
    if found := WRITES.match(sql):
        return found[1]
    assert READS.match(sql), f"does this write? {sql}"
    return None


@contextmanager
def written():
    """The names of the tables that are written to meanwhile."""
    tables = set()

    def note(execute, sql, params, many, context):
        if table := table_of(sql):
            tables.add(table)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables
