"""Connections that are kept between requests, and what each request pays for them."""

import time
from typing import Any

from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from django.core.cache.backends.redis import RedisCacheClient
from django.core.signals import request_finished, request_started
from django.db import connections
from django.utils.functional import cached_property
from redis.exceptions import ConnectionError, TimeoutError  # noqa: A004 -- redis' own

# Whoever answered this many seconds ago is believed to be still there.
TRUST = 1.0
# So many seconds a Redis that did not answer is left alone.
PAUSE = 5.0


class OneClient(RedisCacheClient):
    """Django makes a client for every command, which costs more than the command."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]


class Breaker:
    """After Redis was silent once, it is not asked for a while.

    Each command would wait for its own answer, and a page asks for several.
    """

    away_until = 0.0  # of all threads: they share the server

    def __init__(self, client: RedisCacheClient) -> None:
        self.client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)

        def asked(*args: Any, **kwargs: Any) -> Any:
            if time.monotonic() < Breaker.away_until:
                raise ConnectionError("Redis did not answer a moment ago.")
            try:
                return method(*args, **kwargs)
            except (ConnectionError, TimeoutError):
                Breaker.away_until = time.monotonic() + PAUSE
                raise

        return asked


class RedisCache(DjangoRedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient

    @cached_property
    def _cache(self) -> Breaker:  # type: ignore[override]
        return Breaker(super()._cache)


def remember_answers(**_kwargs: object) -> None:
    for connection in connections.all(initialized_only=True):
        if connection.connection is not None and not connection.errors_occurred:
            connection.answered_at = time.monotonic()  # type: ignore[attr-defined]


def trust_recent_answers(**_kwargs: object) -> None:
    """Spare the health check, a query of its own, while requests come thick and fast.

    After Django's own receiver, which asks for the check.
    """
    now = time.monotonic()
    for connection in connections.all(initialized_only=True):
        if now - getattr(connection, "answered_at", -TRUST) < TRUST:
            connection.health_check_done = True  # type: ignore[attr-defined]


def connect() -> None:
    request_started.connect(trust_recent_answers)
    request_finished.connect(remember_answers)
