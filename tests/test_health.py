import re
from datetime import timedelta
from unittest.mock import ANY

import pytest
import redis
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from notifications.models import Heartbeat, Notification
from tests.factories.accounts import UserFactory
from tests.factories.notifications import NotificationFactory
from tests.parts import broker_at

ALL_WELL = dict.fromkeys(("database", "migrations", "broker", "worker", "mail"), "ok")


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
        told = client.get("/readyz/", **token)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = good

    assert response.status_code == told.status_code == 503
    assert response.json() == {"status": "not ready"}
    parts = told.json()["parts"]
    assert parts["broker"] == "ok"
    for name in ("database", "migrations", "worker", "mail"):
        assert parts[name] not in {"ok", ""}


def test_readyz_misses_mail_that_stands_still(client, token, worker_seen):
    now = timezone.now()
    late = NotificationFactory(send_after=now - timedelta(seconds=130))
    NotificationFactory(send_after=now - timedelta(seconds=60))
    for status in ("held", "failed", "cancelled", "unknown"):
        NotificationFactory(status=status, send_after=now - timedelta(days=1))

    response = client.get("/readyz/", **token)

    assert response.status_code == 503
    told = response.json()["parts"]
    assert told == {**ALL_WELL, "mail": ANY}
    assert re.fullmatch(r"the oldest is 13\d s late", told["mail"])

    late.delete()
    assert client.get("/readyz/", **token).json()["parts"] == ALL_WELL


def test_readyz_minds_no_mail_that_waits_for_its_time(client, token, worker_seen):
    NotificationFactory(send_after=timezone.now() + timedelta(hours=1))
    held = NotificationFactory(send_after=timezone.now() - timedelta(days=1))
    Notification.objects.filter(pk=held.pk).update(
        status="sending", claimed_at=timezone.now()
    )

    assert client.get("/readyz/", **token).json()["parts"] == ALL_WELL


def test_readyz_misses_a_worker_that_died_with_a_mail(client, token, worker_seen):
    long_ago = timezone.now() - timedelta(minutes=5)
    NotificationFactory(status="sending", send_after=long_ago, claimed_at=long_ago)

    assert client.get("/readyz/", **token).json()["parts"]["mail"] != "ok"


@pytest.mark.django_db(transaction=True)
def test_readyz_misses_a_broker_that_is_full(client, token, worker_seen, real_broker):
    assert client.get("/readyz/", **token).json()["parts"] == ALL_WELL
    with redis.Redis.from_url(real_broker) as admin:
        assert 0 < admin.ttl("menlo:readyz") <= 120
        admin.config_set("maxmemory", "1")
        try:
            response = client.get("/readyz/", **token)
        finally:
            admin.config_set("maxmemory", "0")

    assert response.status_code == 503
    assert response.json()["parts"] == {**ALL_WELL, "broker": ANY}
    assert "memory" in response.json()["parts"]["broker"]


def test_strangers_make_readyz_read_no_files(
    client, worker_seen, monkeypatch, django_assert_max_num_queries
):
    client.get("/readyz/")

    def no_more(*_args, **_kwargs):
        pytest.fail("the migrations are read from disk once more")

    monkeypatch.setattr(MigrationLoader, "load_disk", no_more)
    with django_assert_max_num_queries(5):
        assert client.get("/readyz/").status_code == 200
