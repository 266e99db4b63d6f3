"""Who is asking: the row as it stands, in every request."""

from datetime import time

import pytest
from django.utils import timezone

from accounts.backends import AccountBackend
from accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory(
        display_name="Ada Okafor",
        about="Écrit en français",
        time_zone="Europe/Berlin",
        quiet_from=time(22),
        last_login=timezone.now(),
    )


def test_it_is_the_same_person_as_by_any_other_way(user, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = AccountBackend().get_user(user.pk)

    expected = User.objects.get(pk=user.pk)
    assert found == expected
    for field in User._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(expected, field.attname)
    assert found._state.db == expected._state.db
    assert not found._state.adding
    assert not found.get_deferred_fields()


def test_what_was_found_can_be_saved(user):
    found = AccountBackend().get_user(user.pk)
    found.display_name = "Ada"
    found.save()

    assert User.objects.get().display_name == "Ada"


def test_nobody_is_found_who_is_not_there_or_not_welcome(user):
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert AccountBackend().get_user(user.pk) is None
    assert AccountBackend().get_user(user.pk + 1) is None
