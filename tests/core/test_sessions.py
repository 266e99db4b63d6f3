"""Sessions on one way with what else a page asks the cache for."""

import pytest
from django.core.cache import cache
from django.test import override_settings

from core.sessions import SessionStore

pytestmark = pytest.mark.django_db
REDIS_AWAY = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"socket_connect_timeout": 1},
    }
}


@pytest.fixture
def known():
    store = SessionStore()
    store["name"] = "Ada"
    store.save()
    return store.session_key


def opened(key, *along):
    store = SessionStore(key)
    store.along = along
    return store


def test_what_goes_along_is_brought(known):
    cache.set_many({"a": 1, "b": 2})

    store = opened(known, "a", "nothing")

    assert store["name"] == "Ada"
    assert store.asked == ("a", "nothing")
    assert store.brought["a"] == 1
    assert not {"b", "nothing"} & set(store.brought)


def test_nothing_is_asked_without_a_session():
    store = opened(None, "a")

    assert store.get("name") is None
    assert (store.asked, store.brought) == ((), None)


def test_a_session_that_the_cache_forgot_comes_from_the_database(known):
    cache.clear()

    assert opened(known, "a")["name"] == "Ada"
    assert opened(known)["name"] == "Ada"


def test_an_ended_session_is_gone_at_once(known):
    opened(known, "a").flush()

    assert "name" not in opened(known, "a")


def test_without_the_cache_a_session_is_still_known(known):
    with override_settings(CACHES=REDIS_AWAY):
        store = opened(known, "a")

        assert store["name"] == "Ada"
        assert (store.asked, store.brought) == (("a",), None)
        assert opened(known)["name"] == "Ada"
        assert "name" not in opened("0" * 32)
