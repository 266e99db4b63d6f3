"""Our words for what the sign-in library says, and for devices."""

import gettext
import re
from pathlib import Path

import allauth
import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.urls import reverse

from accounts.templatetags.devices import device

OURS = Path(settings.BASE_DIR, "locale", "en_GB", "LC_MESSAGES")
THEIRS = Path(allauth.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
LINE = r'((?:"(?:[^"\\]|\\.)*"\n?)+)'


def pairs(text):
    """What stands in a .po file of plain pairs, without its header."""

    def read(quoted):
        return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', quoted))

    found = re.findall(rf"^msgid {LINE}^msgstr {LINE}", text, re.MULTILINE)
    return {read(said): read(meant) for said, meant in found if read(said)}


def test_the_compiled_words_are_those_in_the_text():
    with (OURS / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    written = pairs((OURS / "django.po").read_text())

    assert len(written) > 50
    assert {said: compiled.gettext(said) for said in written} == written


def test_all_of_them_are_still_said():
    assert set(pairs((OURS / "django.po").read_text())) <= set(
        pairs(THEIRS.read_text())
    )


def test_the_pages_speak_our_words(client, db):
    page = client.get(reverse("account_login")).content.decode()

    assert "New here?" in page
    assert "E-mail address" in page
    assert "Sign in with a mailed code" in page
    assert "Sign In" not in page


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; x64) Chrome/150.0 Safari/537.36 Edg/150.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64)", "Linux"),
        ("curl/8", "An unknown browser"),
        ("", "An unknown browser"),
    ],
)
def test_a_device_is_told_in_words(header, words):
    assert device(header) == words


def test_the_list_of_sessions_names_devices_and_leads_back(client, stranger):
    client.force_login(stranger)
    UserSession.objects.update_or_create(
        user=stranger,
        session_key=client.session.session_key,
        defaults={"ip": "192.0.2.1", "user_agent": "(X11; Linux) Firefox/145.0"},
    )

    page = client.get(reverse("usersessions_list")).content.decode()

    assert "Firefox on Linux" in page
    assert "this one" in page
    assert "Gecko" not in page
    assert f'href="{reverse("accounts:profile")}"' in page
