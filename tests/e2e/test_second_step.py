"""An organiser sets up a second step and signs in with it, in a real browser."""

import re
import time

import pytest
from allauth.mfa.totp.internal import auth as totp

from tests.factories.accounts import UserFactory
from tests.factories.events import SeriesOrganiserFactory

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "menlo-garage-1975"


@pytest.fixture
def organiser(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user = UserFactory(display_name="Olga")
    user.set_password(PASSWORD)
    user.save()
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    SeriesOrganiserFactory(user=user)
    return user


@pytest.fixture
def visit(start_site, open_page):
    """A page at the admin's door. By name: a passkey belongs to no number."""
    site = start_site(STAFF_MFA="true")
    page = open_page(width=390)
    page.set_default_timeout(6000)
    base = site.url.replace("127.0.0.1", "localhost")

    def goto(path):
        page.goto(base + path)
        return page

    return goto


def sign_in(visit, user):
    page = visit("/accounts/login/?next=/admin/")
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def confirm(page):
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def sign_out(page, visit):
    visit("/")
    page.locator("summary").click()
    page.get_by_role("button", name="Sign out").click()


def test_an_app_opens_the_admin_and_a_recovery_code_does_next_time(visit, organiser):
    page = sign_in(visit, organiser)
    page.get_by_text("Organisers sign in with a second step").wait_for()

    page.get_by_role("link", name="Set it up").click()
    confirm(page)
    assert page.get_by_role("img", name="QR code").bounding_box()["width"] > 150
    secret = page.locator("#authenticator_secret").input_value()
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    page.get_by_label("Code from the app").fill(code)
    page.get_by_role("button", name="Set it up").click()
    page.get_by_text("Recovery Codes").first.wait_for()
    recovery = re.findall(r"\b[0-9a-f]{8}\b|\b\d{8}\b", page.content())

    visit("/admin/")
    page.get_by_role("heading", name="Your events").wait_for()

    sign_out(page, visit)
    sign_in(visit, organiser)
    assert "2fa/authenticate" in page.url
    page.get_by_label("Code", exact=False).first.fill(recovery[0])
    page.get_by_role("button", name="Sign in", exact=False).first.click()
    page.get_by_role("heading", name="Your events").wait_for()


def test_a_passkey_opens_the_admin_without_a_password(visit, organiser):
    page = sign_in(visit, organiser)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.get_by_role("link", name="Add").click()
    confirm(page)
    page.get_by_label("Name").fill("My phone")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(re.compile("2fa/(?!webauthn/add)"))

    visit("/admin/")
    page.get_by_role("heading", name="Your events").wait_for()
    sign_out(page, visit)
    visit("/accounts/login/?next=/admin/")
    page.get_by_role("button", name="passkey", exact=False).click()
    page.get_by_role("heading", name="Your events").wait_for()
