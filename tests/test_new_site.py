"""A site on its first day: from ``createsuperuser`` to the first event, by hand."""

import importlib
import re
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.urls import reverse

from accounts.models import User
from events.models import Event, Series, SeriesOrganiser
from hackathon import environment
from notifications.models import Notification
from submissions.models import Tool
from tests.bad_input.forms import forms_of
from tests.factories.accounts import UserFactory
from tests.parts import ROOT, manage

OWNER = "owner@menlo.test"
WORDS = "a long enough word"


@pytest.fixture
def owner(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", WORDS)
    call_command("createsuperuser", email=OWNER, interactive=False, verbosity=0)
    return User.objects.get(email=OWNER)


@pytest.fixture
def at_home(client, owner):
    client.post(reverse("account_login"), {"login": OWNER, "password": WORDS})
    return client


def test_the_owner_signs_in_without_a_mailed_code(client, owner):
    answer = client.post(
        reverse("account_login"), {"login": OWNER, "password": WORDS}, follow=True
    )

    assert answer.redirect_chain[-1][0] == reverse("dashboard:home")
    assert "Hello, " in answer.content.decode()


def test_the_way_to_the_first_event_needs_no_shell(at_home, owner):
    home = at_home.get("/").content.decode()
    assert "Make its first event" in home
    assert reverse("admin:events_series_add") in home

    detour = at_home.get(reverse("admin:events_event_add"), follow=True)
    assert detour.redirect_chain[-1][0] == reverse("admin:events_series_add")
    form = {
        "name": "LLM Lab",
        "slug": "llm-lab",
        **{f"organiser_roles-{n}": 0 for n in ("TOTAL_FORMS", "INITIAL_FORMS")},
    }
    answer = at_home.post(reverse("admin:events_series_add"), form)

    series = Series.objects.get()
    assert answer.url == f"{reverse('admin:events_event_add')}?series={series.pk}"
    role = SeriesOrganiser.objects.get(series=series, user=owner)
    assert role.role == SeriesOrganiser.Role.ADMIN
    page = at_home.get(answer.url).context["adminform"].form
    fields = {bound.name: bound.value() for bound in page}
    when = {
        f"{name}_{part}": value
        for name in ("starts_at", "ends_at")
        for part, value in (("0", "2030-05-04"), ("1", "09:00:00"))
    } | {"ends_at_1": "18:00:00"}
    sent = {k: v for k, v in fields.items() if v not in (None, False)}
    sent |= when | {"name": "First", "slug": "first", "series": series.pk}
    answer = at_home.post(reverse("admin:events_event_add"), sent)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    event = Event.objects.get()
    assert answer.url == reverse("admin:events_event_change", args=[event.pk])
    assert "Make its first event" not in at_home.get("/").content.decode()


def test_others_read_only_that_there_is_no_event_yet(client, db):
    page = client.get("/").content.decode()
    assert "There is no event yet." in page
    assert "admin" not in page

    client.force_login(UserFactory())
    page = client.get("/").content.decode()
    assert "There is no event yet." in page
    assert "admin" not in page
    assert "Pick one" not in page


def test_the_tools_are_there_after_migrate_and_stay_as_people_want_them(db):
    def migrate():
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    migrate()
    assert Tool.objects.count() > 50
    gone, kept = Tool.objects.all()[:2]
    gone.delete()
    Tool.objects.filter(pk=kept.pk).update(name="Ours")
    count = Tool.objects.count()

    migrate()
    assert Tool.objects.count() == count
    assert Tool.objects.get(pk=kept.pk).name == "Ours"


def test_no_page_fails_before_static_files_are_collected(tmp_path):
    """As production is started, on an empty folder."""
    ask = """
from django.test import Client
client = Client(headers={"host": "testserver"})
page = client.get("/accounts/login/").content.decode()
style = page.split('rel="stylesheet" href="')[1].split('"')[0]
answer = client.get(style)
print(style, answer.status_code, len(answer.getvalue()) > 100)
print(client.get("/nowhere/").status_code, client.get("/").status_code)
"""
    site = {"DATA_DIR": str(tmp_path), "MENLO_DEMO": "true"}
    site["SITE_URL"] = "http://testserver"
    manage("migrate", "--verbosity", "0", **site)

    before = manage("shell", "-v0", "-c", ask, **site)
    assert before.stdout.split()[1:] == ["200", "True", "404", "200"], before.stderr
    assert not re.search(r"\.[0-9a-f]{12}\.css", before.stdout)

    manage("collectstatic", "--noinput", "--verbosity", "0", **site)
    after = manage("shell", "-v0", "-c", ask, **site)
    assert after.stdout.split()[1:] == ["200", "True", "404", "200"], after.stderr
    assert re.search(r"\.[0-9a-f]{12}\.css", after.stdout)


def test_the_page_that_asks_for_the_code_sends_another(client, db):
    form = {"email": "ada@menlo.test", "password1": WORDS, "display_name": "Ada"}
    page = client.post(reverse("account_signup"), form, follow=True)
    assert page.redirect_chain[-1][0] == reverse("account_email_verification_sent")

    again = client.post(page.redirect_chain[-1][0], {"action": "resend"}, follow=True)
    assert "We have sent a mail to ada@menlo.test." in again.content.decode()

    codes = [mail.context["text"] for mail in Notification.objects.all()]
    assert len(set(codes)) == 2
    # Whether the address is known here, the page does not tell.
    UserFactory(email="known@menlo.test")
    known = client.__class__()
    other = known.post(
        reverse("account_signup"), form | {"email": "known@menlo.test"}, follow=True
    )
    for asked in (page, other):
        assert asked.context["can_resend"]
        assert not asked.context["can_change"]


@pytest.mark.parametrize("email", ["slip@menlo.test", "known@menlo.test"])
def test_whoever_gave_a_wrong_address_signs_up_with_another(client, db, email):
    UserFactory(email="known@menlo.test")
    form = {"email": email, "password1": WORDS, "display_name": "Ada", "next": "/me/"}
    page = client.post(reverse("account_signup"), form, follow=True)
    (give_up,) = (
        one
        for one in forms_of(page.redirect_chain[-1][0], page.content.decode())
        if reverse("account_signup") in dict(one.values).get("next", "")
    )

    answer = client.post(give_up.action, dict(give_up.values), follow=True)

    assert answer.redirect_chain[-1][0] == f"{reverse('account_signup')}?next=%2Fme%2F"
    assert 'name="next" value="/me/"' in answer.content.decode()
    assert 'name="display_name"' in answer.content.decode()


def test_passkeys_work_at_the_address_of_the_demo(monkeypatch):
    """They belong to a name; the address of a machine can have none."""
    monkeypatch.delenv("SITE_URL")
    monkeypatch.setenv("DEBUG", "true")
    monkeypatch.syspath_prepend(ROOT / "scripts")
    demo = importlib.import_module("demo")

    for url in (
        environment.read().site_url,
        demo.environment(demo.LOOPBACK, 8000)["SITE_URL"],
    ):
        assert urlsplit(url).hostname == "localhost"
