"""Every page that a link leads to, as people of the demo see it, on a phone."""

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.models import User
from judging.models import Judge

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844, "reduced_motion": "reduce"}
LINK = re.compile(r'href="([^"#]+)')
# The admin's markup is django-unfold's; a judge's link signs in; the rest are files.
NOT_PAGES = re.compile(r"^/(admin|static|media|judge/j)/|/(file|pictures/\d+)/$|\.\w+$")
COLOURS = {"runOnly": ["color-contrast"]}


def pages_of(client, most):
    """Addresses that links lead to from the home page, ``most`` of each kind."""
    todo, seen, kinds, found = ["/", "/judge/"], set(), Counter(), []
    while todo:
        path = todo.pop(0)
        try:
            kind = resolve(path).view_name
        except Resolver404:
            continue
        if path in seen or kinds[kind] >= most or NOT_PAGES.search(path):
            continue
        seen.add(path)
        answer = client.get(path)
        answer.close()
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        kinds[kind] += 1
        found.append(path)
        for link in LINK.findall(answer.content.decode()):
            target = urlsplit(urljoin(path, link))
            if not target.netloc:
                todo.append(target.path)
    return found


def faults(page, scheme, options=None):
    """What axe finds, one line for each place."""
    return [
        f"{page.url} {scheme}: {rule['id']}: {node['html'][:160]}"
        for rule in Axe().run(page, options=options).response["violations"]
        for node in rule["nodes"]
    ]


def test_axe_finds_nothing_on_any_page_and_nothing_sticks_out(start_site, open_page):
    call_command("loaddemo", verbosity=0)
    site = start_site()
    found, looked_at, seen_dark = [], Counter(), set()
    for who in ("nobody", "ada-okafor", "olga-petrenko", "judge"):
        page, client = open_page(**PHONE), Client()
        if who == "judge":
            judge = Judge.objects.active().first()
            client.get(judge.get_link_path())
            page.goto(site.url + judge.get_link_path())
        elif who != "nobody":
            user = User.objects.get(email=f"{who}@example.org")
            client.force_login(user)
            site.sign_in(page, user)
        for path in pages_of(client, 2 if who == "nobody" else 1):
            page.emulate_media(color_scheme="light")
            assert page.goto(site.url + path).status == 200, f"{path} as {who}"
            found += faults(page, "light")
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > PHONE["width"]:
                found.append(f"{path} as {who}: {width} px wide")
            looked_at[who] += 1
            if resolve(path).view_name not in seen_dark:
                page.emulate_media(color_scheme="dark")
                found += faults(page, "dark", COLOURS)
                seen_dark.add(resolve(path).view_name)

    assert not found, "\n".join(found)
    least = {"nobody": 30, "ada-okafor": 30, "olga-petrenko": 35, "judge": 2}
    assert all(looked_at[who] >= number for who, number in least.items()), looked_at
