"""numpy and scipy, loaded by whoever first computes with them.

They take half of the time in which a process starts, and most processes never need
them: commands, beat, the worker until somebody deals cards. A site loads them at once,
see :mod:`hackathon.wsgi`. Where their types are named, annotations must not be
evaluated (``from __future__ import annotations``).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "Array",
    "Bools",
    "Floats",
    "Ints",
    "csgraph",
    "hierarchy",
    "np",
    "sparse",
    "special",
]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import sparse, special  # type: ignore[import-untyped]
    from scipy.cluster import hierarchy  # type: ignore[import-untyped]
    from scipy.sparse import csgraph  # type: ignore[import-untyped]

    Array = NDArray[Any]
    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
else:
    Array = Bools = Floats = Ints = Any

    class _Lazy:
        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, attribute: str) -> Any:
            value = getattr(import_module(self._name), attribute)
            setattr(self, attribute, value)  # so that this is asked once
            return value

    np = _Lazy("numpy")
    csgraph = _Lazy("scipy.sparse.csgraph")
    hierarchy = _Lazy("scipy.cluster.hierarchy")
    sparse = _Lazy("scipy.sparse")
    special = _Lazy("scipy.special")


def load() -> None:
    """Load what the pages of a site compute with."""
    for name in ("numpy", "scipy.special", "scipy.sparse.csgraph"):
        import_module(name)
