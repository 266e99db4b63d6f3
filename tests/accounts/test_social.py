"""People who come from another site."""

import pytest
from allauth.core import context
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.forms import SignupForm
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_a_stranger(rf):
    request = rf.post("/accounts/3rdparty/signup/")
    request.session, request._messages = SessionStore(), BaseStorage(None)
    with context.request_context(request):
        yield request


def arrives(request, **data):
    login = SocialLogin(
        user=User(),
        account=SocialAccount(provider="github", uid="1"),
        email_addresses=[],
    )
    get_adapter(request).populate_user(request, login, data)
    return login


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"name": "Ada Lovelace"}, "Ada Lovelace"),
        ({"first_name": "Ada", "last_name": "Lovelace"}, "Ada Lovelace"),
        ({"username": "ada"}, "ada"),
        ({"name": "a\x00b"}, ""),
        ({}, ""),
    ],
)
@pytest.mark.parametrize("address", [None, "ada@example.org"])
def test_the_name_comes_along_with_and_without_an_address(
    request_of_a_stranger, data, name, address
):
    login = arrives(request_of_a_stranger, email=address, **data)
    form = SignupForm({"email": address or "typed@example.org"}, sociallogin=login)
    assert form.is_valid()

    user = form.save(request_of_a_stranger)

    assert User.objects.get(pk=user.pk).display_name == name
