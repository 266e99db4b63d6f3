"""Querysets whose SQL is made once, for the few that phones wait for.

To turn a queryset into SQL costs Django more time than it costs a database to answer,
and to plan such SQL costs PostgreSQL more time than to run it. So each connection to
PostgreSQL prepares it once, too.
"""

from collections.abc import Callable
from copy import copy
from functools import cached_property
from inspect import signature
from itertools import count
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from psycopg2.extensions import AsIs  # type: ignore[import-untyped]

M = TypeVar("M", bound=Model)

# A key that no row has, to find again where a number goes.
STAND_IN = 2_000_000_000
LARGEST = 2**63 - 1
_number = count()
# By connection, the names of what it has prepared.
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def _or_null(value: int | str) -> int | str | None:
    """For a number that no column can hold NULL, which equals nothing either."""
    is_too_large = isinstance(value, int) and not -LARGEST <= value <= LARGEST
    return None if is_too_large else value


class Prepared(Generic[M]):
    """``Prepared(build)(**values)`` is ``list(build(**values))``, sooner.

    ``build`` gives a queryset of rows, with ``select_related`` and annotations if it
    likes. It takes by name whole numbers, such as primary keys, and texts where it says
    ``: str``; these must stand in its SQL as they are, as they do in ``Exact``, but not
    in ``iexact`` or ``endswith``. Nothing else may decide what the SQL looks like.
    """

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self.build = build
        self.name = f"menlo_{next(_number)}"

    @cached_property
    def _made(self) -> tuple[Any, str, list[Any], dict[int | str, str]]:
        names: dict[int | str, str] = {}
        for n, known in enumerate(signature(self.build).parameters.values()):
            is_text = known.annotation in {str, "str"}
            names[f"menlo stand-in {n}" if is_text else STAND_IN + n] = known.name
        queryset = self.build(**{name: value for value, name in names.items()})
        compiler = queryset.query.get_compiler(queryset.db)
        sql, params = compiler.as_sql()
        columns = [column for column, *_rest in compiler.select]
        converters = compiler.get_converters(columns[: compiler.col_count])
        compiler.get_converters = lambda _columns: converters
        if hidden := [name for value, name in names.items() if value not in params]:
            raise ValueError(f"not in the SQL as they are: {', '.join(hidden)}")
        return compiler, sql, list(params), names

    def __call__(self, **given: int | str) -> list[M]:
        made, sql, params, names = self._made
        connection = connections[made.using]
        values = {name: _or_null(value) for name, value in given.items()}
        if connection.vendor == "postgresql":
            self._prepare(connection)
            sql = f"EXECUTE {self.name} ({', '.join(['%s'] * len(names))})"
            sent = [values[name] for name in names.values()]
        else:
            sent = [values[names[p]] if p in names else p for p in params]
        compiler = copy(made)  # for this thread, with its connection
        compiler.connection = connection
        compiler.as_sql = lambda: (sql, sent)
        query = SimpleNamespace(get_compiler=lambda using: compiler)  # noqa: ARG005
        rows: Any = SimpleNamespace(
            db=made.using, query=query, _known_related_objects={}
        )
        return list(ModelIterable(rows))

    def _prepare(self, connection: BaseDatabaseWrapper) -> None:
        connection.ensure_connection()
        known = _known.setdefault(connection.connection, set())
        if self.name in known:
            return
        _compiler, sql, params, names = self._made
        types = ["text" if isinstance(value, str) else "bigint" for value in names]
        places = {value: AsIs(f"${n}") for n, value in enumerate(names, 1)}
        # Not counted among the queries of a page: it is none, and comes once.
        with connection.connection.cursor() as cursor:
            cursor.execute(
                f"PREPARE {self.name} ({', '.join(types)}) AS {sql}",
                [places.get(p, p) for p in params],
            )
        known.add(self.name)
