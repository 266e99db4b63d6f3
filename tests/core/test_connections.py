"""What is kept between requests, and when it is doubted."""

import pytest
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import connection

from core import connections
from tests.parts import free_port


def test_a_redis_client_is_made_once(settings):
    url = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {
        "default": {"BACKEND": "core.connections.RedisCache", "LOCATION": url}
    }
    client = caches["default"]._cache
    assert client.get_client("a") is client.get_client("b")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("trust", "errors", "believed"),
    [(60.0, False, True), (0.0, False, False), (60.0, True, False)],
)
def test_a_database_that_just_answered_is_believed(
    monkeypatch, trust, errors, believed
):
    monkeypatch.setattr(connections, "TRUST", trust)
    connection.ensure_connection()
    connection.answered_at = -trust
    connection.errors_occurred = errors
    connections.remember_answers()
    connection.errors_occurred = False
    connection.health_check_done = False

    connections.trust_recent_answers()
    assert connection.health_check_done is believed


def test_it_is_asked_around_each_request():
    for signal, receiver in (
        (request_started, connections.trust_recent_answers),
        (request_finished, connections.remember_answers),
    ):
        assert any(known() is receiver for _, known, *_ in signal.receivers)
