"""Every page there is, on a phone, in light and dark: axe finds nothing to mend.

First the demo, as people walk through it by links. Then, in the rig of the access
table, each address that no link of the demo led to; so a new page is looked at without
a line here. At last the pages of the sign-in library and our own pages of the admin.
"""

import re
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import axe_playwright_python
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, get_resolver, resolve, reverse

from accounts.models import User
from judging.models import Judge
from notifications.models import MailText
from tests.access.test_matrix import LINES, address
from tests.access.world import build
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844, "reduced_motion": "reduce"}
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
LINK = re.compile(r'href="([^"#]+)')
# The admin's markup is django-unfold's; a judge's link signs in; the rest are files.
NOT_PAGES = re.compile(
    r"^/(admin|static|media|judge/j)/|/(file|pictures/\d+)/$|\.\w+$|/logout/$"
)
ALWAYS = {
    "resultTypes": ["violations"],
    "preload": False,  # of style sheets and sounds: no rule asked for needs them
}
LIGHT = {
    **ALWAYS,
    # django-unfold names neither its side bar nor its tabs: no matter of WCAG.
    "rules": {"landmark-unique": {"enabled": False}},
}
DARK = {**ALWAYS, "runOnly": ["color-contrast"]}
# What these look like depends on who asks; of the others one look will do.
FOR_EACH = {"dashboard:home", "events:detail", "submissions:project", "teams:detail"}
OTHERS = ("account", "mfa_", "usersessions", "socialaccount")
PHONES = ("judging:home", "judging:card")  # drawn by their script
SHELLS = {"judging:offline"}  # nothing but what that script draws into it
BY_CHOICE = ("captain", "member", "attendee", "organiser", "judge", "anonymous")


def pages_of(client):
    """Addresses that links lead to from the home page, one of each kind."""
    todo, kinds, seen = ["/", "/judge/"], {}, set()
    while todo:
        path = todo.pop(0)
        try:
            kind = resolve(path).view_name
        except Resolver404:
            continue
        if path in seen or kind in kinds or NOT_PAGES.search(path):
            continue
        seen.add(path)
        answer = client.get(path)
        answer.close()
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        kinds[kind] = path
        for link in LINK.findall(answer.content.decode()):
            target = urlsplit(urljoin(path, link))
            if not target.netloc:
                todo.append(target.path)
    return kinds


class Inspector:
    """Opens pages as different people, and keeps what is wrong with them."""

    def __init__(self, site, open_page):
        self.site, self.open_page = site, open_page
        self.found, self.looked_at, self.seen = [], Counter(), set()

    def browser(self, user=None, link=""):
        page = self.open_page(**PHONE)
        page.add_init_script(AXE)
        if user:
            self.site.sign_in(page, user)
        if link:
            page.goto(self.site.url + link)
        return page

    def look(self, page, path, who, kind=""):
        page.emulate_media(color_scheme="light")
        answer = page.goto(self.site.url + path, wait_until="load")
        assert answer.status == 200, f"{path} as {who}"
        if "html" not in answer.headers["content-type"]:
            return
        self.note(page, who)
        self.looked_at[who] += 1
        self.seen.add(kind or resolve(urlsplit(path).path).view_name)

    def note(self, page, who):
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            self.found.append(f"{page.url} as {who}: {width} px wide")
        for scheme, options in (("light", LIGHT), ("dark", DARK)):
            page.emulate_media(color_scheme=scheme)
            answer = page.evaluate("(o) => axe.run(document, o)", options)
            self.found += [
                f"{page.url} as {who}, {scheme}: {rule['id']}: {node['html'][:160]}"
                for rule in answer["violations"]
                for node in rule["nodes"]
            ]


@pytest.fixture
def inspector(start_site, open_page):
    return Inspector(start_site(), open_page)


def known_to_have_signed_in(client, user):
    """So that pages for the careful do not ask for the password once more."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "email": user.email}
    ]
    session.save()
    return session.session_key


def names_of_others(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            if pattern.namespace is None:
                yield from names_of_others(pattern)
        elif str(pattern.name).startswith(OTHERS):
            yield pattern.name


def walk_through_the_demo(inspector):
    """By links: an organiser, the captain of a team, a visitor, a judge."""
    call_command("loaddemo", verbosity=0)
    judge = Judge.objects.active().first()
    people = {
        name: User.objects.get(email=f"{name}@example.org")
        for name in ("olga-petrenko", "ada-okafor")
    }
    for who in (*people, "nobody", "judge"):
        client, user = Client(), people.get(who)
        link = judge.get_link_path() if who == "judge" else ""
        if user:
            client.force_login(user)
        if link:
            client.get(link)
        page = inspector.browser(user, link)
        for kind, path in pages_of(client).items():
            if kind in FOR_EACH or kind not in inspector.seen:
                inspector.look(page, path, who)
    inspector.look(page, "/events/retrieval-night/results/", "judge")


class Visitor:
    """One role of the rig, with a browser and with Django's client."""

    def __init__(self, inspector, rig, role):
        self.client = Client()
        user = rig.users.get(role)
        link = rig.judge.get_link_path() if role == "judge" else ""
        if user:
            self.client.force_login(user)
        if link:
            self.client.get(link)
        self.page = inspector.browser(user, link)

    def sees_a_page(self, path):
        answer = self.client.get(path)
        is_page = not answer.streaming and b"<html" in answer.content
        answer.close()
        return is_page


def walk_through_the_rig(inspector):
    """What no link of the demo led to, as the first role that may open it."""
    rig, visitors = build("canary"), {}
    for name, words, method, expected in LINES:
        choice = ("judge",) if name in PHONES else BY_CHOICE
        role = next((role for role in choice if expected[role] == 200), None)
        if method != "GET" or not role or name in inspector.seen | SHELLS:
            continue
        if role not in visitors:
            visitors[role] = Visitor(inspector, rig, role)
        path = address(name, words, rig)
        if visitors[role].sees_a_page(path):
            inspector.look(visitors[role].page, path, f"{role} of the rig")


def test_axe_finds_nothing_on_any_page_and_nothing_sticks_out(inspector):
    walk_through_the_demo(inspector)
    walk_through_the_rig(inspector)

    assert not inspector.found, "\n".join(inspector.found)
    assert inspector.looked_at.total() >= 90, inspector.looked_at


def test_axe_finds_nothing_where_people_sign_in_and_organisers_work(inspector):
    user = UserFactory(email="ada@example.org")
    client = Client()
    key = known_to_have_signed_in(client, user)
    inside, outside = inspector.browser(user), inspector.browser()
    inside.context.add_cookies(
        [{"name": "sessionid", "value": key, "url": inspector.site.url}]
    )
    for name in dict.fromkeys(names_of_others()):
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue  # a link out of a mail, or a step of something
        for page, reader, who in (
            (outside, Client(), "nobody"),
            (inside, client, "somebody"),
        ):
            if name == "account_logout" and who == "somebody":
                continue
            answer = reader.get(path)
            if answer.status_code == 200 and "html" in answer["Content-Type"]:
                inspector.look(page, path, who, name)
    outside.goto(inspector.site.url + reverse("account_request_login_code"))
    outside.get_by_label("E-mail address").fill("ada@example.org")
    outside.get_by_role("button", name="Mail me a code").click()
    outside.get_by_label("Code").wait_for()
    inspector.note(outside, "nobody, who waits for a code")

    rig = build("canary")
    organiser = inspector.browser(rig.users["organiser"])
    text = MailText.objects.create(
        event=rig.event, template="teams/email/find_a_team", subject="x", body="y"
    )
    for name, *args in (
        ("index",),
        ("events_event_add",),
        ("events_event_change", rig.event.pk),
        ("events_event_copy", rig.event.pk),
        ("events_registration_changelist",),
        ("events_announcement_add",),
        ("notifications_mailtext_change", text.pk),
        ("notifications_notification_changelist",),
    ):
        path = reverse(f"admin:{name}", args=args)
        inspector.look(organiser, path, "organiser in the admin", name)

    assert not inspector.found, "\n".join(inspector.found)
    assert inspector.looked_at["nobody"] >= 4, inspector.looked_at
    assert inspector.looked_at["somebody"] >= 8, inspector.looked_at
