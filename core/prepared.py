"""Querysets whose SQL is made once, for the few that phones wait for.

To turn a queryset into SQL costs Django more time than it costs a database to answer.
"""

from collections.abc import Callable
from copy import copy
from functools import cached_property
from inspect import signature
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=Model)

# Keys that no row has, to find again where a number goes.
STAND_IN = 2_000_000_000


class Prepared(Generic[M]):
    """``Prepared(build)(**numbers)`` is ``list(build(**numbers))``, sooner.

    ``build`` gives a queryset of rows, with ``select_related`` and annotations if it
    likes. It takes whole numbers by name, such as primary keys, and nothing else may
    decide what its SQL looks like.
    """

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self.build = build

    @cached_property
    def _made(self) -> tuple[Any, str, list[Any], dict[int, str]]:
        names = {
            STAND_IN + n: name
            for n, name in enumerate(signature(self.build).parameters)
        }
        queryset = self.build(**{name: number for number, name in names.items()})
        compiler = queryset.query.get_compiler(queryset.db)
        sql, params = compiler.as_sql()
        return compiler, sql, list(params), names

    def __call__(self, **numbers: int) -> list[M]:
        made, sql, params, names = self._made
        sent = [numbers[names[p]] if p in names else p for p in params]
        compiler = copy(made)  # for this thread, with its connection
        compiler.connection = connections[made.using]
        compiler.as_sql = lambda: (sql, sent)
        query = SimpleNamespace(get_compiler=lambda using: compiler)  # noqa: ARG005
        rows: Any = SimpleNamespace(
            db=made.using, query=query, _known_related_objects={}
        )
        return list(ModelIterable(rows))
