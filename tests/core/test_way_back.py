"""Whoever signs in from a page comes back to it."""

import pytest
from django.urls import reverse

from tests.factories.submissions import ProjectFactory

pytestmark = pytest.mark.django_db


def test_sign_in_and_join_lead_back_to_the_page(client):
    page = ProjectFactory(submitted=True).get_absolute_url()

    html = client.get(page).content.decode()

    for door in ("account_login", "account_signup"):
        assert f'href="{reverse(door)}?next={page}"' in html


@pytest.mark.parametrize("page", ["dashboard:home", "account_login", "account_signup"])
def test_a_door_does_not_lead_back_to_a_door(client, page):
    html = client.get(reverse(page)).content.decode()

    assert f'href="{reverse("account_login")}?next=/accounts/' not in html
    assert "?next=/&quot;" not in html
    assert '?next=/"' not in html
