"""Is the machine well? One page for load balancers, one for whoever looks after it."""

import logging
import secrets
from datetime import timedelta
from http import HTTPStatus

from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from notifications.reports import last_heartbeat

logger = logging.getLogger(__name__)

# Beat asks for a sign of life every 30 seconds.
LONGEST_SILENCE = timedelta(minutes=2)
BROKER_PATIENCE = 2  # seconds


class Unwell(Exception):
    """Says what is wrong, for people who may know."""


def check_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        raise Unwell(str(error)) from error


def check_migrations() -> None:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        raise Unwell(str(error)) from error
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{step.app_label}.{step.name}" for step, _back in plan)
        raise Unwell(f"not applied: {names}")


def check_broker() -> None:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_PATIENCE)
    except (OperationalError, OSError) as error:
        raise Unwell(str(error)) from error


def check_worker() -> None:
    """A worker wrote its heartbeat lately, so beat, broker and worker work together."""
    try:
        last_seen = last_heartbeat()
    except DatabaseError as error:
        raise Unwell(str(error)) from error
    if last_seen is None:
        raise Unwell("no worker has been seen yet")
    silence = timezone.now() - last_seen
    if silence > LONGEST_SILENCE:
        raise Unwell(f"silent for {int(silence.total_seconds())} s")


CHECKS = {
    "database": check_database,
    "migrations": check_migrations,
    "broker": check_broker,
    "worker": check_worker,
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


def may_know(request: HttpRequest) -> bool:
    """Superusers may, and whoever sends ``Authorization: Bearer HEALTH_TOKEN``."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.HEALTH_TOKEN and secrets.compare_digest(
        token.encode(), settings.HEALTH_TOKEN.encode()
    ):
        return True
    return settings.SESSION_COOKIE_NAME in request.COOKIES and bool(
        getattr(request.user, "is_superuser", False)
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
    if states["database"] == "ok" and may_know(request):
        answer["parts"] = states
    return JsonResponse(answer, status=status)
