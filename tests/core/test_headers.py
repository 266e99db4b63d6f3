"""What every class of answer carries in production, from the real site."""

import http.client
import re
from email.message import Message
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from submissions.models import Dataset
from tests.access.world import build
from tests.core.observatory import Answer, judge
from tests.factories.accounts import UserFactory
from tests.parts import Site, own_environment

pytestmark = pytest.mark.e2e

HOST = "menlo.test"
PASSWORD = "menlo-garage-1975"
ADMIN_FAILS = ["content_security_policy"]  # docs/adr/0017


class Production:
    """The site as it stands behind a proxy that ends https."""

    def __init__(self, site):
        self.port = site.port

    def ask(self, path, *, jar=None, method="GET", body="", **headers):
        proxied = {"Host": HOST, "X-Forwarded-Proto": "https"}
        if jar:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in jar.items())
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        link.request(method, path, body or None, {**proxied, **headers})
        found = link.getresponse()
        text = found.read().decode(errors="replace")
        link.close()
        answer = Answer(f"https://{HOST}{path}", found.status, found.headers, text)
        if jar is not None:
            jar |= {one.key: one.value for one in answer.cookies}
        return answer


@pytest.fixture
def world(transactional_db):
    world = build("canary")
    superuser = UserFactory(is_superuser=True, is_staff=True)
    world.users["superuser"] = superuser
    for user in (superuser, world.users["organiser"]):
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    dataset = Dataset.objects.get(slug=world.words["dataset"])
    dataset.file.save("x", ContentFile(b"<script>"))
    return world


@pytest.fixture(scope="module")
def site(django_db_setup, static_files, tmp_path_factory):
    production = {
        "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "MENLO_DEMO": "false",
        "SECRET_KEY": settings.SECRET_KEY,
        "EMAIL_URL": "submission://user:word@mail.test:587",
        "TRUSTED_PROXY_COUNT": "1",
    }
    log = tmp_path_factory.mktemp("site") / "log"
    site = Site(log=log, env={**own_environment(), **production})
    yield site
    site.stop()


@pytest.fixture
def production(world, site, environment):
    return Production(site)


def session_of(world, role):
    client = Client()
    if role == "judge":
        client.get(world.judge.get_link_path())
    elif role:
        client.force_login(world.users[role])
    if not client.cookies:
        return {}
    return {"__Host-session": client.cookies[settings.SESSION_COOKIE_NAME].value}


# Class of answer; who asks (- is nobody), how, for what address; the status.
ANSWERS = """
for-anybody           -          GET   events:detail event                        200
from-the-cache        -          GET   events:detail event                        200
with-a-form           -          GET   account_login -                            200
signed-in             captain    GET   teams:edit event,team                      200
home                  captain    GET   dashboard:home -                           200
judge's               judge      GET   judging:card card                          200
organiser's           organiser  GET   events:registrations event                 200
admin                 superuser  GET   admin:events_event_changelist -            200
json                  judge      GET   judging:state -                            200
json-refused          -          GET   judging:state -                            401
picture               -          GET   submissions:picture event,project,picture  200
file                  captain    GET   submissions:dataset_file event,dataset     200
csv                   -          GET   feedback:event_landscape_csv event         200
calendar              -          GET   events:ics event                           200
drawing               attendee   GET   events:ticket event                        200
service-worker        -          GET   judging:service_worker -                   200
manifest              -          GET   judging:manifest -                         200
health                -          GET   dashboard:healthz -                        200
not-found             -          GET   submissions:project event,code             404
not-found-signed-in   captain    GET   submissions:project event,code             404
forbidden             attendee   GET   events:registrations event                 403
without-a-token       -          POST  account_login -                            403
wrong-method          captain    GET   teams:leave event,team                     405
redirect              -          GET   accounts:profile -                         302
redirect-signed-in    captain    GET   events:register event                      302
admin's-door          -          GET   admin:index -                              302
"""
# What is the same for all may be kept for a while.
MAY_BE_KEPT = {"picture", "service-worker"}


def answers(world, production):
    """Each line of the table: name, whether somebody signed in asked, the answer."""
    for line in ANSWERS.strip().splitlines():
        name, role, method, where, words, status = line.split()
        args = [world.words[word] for word in words.split(",") if word != "-"]
        jar = session_of(world, role.strip("-"))
        known = bool(jar)
        answer = production.ask(reverse(where, args=args), jar=jar, method=method)
        assert answer.status == int(status), name
        yield name, known, answer


def test_every_class_of_answer_scores(world, production):
    for name, known, answer in answers(world, production):
        score, failed = judge(answer)

        if name.startswith("admin"):
            assert (score >= 130, failed) == (True, ADMIN_FAILS), name
        else:
            assert (score >= 140, failed) == (True, []), (name, score)
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert "camera=(self)" in answer["Permissions-Policy"], name
        assert "Cookie" in answer["Vary"], name
        if known and name not in MAY_BE_KEPT:
            assert "no-store" in answer["Cache-Control"], name


def test_a_failure_of_ours_scores_as_well(world, production):
    table = "events_phasewindow"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
        try:
            jar = session_of(world, "captain")
            answers = [production.ask("/events/", jar=asker) for asker in (None, jar)]
        finally:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")

    for answer in answers:
        assert answer.status == 500
        assert judge(answer)[0] >= 140
        assert judge(answer)[1] == []
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answers[1]["Cache-Control"] == "no-store"


def test_files_of_people_are_files_to_keep_and_nothing_else(world, production):
    found = {name: answer for name, _known, answer in answers(world, production)}
    for name, kind in (("picture", "image/webp"), ("file", "application/octet-stream")):
        answer = found[name]

        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert {"sandbox", "default-src"} <= set(answer.policy)
        assert answer.policy["default-src"] == {"'none'"}
        assert answer.policy["sandbox"] == set()


def test_cookies_belong_to_this_host_alone(world, production, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user, jar, set_ = world.users["captain"], {}, {}
    user.set_password(PASSWORD)
    user.save()
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)

    def ask(path, **form):
        answer = production.ask(path, jar=jar)
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', answer.body)
        if form or token:
            form["csrfmiddlewaretoken"] = token[1]
            answer = production.ask(
                path, jar=jar, method="POST", body=urlencode(form), Referer=answer.url
            )
        set_.update({one.key: one for one in answer.cookies if one.value})
        return answer

    first = production.ask(reverse("account_login"))
    sign_in = ask(reverse("account_login"), login=user.email, password=PASSWORD)
    assert sign_in.status == 302
    assert ask(reverse("accounts:profile"), display_name="Cap")["Location"] == "/me/"
    assert ask(reverse("account_logout"))["Location"] == "/"

    assert {"__Host-session", "__Host-messages"} <= set(set_)
    for name, cookie in (set_ | {one.key: one for one in first.cookies}).items():
        assert name.startswith("__Host-"), name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name
        assert cookie["secure"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["httponly"] or name == "__Host-csrf", name


def test_plain_http_leads_to_https_on_this_host(production):
    answer = production.ask("/events/", **{"X-Forwarded-Proto": "http"})

    assert (answer.status, answer["Location"]) == (301, f"https://{HOST}/events/")


GOOD = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Set-Cookie": "__Host-session=x; Secure; HttpOnly; SameSite=Lax; Path=/",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    ("change", "score", "failed"),
    [
        ({}, 155, []),
        ({"Content-Security-Policy": ""}, 55, ["content_security_policy", "frame"]),
        ({"Content-Security-Policy": "sandbox"}, 60, ["content_security", "frame"]),
        (
            {"Content-Security-Policy": "default-src 'self' 'unsafe-eval'"},
            70,
            ["content_security_policy", "frame_options"],
        ),
        ({"Set-Cookie": "sessionid=x; HttpOnly; SameSite=Lax"}, 60, ["cookies"]),
        ({"Set-Cookie": "sessionid=x; Secure; SameSite=Lax"}, 70, ["cookies"]),
        ({"Set-Cookie": "csrf=x; Secure"}, 80, ["cookies"]),
        ({"Referrer-Policy": "unsafe-url"}, 145, ["referrer_policy"]),
        ({"Strict-Transport-Security": ""}, 80, ["strict_transport_security"]),
        ({"Strict-Transport-Security": "max-age=60"}, 145, ["strict_transport"]),
        ({"X-Content-Type-Options": ""}, 150, ["content_type_options"]),
        ({"Cross-Origin-Resource-Policy": "any"}, 140, ["resource_policy"]),
        ({"Location": "http://menlo.test/"}, 80, ["redirection"]),
        ({"Location": "https://evil.test/"}, 150, ["redirection"]),
        ({"body": '<script src="//cdn.test/x.js">'}, 50, ["subresource_integrity"]),
        (
            {
                "Access-Control-Allow-Origin": "https://evil.test",
                "Access-Control-Allow-Credentials": "true",
            },
            50,
            ["cross_origin_sharing"],
        ),
    ],
)
def test_the_judge_sees_what_is_wrong(change, score, failed):
    headers = Message()
    for name, value in (GOOD | change).items():
        headers[name] = value
    found = judge(Answer(f"https://{HOST}/", 200, headers, change.get("body", "")))

    assert found[0] == score
    assert len(found[1]) == len(failed)
    assert all(map(str.startswith, found[1], failed))
