"""Which answers may be shown together, in plain Python. docs/adr/0021 is the reasoning.

Everything that is published about answers is a sum over *atoms*: groups of answers that
share nobody, hold at least k each, and never change once they exist. Whatever a reader
subtracts from whatever else, today or over the years, what remains is made of whole
atoms too, and so never of fewer than k people.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

# In which order the cells of a series become groups.
SERIES, ORDER = attrgetter("series"), attrgetter("series", "final_at", "event")

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)


class Sized(Protocol):
    """What the people of one event said, or sums over it."""

    @property
    def series(self) -> int: ...
    @property
    def final_at(self) -> datetime: ...
    @property
    def event(self) -> int: ...
    @property
    def k(self) -> int: ...
    @property
    def shown_from(self) -> int: ...
    @property
    def size(self) -> int: ...


S = TypeVar("S", bound=Sized)


@dataclass(frozen=True)
class Cell(Generic[T]):
    """What the people of one event answered to one question about one tool."""

    series: int
    final_at: datetime
    event: int
    k: int
    answers: tuple[T, ...]
    # Organisers may want larger groups since: whole ones are hidden, none regrouped.
    shown_from: int = 0

    @property
    def size(self) -> int:
        return len(self.answers)


@dataclass(frozen=True)
class Atom(Generic[T]):
    events: tuple[int, ...]
    answers: tuple[T, ...]


def groups(cells: Iterable[S]) -> list[tuple[S, ...]]:
    """The groups of cells that may be shown, each as one.

    A cell of k or more is shown by itself. Smaller ones wait for the next small ones of
    their series, in the order in which they became final, until they are k together.
    """
    in_order = sorted((cell for cell in cells if cell.size), key=ORDER)
    found: list[tuple[S, ...]] = []
    for _series, of_series in groupby(in_order, key=SERIES):
        waiting: list[S] = []
        people = needed = shown_from = 0
        for cell in of_series:
            if cell.size >= cell.k:
                if cell.size >= cell.shown_from:
                    found.append((cell,))
                continue
            waiting.append(cell)
            people += cell.size
            needed, shown_from = max(needed, cell.k), max(shown_from, cell.shown_from)
            if people >= needed:
                if people >= shown_from:
                    found.append(tuple(waiting))
                waiting = []
                people = needed = shown_from = 0
    return found


def atoms(cells: Iterable[Cell[T]]) -> list[Atom[T]]:
    """The groups in which the answers of ``cells`` may be shown."""
    return [
        Atom(
            tuple(cell.event for cell in group),
            tuple(answer for cell in group for answer in cell.answers),
        )
        for group in groups(cells)
    ]


def shown(rows: Iterable[Any], answer: Callable[[Any], T | None]) -> list[T]:
    """The answers to one question about one thing that may be shown.

    ``rows`` have the attributes ``survey__event_id``, ``survey__event__series_id``,
    ``survey__closed_at``, ``survey__k`` and ``survey__event__privacy_k``.
    """
    cells: dict[int, list[T]] = defaultdict(list)
    event = {}
    for row in rows:
        if (said := answer(row)) is not None:
            cells[row.survey__event_id].append(said)
            event[row.survey__event_id] = row
    return [
        said
        for atom in atoms(
            Cell(
                series=event[pk].survey__event__series_id,
                final_at=event[pk].survey__closed_at,
                event=pk,
                k=event[pk].survey__k,
                answers=tuple(answers),
                shown_from=event[pk].survey__event__privacy_k,
            )
            for pk, answers in cells.items()
        )
        for said in atom.answers
    ]


def shown_groups(counts: Mapping[H, int], k: int) -> tuple[dict[H, int], int]:
    """Counts that may be shown, and one count of everybody else: nobody, or k or more.

    Where the small groups are fewer than k together, the smallest of the others joins
    them: else the total minus what is shown would be the hidden few.
    """
    shown = {name: n for name, n in counts.items() if n >= k}
    rest = sum(counts.values()) - sum(shown.values())
    while shown and 0 < rest < k:
        smallest = min(shown, key=lambda name: (shown[name], str(name)))
        rest += shown.pop(smallest)
    return shown, rest if rest >= k else 0


def keep_roles(roles: Mapping[H, list[str]], k: int) -> dict[H, frozenset[str]]:
    """For each tool, the roles that may stay beside its reviews.

    ``roles`` are those of everybody at one event who reviewed the tool, "" where they
    did not say. All others become "": nobody, or k people or more.
    """
    kept = {}
    for tool, everybody in roles.items():
        counts = {role: everybody.count(role) for role in set(everybody)}
        kept[tool] = frozenset(shown_groups(counts, k)[0]) - {""}
    return kept
