"""What is kept between requests, and when it is doubted."""

import os
import signal
import time

import pytest
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import connection
from django.urls import reverse
from redis.exceptions import RedisError

from core import connections
from tests.parts import free_port

# As hackathon/settings.py has them.
CACHE_OPTIONS = {
    "BACKEND": "core.connections.RedisCache",
    "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
}


def test_a_redis_client_is_made_once(settings):
    url = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {
        "default": {"BACKEND": "core.connections.RedisCache", "LOCATION": url}
    }
    client = caches["default"]._cache
    assert client.get_client("a") is client.get_client("b")


@pytest.mark.worker
@pytest.mark.django_db
def test_a_redis_that_accepts_and_never_answers_costs_one_wait(
    own_redis, settings, client, event
):
    """A page and a wrong password ask it for much; they wait for it once."""
    url, process = own_redis
    options = CACHE_OPTIONS | {"KEY_PREFIX": "menlo"}
    settings.CACHES = {"default": {**options, "LOCATION": url}}
    assert client.get(event.get_absolute_url()).status_code == 200
    os.kill(process.pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        assert client.get(event.get_absolute_url()).status_code == 200
        wrong = {"login": "ada@example.org", "password": "wrong"}
        assert client.post(reverse("account_login"), wrong).status_code == 200
        waited = time.monotonic() - start
        asked_again = time.monotonic()
        with pytest.raises(RedisError):
            caches["default"].get("x")
        assert time.monotonic() - asked_again < 0.1
    finally:
        os.kill(process.pid, signal.SIGCONT)
    assert waited < 10  # it was 35, of a busy machine's patience


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
    for moment, receiver in (
        (request_started, connections.trust_recent_answers),
        (request_finished, connections.remember_answers),
    ):
        assert any(known() is receiver for _, known, *_ in moment.receivers)
