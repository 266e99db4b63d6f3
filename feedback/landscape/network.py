"""Which tools go together and which replace one another, in plain Python.

Teams of one event sit in one room, get the same tip and the same free credits, so they
are compared with each other only: the number of teams that use both tools is a sum of
one hypergeometric number per event. Its distribution is worked out exactly, which is
Fisher's exact test with events as strata, so that few teams need no rule of thumb.

* R. A. Fisher, J. R. Stat. Soc. 85 (1922), 87-94: the exact test of a 2x2 table.
* J. J. Gart, Biometrika 57 (1970), 471-475: the exact test of several of them.
* R. E. Tarone, Biometrics 46 (1990), 515-522, and P. B. Gilbert, J. R. Stat. Soc. C 54
  (2005), 143-158: pairs so rare that no data could convict them are not counted as
  tests. Else each tool that two teams tried would make it harder to see anything.
* Y. Benjamini, Y. Hochberg, J. R. Stat. Soc. B 57 (1995), 289-300: of the lines drawn,
  at most one in ten is expected to be an accident.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from core.numeric import Floats, Ints, np, sparse

# Of all the lines drawn, the share that may be accidents.
FALSE_DISCOVERIES = 0.10
# A tool that fewer teams used says nothing about what it goes with.
LEAST_TEAMS = 3
# Together once is an accident.
LEAST_TOGETHER = 2
# And a pair that is less than one standard deviation from what chance gives is no find,
# whatever its p: so most pairs need not be worked out.


class Kind(StrEnum):
    TOGETHER = "together"
    INSTEAD = "instead"


@dataclass(frozen=True)
class Edge:
    """Two tools; ``together`` teams used both where ``expected`` would by chance."""

    first: int
    second: int
    kind: Kind
    together: int
    expected: float
    p: float
    q: float

    @property
    def lift(self) -> float:
        return self.together / self.expected

    @property
    def tools(self) -> frozenset[int]:
        return frozenset({self.first, self.second})


@dataclass(frozen=True)
class Network:
    edges: tuple[Edge, ...] = ()
    tested: int = 0  # pairs that could have been found

    def of(self, tool: int, kind: Kind) -> list[Edge]:
        return [edge for edge in self.edges if edge.kind is kind and tool in edge.tools]


def _log_factorials(most: int) -> Floats:
    """The logarithms of 0! to ``most``!."""
    return np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, most + 1)))))


def _log_pmf(factorial: Floats, k: Ints, n: Ints, a: Ints, b: Ints) -> Floats:
    """Hypergeometric: ``k`` of the ``n`` teams use both, if chance alone decides.

    ``k`` must be possible: at least a + b - n, at most the smaller of a and b.
    """
    log = factorial
    return np.asarray(
        log[a] + log[n - a] + log[b] + log[n - b]
        - log[n] - log[k] - log[a - k] - log[b - k] - log[n - a - b + k]
    )  # fmt: skip


def _distribution(factorial: Floats, sizes: Ints, a: Ints, b: Ints) -> Floats:
    """For each pair (row), how likely each number of teams with both is.

    A sum's distribution is the convolution of those of its parts, whose spectra are
    multiplied. Many pairs have the same two numbers at an event; those are worked out
    once.
    """
    high = np.minimum(a, b)
    width = 2 ** int(high.sum(1).max(initial=0)).bit_length()  # more than that
    spectrum = np.ones((len(a), width // 2 + 1), np.complex128)
    for event in np.flatnonzero(high.max(0, initial=0) > 0):
        n = int(sizes[event])
        here = np.flatnonzero(high[:, event])  # where one is not used, nobody has both
        found, which = np.unique(
            a[here, event] * (n + 1) + b[here, event], return_inverse=True
        )
        of_a, of_b = (part[:, None] for part in np.divmod(found, n + 1))
        k = np.arange(int(high[:, event].max()) + 1)[None, :]
        low, most = np.maximum(of_a + of_b - n, 0), np.minimum(of_a, of_b)
        size = np.full_like(of_a, n)
        chance = np.exp(_log_pmf(factorial, np.clip(k, low, most), size, of_a, of_b))
        chance[(k < low) | (k > most)] = 0
        spectrum[here] *= np.fft.rfft(chance, width, axis=1)[which]
    return np.asarray(np.clip(np.fft.irfft(spectrum, width, axis=1), 0, 1))


def tails(
    sizes: Iterable[int], a: Ints, b: Ints, together: Ints
) -> tuple[Floats, Floats]:
    """P(as few or fewer) and P(as many or more) teams with both, for each pair.

    ``sizes`` are the teams of each event; ``a`` and ``b`` have one row per pair and one
    column per event: how many teams used the one tool, and the other.
    """
    of_event = np.fromiter(sizes, np.int64)
    factorial = _log_factorials(int(of_event.max(initial=0)))
    chances = _distribution(factorial, of_event, a, b)
    upto = np.cumsum(chances, axis=1)
    row = np.arange(len(together))
    fewer = upto[row, together]
    more = upto[:, -1] - fewer + chances[row, together]
    return np.clip(fewer, 0, 1), np.clip(more, 0, 1)


def benjamini_hochberg(p_values: Floats, tests: int) -> Floats:
    """Each p as q: the share of false finds if everything up to here is believed.

    ``tests`` may be more than there are ``p_values``: the others have shown nothing.
    """
    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order] * tests / np.arange(1, len(p_values) + 1)
    q_values = np.empty_like(p_values)
    q_values[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1)
    return q_values


@dataclass(frozen=True)
class _Counts:
    """What the baskets say, as numbers: events are columns, tools are rows."""

    tools: Ints
    sizes: Ints
    used: Ints  # tools x events
    together: Ints  # tools x tools
    expected: Floats  # tools x tools
    variance: Floats  # tools x tools


def _count(stacks: Iterable[tuple[int, AbstractSet[int]]]) -> _Counts:
    baskets = [(event, things) for event, things in stacks if things]
    events = {event: n for n, event in enumerate(sorted({e for e, _t in baskets}))}
    every = sorted({tool for _event, things in baskets for tool in things})
    place = {tool: n for n, tool in enumerate(every)}
    rows = np.repeat(
        np.arange(len(baskets)), [len(things) for _event, things in baskets]
    )
    columns = np.array([place[t] for _e, things in baskets for t in things], np.int64)
    event_of = np.array([events[event] for event, _things in baskets], np.int64)
    sizes = np.bincount(event_of, minlength=len(events))
    used = np.bincount(
        columns * len(events) + event_of[rows], minlength=len(every) * len(events)
    ).reshape(len(every), len(events))
    enough = np.flatnonzero(used.sum(1) >= LEAST_TEAMS)
    matrix = sparse.coo_array(
        (np.ones(len(rows), np.int64), (rows, columns)), (len(baskets), len(every))
    ).tocsc()[:, enough]
    used = used[enough]
    spread = used * (sizes - used)
    return _Counts(
        tools=np.array(every, np.int64)[enough],
        sizes=sizes,
        used=used,
        together=(matrix.T @ matrix).toarray(),
        expected=(used / sizes) @ used.T,
        # Of the hypergeometric: a b (n - a) (n - b) / (n n (n - 1)), event by event.
        variance=(spread / (sizes**2 * np.maximum(sizes - 1, 1))) @ spread.T,
    )


def _best_chance(count: _Counts, first: Ints, second: Ints, kind: Kind) -> Floats:
    """The smallest p that each pair could have had, as a logarithm.

    It has it where every event is at the end of what is possible there. There are few
    events and many pairs: each event's chances are worked out once for two numbers.
    """
    factorial = _log_factorials(int(count.sizes.max()))
    total = np.zeros(len(first))
    for n, used in zip(count.sizes, count.used.T, strict=True):
        a, b = np.mgrid[: used.max() + 1, : used.max() + 1]
        k = np.minimum(a, b) if kind is Kind.TOGETHER else np.maximum(a + b - n, 0)
        table = _log_pmf(factorial, k, np.full_like(a, n), a, b)
        total += table[used[first], used[second]]
    return total


def _find(
    count: _Counts, first: Ints, second: Ints, kind: Kind
) -> tuple[list[Edge], int]:
    """The edges of one kind among these pairs, and how many pairs were tested."""
    could = _best_chance(count, first, second, kind) <= np.log(FALSE_DISCOVERIES)
    both, expected = count.together[first, second], count.expected[first, second]
    apart = both - expected
    hopeful = apart**2 >= count.variance[first, second]
    hopeful &= (
        (apart > 0) & (both >= LEAST_TOGETHER) if kind is Kind.TOGETHER else apart < 0
    )
    tests, pairs = int(could.sum()), np.flatnonzero(could & hopeful)
    if len(pairs) == 0:
        return [], tests
    fewer, more = tails(
        count.sizes, count.used[first[pairs]], count.used[second[pairs]], both[pairs]
    )
    p_values = more if kind is Kind.TOGETHER else fewer
    q_values = benjamini_hochberg(p_values, tests)
    return [
        Edge(
            first=int(count.tools[first[pair]]),
            second=int(count.tools[second[pair]]),
            kind=kind,
            together=int(both[pair]),
            expected=float(expected[pair]),
            p=float(p),
            q=float(q),
        )
        for pair, p, q in zip(pairs, p_values, q_values, strict=True)
        if q <= FALSE_DISCOVERIES
    ], tests


def network(
    stacks: Iterable[tuple[int, AbstractSet[int]]], category: Mapping[int, int]
) -> Network:
    """The pairs that teams combine, or do not combine, more often than by accident.

    ``stacks`` are the tools of each team with its event. Any two tools may go together;
    only tools for the same need (``category``) can stand in for one another.
    """
    count = _count(stacks)
    first, second = np.triu_indices(len(count.tools), 1)
    if len(first) == 0:
        return Network()
    together, tests = _find(count, first, second, Kind.TOGETHER)
    needs = np.array([category[int(tool)] for tool in count.tools])
    alike = needs[first] == needs[second]
    instead, more_tests = _find(count, first[alike], second[alike], Kind.INSTEAD)
    edges = sorted(
        [*together, *instead], key=lambda edge: (edge.p, edge.first, edge.second)
    )
    return Network(tuple(edges), tests + more_tests)
