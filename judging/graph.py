"""The graph of who sees what: judges on one side, projects on the other."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.numeric import Bools, Floats, Ints, csgraph, np, sparse

# A judge and a project.
Pair = tuple[int, int]


@dataclass(frozen=True)
class Group:
    """Judges and projects that are linked, by whatever detour."""

    judges: list[int]
    projects: list[int]


def groups_of(pairs: Iterable[Pair]) -> list[Group]:
    """The parts that the graph falls into, the largest first.

    Judges of different parts cannot be compared: nothing tells the severity of the ones
    from the quality of what they saw.
    """
    x, judges, projects = _matrix(pairs)
    number, j_part, p_part = parts(x)
    found = [
        Group(
            [judges[n] for n in np.flatnonzero(j_part == part)],
            [projects[n] for n in np.flatnonzero(p_part == part)],
        )
        for part in range(number)
    ]
    return sorted(found, key=lambda g: (-len(g.judges) - len(g.projects), g.judges))


def mixing_of(pairs: Iterable[Pair]) -> float:
    """The second-smallest eigenvalue of the graph's normalised Laplacian.

    0: it falls apart. 1: all judges see all projects.
    """
    return mixing(_matrix(pairs)[0])


def _matrix(pairs: Iterable[Pair]) -> tuple[Bools, list[int], list[int]]:
    edges = set(pairs)
    judges = sorted({j for j, _p in edges})
    projects = sorted({p for _j, p in edges})
    row = {j: n for n, j in enumerate(judges)}
    column = {p: n for n, p in enumerate(projects)}
    x = np.zeros((len(judges), len(projects)), dtype=bool)
    for j, p in edges:
        x[row[j], column[p]] = True
    return x, judges, projects


def mixing(x: Bools) -> float:
    """As :func:`mixing_of`, of a matrix; rows and columns without a card are left out.

    For a graph with two sides it is one less the second singular value of its scaled
    matrix.
    """
    x = x[x.any(axis=1)][:, x.any(axis=0)]
    if min(x.shape) == 0:
        return 0.0
    if min(x.shape) == 1:
        return 1.0
    n = scaled(x)
    square = n @ n.T if n.shape[0] <= n.shape[1] else n.T @ n
    second = np.linalg.eigvalsh(square)[-2]
    return float(1 - np.sqrt(np.clip(second, 0, 1)))


def scaled(x: Bools) -> Floats:
    """Each card divided by the root of its judge's and its project's cards."""
    of_judge = np.sqrt(np.maximum(x.sum(axis=1), 1))
    of_project = np.sqrt(np.maximum(x.sum(axis=0), 1))
    result: Floats = x / of_judge[:, None] / of_project
    return result


def parts(x: Bools) -> tuple[int, Ints, Ints]:
    """How many connected parts, and which one each judge and each project is in.

    Whoever has no card is in none: -1.
    """
    judges, projects = x.shape
    j, p = np.nonzero(x)
    graph = sparse.coo_array(
        (np.ones(len(j), dtype=np.int8), (j, p + judges)),
        shape=(judges + projects, judges + projects),
    )
    _count, found = csgraph.connected_components(graph, directed=False)
    label = np.full(judges + projects, -1, dtype=np.int64)
    alive = np.concatenate([x.any(axis=1), x.any(axis=0)])
    kept, label[alive] = np.unique(found[alive], return_inverse=True)
    return len(kept), label[:judges], label[judges:]
