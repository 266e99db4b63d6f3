"""B20 to B30: what is typed at the door."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from notifications.models import Notification
from tests.factories.accounts import UserFactory

PASSWORD = "menlo-garage-1975"


def sign_up(client, email=None, password=PASSWORD, **more):
    # An address of its own each time: mails to one address are limited, tests or not.
    email = f"{uuid4().hex}@example.org" if email is None else email
    fields = {"email": email, "password1": password, "display_name": "New", **more}
    return client.post(reverse("account_signup"), fields)


BAD_ADDRESSES = {
    "no domain": "a@b",
    "endless": "a" * 320 + "@example.org",
    "endless domain": f"a@{'b' * 300}.org",
    "address of a machine": "a@[127.0.0.1]",
    "trailing dot": "a@example.org.",
    "two lines": "a@example.org\nBcc: b@example.org",
    "line in the domain": "a@exam\nple.org",
    "two addresses": "a@example.org,b@example.org",
    "a space": "a b@example.org",
    "NUL": "a\x00@example.org",
    "nothing": "",
}


@pytest.mark.django_db
@pytest.mark.parametrize("email", BAD_ADDRESSES.values(), ids=BAD_ADDRESSES)
def test_b20_a_bad_address_is_refused(client, email):
    page = sign_up(client, email)

    assert page.status_code == 200
    assert page.context["form"].errors["email"]
    assert not User.objects.exists()
    assert not Notification.objects.exists()
    assert mail.outbox == []


BAD_PASSWORDS = {
    "B22 short": "kx8!fQz",
    "B22 common": "password123",
    "B22 only digits and common": "1234567890",
    "B22 the address": "new@example.org",
    "nothing": "",
}


@pytest.mark.django_db
@pytest.mark.parametrize("password", BAD_PASSWORDS.values(), ids=BAD_PASSWORDS)
def test_b22_a_bad_password_is_refused(client, password):
    page = sign_up(client, "new@example.org", password)

    assert page.context["form"].errors
    assert not User.objects.exists()


GOOD_PASSWORDS = {
    "128 signs": "kx8!fQz-" * 16,
    "spaces": "  correct horse battery  ",
    "pictures": "🐴🔋📎 geheim geheim",
}


@pytest.mark.django_db
@pytest.mark.parametrize("password", GOOD_PASSWORDS.values(), ids=GOOD_PASSWORDS)
def test_b22_a_good_password_is_taken_as_it_is(client, password):
    assert sign_up(client, password=password).status_code == 302

    assert User.objects.get().check_password(password)


@pytest.mark.django_db
def test_b22_a_megabyte_is_refused_before_it_is_hashed(client, monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda _self, raw: hashed.append(raw))

    assert sign_up(client, password="x" * 2**20).context["form"].errors["password1"]

    assert hashed == []


@pytest.mark.django_db
def test_b24_a_sign_in_from_elsewhere_is_refused():
    UserFactory(email="ada@example.org")
    client = Client(enforce_csrf_checks=True)
    fields = {"login": "ada@example.org", "password": PASSWORD}

    answer = client.post(
        reverse("account_login"), fields, headers={"Origin": "https://evil.example"}
    )

    assert answer.status_code == 403
    assert settings.SESSION_COOKIE_NAME not in answer.cookies


@pytest.mark.django_db
def test_b28_who_is_signed_in_does_not_sign_up_again(sign_in, stranger):
    client = sign_in(stranger)
    before = client.session.session_key

    answer = sign_up(client)

    assert answer.status_code == 302
    assert client.session.session_key == before
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "x" * 8000, "../../x", "\x01", "a;b"])
def test_b30_a_cookie_that_means_nobody_is_nobody(client, event, value):
    client.cookies[settings.SESSION_COOKIE_NAME] = value

    page = client.get(event.get_absolute_url())

    assert page.status_code == 200
    assert "Sign in" in page.content.decode()


def test_b30_the_session_of_somebody_deleted_is_nobodys(sign_in, stranger):
    client = sign_in(stranger)
    assert client.get(reverse("accounts:profile")).status_code == 200

    stranger.delete()

    assert client.get(reverse("accounts:profile")).status_code == 302
