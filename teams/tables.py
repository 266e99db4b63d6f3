"""Which table a team gets. Plain Python: the action is ``give_tables``."""

from collections.abc import Iterable, Iterator
from itertools import count


def free_tables(names: str, taken: Iterable[str]) -> Iterator[str]:
    """The tables that nobody has, in order; ``names`` one a line, or without end."""
    used = {table.casefold() for table in taken}
    lines = (" ".join(line.split())[:20] for line in names.splitlines())
    named = list(dict.fromkeys(line for line in lines if line))
    for table in named or map(str, count(1)):
        if table.casefold() not in used:
            yield table
