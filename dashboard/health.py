"""Is the machine well? One page for load balancers, one for whoever looks after it."""

import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import cache, wraps
from http import HTTPStatus
from typing import Any

from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from notifications.reports import last_heartbeat, oldest_due

logger = logging.getLogger(__name__)

# Beat asks for a sign of life every 30 seconds.
LONGEST_SILENCE = timedelta(minutes=2)
# A mail that is owed for longer shows that mail stands still.
LATEST_MAIL = timedelta(minutes=2)
BROKER_PATIENCE = 2  # seconds


class Unwell(Exception):
    """Says what is wrong, for people who may know."""


def asks_the_database(check: Callable[[], None]) -> Callable[[], None]:
    """A part that cannot be asked for is not well, and the page still answers."""

    @wraps(check)
    def ask() -> None:
        try:
            check()
        except DatabaseError as error:
            raise Unwell(str(error)) from error

    return ask


@asks_the_database
def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@cache
def migrations_of_this_code() -> frozenset[tuple[str, str]]:
    """Read from disk once: it takes longer than all else that a request does here."""
    return frozenset(MigrationLoader(None).graph.nodes)


@asks_the_database
def check_migrations() -> None:
    applied = MigrationRecorder(connection).applied_migrations()
    if missing := migrations_of_this_code() - applied.keys():
        names = ", ".join(f"{app}.{name}" for app, name in sorted(missing))
        raise Unwell(f"not applied: {names}")


def check_broker() -> None:
    """The broker takes what is written to it; a full one only answers.

    Without Redis the worker needs no broker, and there is nothing to write to.
    """
    broker = current_app.connection_for_write()
    troubles: tuple[type[BaseException], ...] = (
        OperationalError,
        OSError,
        *broker.connection_errors,
        *broker.channel_errors,
    )
    try:
        with broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_PATIENCE)
            if broker.transport.driver_type == "redis":
                channel: Any = broker.default_channel
                channel.client.set("readyz", "written", ex=LONGEST_SILENCE)
    except troubles as error:
        raise Unwell(str(error)) from error


@asks_the_database
def check_worker() -> None:
    """A worker wrote its heartbeat lately, so beat, broker and worker work together."""
    last_seen = last_heartbeat()
    if last_seen is None:
        raise Unwell("no worker has been seen yet")
    silence = timezone.now() - last_seen
    if silence > LONGEST_SILENCE:
        raise Unwell(f"silent for {int(silence.total_seconds())} s")


@asks_the_database
def check_mail() -> None:
    """What is owed leaves. What a mail server put off to later is not due before."""
    oldest = oldest_due()
    late = timezone.now() - oldest if oldest else timedelta(0)
    if late > LATEST_MAIL:
        raise Unwell(f"the oldest is {int(late.total_seconds())} s late")


CHECKS = {
    "database": check_database,
    "migrations": check_migrations,
    "broker": check_broker,
    "worker": check_worker,
    "mail": check_mail,
}


def examine() -> dict[str, str]:
    """The state of each part: ``ok``, or what is wrong with it."""
    states = {}
    for name, check in CHECKS.items():
        try:
            check()
        except Unwell as trouble:
            logger.warning("Not ready: %s: %s", name, trouble)
            states[name] = str(trouble)
        else:
            states[name] = "ok"
    return states


def shows_the_token(request: HttpRequest) -> bool:
    """``Authorization: Bearer HEALTH_TOKEN``; asks nothing of the database."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.HEALTH_TOKEN) and secrets.compare_digest(
        token.encode(), settings.HEALTH_TOKEN.encode()
    )


def is_superuser(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES and bool(
        getattr(request.user, "has_every_right", False)
    )


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing else of the world."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Each part that a request or a mail needs is there."""
    states = examine()
    is_ready = set(states.values()) == {"ok"}
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    answer: dict[str, object] = {"status": "ok" if is_ready else "not ready"}
    if shows_the_token(request) or (
        states["database"] == "ok" and is_superuser(request)
    ):
        answer["parts"] = states
    return JsonResponse(answer, status=status)
