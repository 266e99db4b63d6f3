"""The admin opens for those who sign in with a second step."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from tests.factories.accounts import UserFactory

OPEN = {"login", "logout"}


def admin_addresses():
    for pattern in admin.site.get_urls():
        for inner in getattr(pattern, "url_patterns", [pattern]):
            if not inner.name or inner.name in OPEN:
                continue
            for args in ([], [1], ["events"], [1, 1]):
                try:
                    yield reverse(f"admin:{inner.name}", args=args)
                except NoReverseMatch:
                    continue
                break


@pytest.mark.parametrize("is_superuser", [True, False])
def test_without_a_second_step_no_page_of_the_admin_opens(
    client, event, organiser, settings, is_superuser
):
    settings.STAFF_MFA = True
    user = UserFactory(is_superuser=True, is_staff=True) if is_superuser else organiser
    client.force_login(user)
    addresses = list(admin_addresses())

    assert len(addresses) > 100
    for address in addresses:
        for answer in (client.get(address), client.post(address)):
            assert (answer.status_code, answer.url) == (302, "/accounts/2fa/"), address
    assert "second step" in client.get("/accounts/2fa/", follow=True).content.decode()


def test_with_a_second_step_it_opens(client, event, organiser, settings):
    settings.STAFF_MFA = True
    Authenticator.objects.create(
        user=organiser, type=Authenticator.Type.TOTP, data={"secret": "x"}
    )
    client.force_login(organiser)

    assert client.get(reverse("admin:index")).status_code == 200


def test_attendees_need_none_and_are_still_kept_out(client, attendee, settings):
    settings.STAFF_MFA = True
    client.force_login(attendee)

    answer = client.get(reverse("admin:index"))

    assert (answer.status_code, "login" in answer.url) == (302, True)
