from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.db import connection
from django.utils import timezone

from notifications.models import Heartbeat
from tests.factories.accounts import UserFactory
from tests.parts import broker_at

ALL_WELL = {"database": "ok", "migrations": "ok", "broker": "ok", "worker": "ok"}


@pytest.fixture
def worker_seen(db):
    return Heartbeat.objects.create(name="worker", beat_at=timezone.now())


@pytest.fixture
def superuser(db):
    return UserFactory(is_staff=True, is_superuser=True)


@pytest.fixture
def token(settings):
    settings.HEALTH_TOKEN = "let-me-see"
    return {"headers": {"Authorization": "Bearer let-me-see"}}


def test_healthz_asks_nothing_of_the_database(client):
    response = client.get("/healthz/")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_tells_strangers_only_whether(client, worker_seen):
    response = client.get("/readyz/")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


def test_readyz_tells_superusers_each_part(client, superuser, worker_seen):
    client.force_login(superuser)

    response = client.get("/readyz/")

    assert response.json() == {"status": "ok", "parts": ALL_WELL}


def test_readyz_tells_the_scraper_each_part(client, token, worker_seen):
    assert client.get("/readyz/", **token).json()["parts"] == ALL_WELL


@pytest.mark.parametrize("word", ["", "Bearer ", "Bearer wrong", "Bearer é"])
def test_readyz_tells_nobody_else(client, token, attendee, worker_seen, word):
    client.force_login(attendee)

    response = client.get("/readyz/", headers={"Authorization": word})

    assert response.json() == {"status": "ok"}


def test_readyz_without_a_token_opens_to_no_token(client, settings, worker_seen):
    settings.HEALTH_TOKEN = ""

    response = client.get("/readyz/", headers={"Authorization": "Bearer "})

    assert response.json() == {"status": "ok"}


def test_readyz_misses_a_worker_that_was_never_there(client, token, db):
    response = client.get("/readyz/", **token)

    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "parts": {**ALL_WELL, "worker": "no worker has been seen yet"},
    }


def test_readyz_misses_a_worker_that_went_silent(client, token, worker_seen):
    worker_seen.beat_at -= timedelta(minutes=3)
    worker_seen.save()

    response = client.get("/readyz/", **token)

    assert response.json()["parts"]["worker"].startswith("silent for 18")


def test_readyz_misses_a_migration(client, token, worker_seen):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'events'")

    response = client.get("/readyz/", **token)

    assert response.status_code == 503
    assert "events.0001_initial" in response.json()["parts"]["migrations"]


def test_readyz_misses_the_broker(client, token, worker_seen):
    with broker_at("redis://127.0.0.1:1/0", socket_connect_timeout=0.2):
        response = client.get("/readyz/", **token)

    assert response.status_code == 503
    assert response.json()["parts"] == {**ALL_WELL, "broker": ANY}
    assert response.json()["parts"]["broker"] != "ok"


@pytest.mark.django_db(transaction=True)
def test_readyz_misses_the_database(client, token, settings, tmp_path):
    """Everything about the database is missing; the page still answers."""
    good = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = (
        str(tmp_path / "no" / "such" / "file")
        if connection.vendor == "sqlite"
        else "no_such_database"
    )
    try:
        response = client.get("/readyz/")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = good

    assert response.status_code == 503
    assert response.json() == {"status": "not ready"}
