"""Sessions on one way with what else a page asks the cache for."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import override_settings
from django.urls import reverse

from core.sessions import SessionStore
from tests.parts import REDIS_AWAY

pytestmark = pytest.mark.django_db


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


def test_people_sign_in_and_out_while_the_cache_is_away(client, stranger):
    page, door = reverse("accounts:profile"), reverse("account_login")
    stranger.set_password("correct horse")
    stranger.save()
    EmailAddress.objects.create(user=stranger, email=stranger.email, verified=True)
    right = {"login": stranger.email, "password": "correct horse"}
    with override_settings(CACHES=REDIS_AWAY):
        assert client.post(door, right).status_code == 302
        assert client.get(page).status_code == 200
        assert client.post(reverse("account_logout")).status_code == 302
        assert client.get(page).status_code == 302
        assert not Session.objects.exists()

        wrong = {**right, "password": "guessed"}
        told = [client.post(door, wrong).content.decode() for _try in range(6)]

    assert ["Too many tries" in page for page in told] == 5 * [False] + [True]
