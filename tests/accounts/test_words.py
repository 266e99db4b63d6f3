"""Our words for what the sign-in library says, and for devices."""

import copy
import gettext
import re
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.templatetags.devices import device
from notifications.models import Notification

OURS = Path(settings.BASE_DIR, "locale", "en_GB", "LC_MESSAGES")
THEIRS = Path(allauth.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
THEIR_TEMPLATES = Path(allauth.__file__).parent / "templates"
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


MAILS = sorted(
    f"{path.parent.relative_to(THEIR_TEMPLATES)}/{path.name.removesuffix('_subject.txt')}"
    for path in THEIR_TEMPLATES.rglob("email/*_subject.txt")
)


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_about_an_account_is_in_our_words_and_has_no_holes(
    name, rf, settings, db
):
    assert (Path(settings.BASE_DIR) / "templates" / f"{name}_message.txt").exists()
    request = rf.get("/", headers={"user-agent": "(X11; Linux) Firefox/145.0"})
    values = {
        "code": "KLVJ-JZTW",
        "password_reset_url": "https://evil.example/reset/",
        "signup_url": "https://evil.example/join/",
        "timestamp": timezone.now(),
        "ip": "192.0.2.1",
        "user_agent": "(X11; Linux) Firefox/145.0",
        "from_email": "old@example.org",
        "to_email": "new@example.org",
        "deleted_email": "gone@example.org",
        "provider": "GitHub",
    }
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = "A HOLE"
    settings.TEMPLATES = templates

    with request_context(request):
        get_adapter(request).send_mail(name, "ada@example.org", values)

    mail = Notification.objects.get()
    subject, text = mail.context["subject"], mail.context["text"]
    assert mail.address == "ada@example.org"
    assert "Menlo" in subject
    assert "A HOLE" not in subject + text
    assert not re.search(r" [.,:]|  |evil|'", subject + text)
    assert "\n\n\n" not in text
    if name.endswith("_code") or "confirmation" in name:
        assert subject.startswith("KLVJ-JZTW")
        assert "KLVJ-JZTW" in text
