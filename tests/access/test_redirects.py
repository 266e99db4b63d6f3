"""Nobody is sent elsewhere, by a page or by a mail, because a request said so."""

import re
from copy import deepcopy
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from notifications.composing import compose
from notifications.models import Notification
from teams.models import Team
from tests.access.test_matrix import LINES, address, client_of, read
from tests.factories.accounts import UserFactory
from tests.factories.events import AnnouncementFactory, TrackFactory
from tests.parts import own_half

HERE = "http://testserver"
PASSWORD = "correct horse battery"
EMAIL = "kris@example.org"
# One a line: what a browser may take for another place.
FORMS = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/%2f..",
    "https://evil.example",
    "http://evil.example",
    "HTTPS://evil.example",
    "ftp://evil",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "https:\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "\\evil.example",
    "/\\/evil.example",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "%5c%5cevil.example",
    "ht\ntps://evil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\x00//evil.example",
    " //evil.example",
    "\x01https://evil.example",
    "\N{NO-BREAK SPACE}//evil.example",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "JaVaScRiPt://testserver/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "http://testserver@evil.example",
    "https://testserver:x@evil.example",
    "http://testserver.evil.example",
    "http://evil.example#testserver",
    "http://evil.example\\@testserver",
    "//evil.example:80\\@testserver/",
    "//\N{FULLWIDTH LATIN SMALL LETTER E}vil.example",
    "https://évil.example",
    "https://xn--vil-9la.example",
    "//evil。example",
    "http://[::1]",
    "//2130706433",
    "https://testserver:444/",
    "http://testserver:81/",
]


def stays_here(location):
    """Whether a browser, which forgives much, would still be on this site."""
    forgiven = re.sub(r"[\t\r\n]", "", location).strip("\x00\x01 \xa0")
    target = urlsplit(urljoin(f"{HERE}/a/b", forgiven.replace("\\", "/")))
    return f"{target.scheme}://{target.netloc}" == HERE


@pytest.mark.parametrize(
    "location",
    ["//e", "/\\e", "https:e", "/\t/e", "javascript:1", "http://testserver@e", "\\\\e"],
)
def test_the_judge_of_these_tests_is_strict(location):
    assert not stays_here(location)
    assert stays_here("/me/?next=//e")


# --- The doors that read where to go --------------------------------------------------


def somebody():
    user = UserFactory(email=EMAIL)
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    return user


@pytest.fixture(scope="module")
def first_user(once):
    return once(somebody)


@pytest.fixture
def user(db, first_user):
    return deepcopy(first_user)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def go(client, path, target, **form):
    """Ask for ``target`` in every way at once, and follow as far as it goes."""
    return client.post(
        f"{path}?{urlencode({'next': target})}", {**form, "next": target}
    )


def code_of(email):
    text = Notification.objects.filter(address=email).latest("pk").context["text"]
    return re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", text)[0]


def by_password(user, target):
    form = {"login": EMAIL, "password": PASSWORD}
    return [go(Client(), "/accounts/login/", target, **form)]


def by_code(user, target):
    client = Client()
    asked = go(client, "/accounts/login/code/", target, email=EMAIL)
    form = {"code": code_of(EMAIL)}
    return [asked, go(client, "/accounts/login/code/confirm/", target, **form)]


def by_second_step(user, target):
    TOTP.activate(user, generate_totp_secret())
    client, code = Client(), RecoveryCodes.activate(user).get_unused_codes()[0]
    first = go(client, "/accounts/login/", target, login=EMAIL, password=PASSWORD)
    return [first, go(client, "/accounts/2fa/authenticate/", target, code=code)]


def by_signing_up(user, target):
    client, email = Client(), "new@example.org"
    form = {"display_name": "New", "email": email, "password1": PASSWORD}
    asked = go(client, "/accounts/signup/", target, **form)
    code = {"code": code_of(email)}
    return [asked, go(client, "/accounts/confirm-email/", target, **code)]


def signed_in_already(user, target):
    query = urlencode({"next": target})
    doors = ("login", "signup", "login/code", "password/reset")
    return [signed_in(user).get(f"/accounts/{door}/?{query}") for door in doors]


def by_password_again(user, target):
    form = {"password": PASSWORD}
    return [go(signed_in(user), "/accounts/reauthenticate/", target, **form)]


def by_second_step_again(user, target):
    TOTP.activate(user, generate_totp_secret())
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    return [go(signed_in(user), "/accounts/2fa/reauthenticate/", target, code=code)]


def out(user, target):
    return [go(signed_in(user), "/accounts/logout/", target)]


def out_of_the_admin(user, target):
    staff = signed_in(UserFactory(is_staff=True, is_superuser=True))
    return [go(staff, "/admin/logout/", target)]


def into_the_admin(user, target):
    query = urlencode({"next": target})
    staff = signed_in(UserFactory(is_staff=True, is_superuser=True))
    return [c.get(f"/admin/login/?{query}") for c in (Client(), staff)]


def through_the_admin(user, target):
    """Sent to sign in by the admin, with the way back it wrote down itself."""
    UserFactory(is_staff=True)
    sent = Client().get(f"/admin/login/?{urlencode({'next': target})}")
    form = {"login": EMAIL, "password": PASSWORD}
    return [Client().post(sent.url, form)]


def by_asking_for_a_new_password(user, target):
    return [go(Client(), "/accounts/password/reset/", target, email=EMAIL)]


HONOURED = [
    *(by_password, by_code, by_second_step, by_signing_up, signed_in_already),
    *(by_password_again, by_second_step_again, out, through_the_admin),
]
DOORS = [*HONOURED, out_of_the_admin, into_the_admin, by_asking_for_a_new_password]


@pytest.mark.parametrize("door", HONOURED)
def test_a_way_back_on_this_site_is_honoured(user, door):
    ends = [answer.get("Location") for answer in door(user, "/events/?q=x")]

    assert "/events/?q=x" in ends


@pytest.mark.parametrize("door", DOORS)
def test_a_way_back_elsewhere_is_not(user, door):
    """Each database is asked about every other form: it has no part in the answer."""
    for target in own_half(FORMS):
        cache.clear()  # so often nobody may try
        with transaction.atomic():
            for answer in door(deepcopy(user), target):
                place = answer.get("Location", "/")
                assert answer.status_code in {200, 302}, target
                assert stays_here(place), (target, place)
                # What is carried on in it, or in a field, is looked at again there.
            transaction.set_rollback(True)


def test_there_are_enough_forms():
    assert len(set(FORMS)) >= 40


# --- Every other address --------------------------------------------------------------

NAMES = ("next", "redirect", "redirect_to", "return_to", "back", "url", "continue")
EVIL = "https://evil.example/"


@pytest.mark.parametrize("role", ["anonymous", "captain", "organiser", "judge"])
def test_no_address_goes_where_a_parameter_or_the_referer_says(role, world):
    lies = dict.fromkeys(NAMES, EVIL)
    redirects = 0
    for name, words, method, expected in LINES:
        if expected[role] == 302 and name not in {"account_logout", "accounts:delete"}:
            client = client_of(role, world, None)
            query = urlencode(lies)
            call = client.get if method == "GET" else client.post
            answer = call(
                f"{address(name, words, world)}?{query}",
                {} if method == "GET" else lies,
                HTTP_REFERER=EVIL,
                HTTP_HX_CURRENT_URL=EVIL,
            )
            place = answer.get("Location", "/")
            assert stays_here(place), (name, place)
            redirects += "Location" in answer
    assert redirects > 5


@pytest.mark.parametrize(
    "path",
    [
        *("//evil.example", "//evil.example/events", "///evil.example/events"),
        *("/\\evil.example/events", "/%2f/evil.example", "/events//evil.example"),
        *("//evil.example/%2f..", "/%09/evil.example/events", "/.//evil.example/me"),
    ],
)
def test_a_missing_slash_leads_nowhere_else(db, path):
    answer = Client().get("/", PATH_INFO=path)  # the client would read a host

    assert answer.status_code in {301, 302, 404}
    assert stays_here(answer.get("Location", "/")), answer.get("Location")
    assert Client().get("/events").url == "/events/"


# --- Links in mails -------------------------------------------------------------------

HOSTS = [
    # headers, whether such a request is answered at all
    ({"HTTP_HOST": "evil.example"}, False),
    ({"HTTP_HOST": "testserver.evil.example"}, False),
    ({"HTTP_HOST": "testserver:evil@evil.example"}, False),
    ({"HTTP_HOST": "testserver@evil.example"}, False),
    ({"HTTP_HOST": "testserver:8443"}, True),
    ({"HTTP_HOST": "alias.example"}, True),  # in ALLOWED_HOSTS
    ({"HTTP_X_FORWARDED_HOST": "evil.example"}, True),
    ({"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PORT": "81"}, True),
    ({"HTTP_FORWARDED": "host=evil.example", "HTTP_X_HOST": "evil.example"}, True),
    ({"SERVER_NAME": "evil.example", "HTTP_HOST": "testserver"}, True),
]


def reset(world, headers):
    Client(**headers).post("/accounts/password/reset/", {"email": EMAIL})


def reset_of_nobody(world, headers):
    form = {"email": "nobody@example.org"}
    Client(**headers).post("/accounts/password/reset/", form)


def sign_in_code(world, headers):
    Client(**headers).post("/accounts/login/code/", {"email": EMAIL})


def sign_in_code_of_nobody(world, headers):
    form = {"email": "nobody@example.org"}
    Client(**headers).post("/accounts/login/code/", form)


def sign_up_twice(world, headers):
    form = {"display_name": "K", "email": EMAIL, "password1": PASSWORD}
    Client(**headers).post("/accounts/signup/", form)


def judge_invitation(world, headers):
    client = Client(**headers)
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    form = {"action": "invite", "_selected_action": [world.judge.pk]}
    client.post(reverse("admin:judging_judge_changelist"), form)


def question_to_a_team(world, headers):
    client = Client(**headers)
    client.force_login(world.users["attendee"])
    client.post(f"{Team.objects.get(slug=world.words['team']).get_absolute_url()}ask/")


MAILS = [
    # what makes a mail, and whether it holds a link
    (reset, True),
    (reset_of_nobody, True),
    (sign_in_code, False),
    (sign_in_code_of_nobody, True),
    (sign_up_twice, True),
    (judge_invitation, True),
    (question_to_a_team, True),
]


@pytest.mark.parametrize(("headers", "answered"), HOSTS, ids=[str(h) for h, _ in HOSTS])
@pytest.mark.parametrize(("ask", "has_link"), MAILS)
def test_links_in_mails_name_the_site_as_its_owner_did(
    user, world, settings, ask, has_link, headers, answered
):
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "alias.example"]
    world.event.teams.get(slug=world.words["team"]).join_requests.all().delete()
    Notification.objects.all().delete()

    ask(world, headers)

    mails = list(Notification.objects.all())
    assert bool(mails) == answered
    for mail in map(compose, mails):
        text = "\n".join(
            [mail.subject, mail.body, *(str(a[0]) for a in mail.alternatives)]
        )
        links = re.findall(r"\w+://[^/\s\"<]*", text)
        assert set(links) <= {HERE}
        assert bool(links) == has_link
        assert "evil" not in text
        assert "alias" not in text


# --- Links that people gave -----------------------------------------------------------


class Links(HTMLParser):
    """The ``rel`` of every link that leads elsewhere."""

    def __init__(self, text):
        super().__init__()
        self.rel = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        place = attributes.get("href") or attributes.get("action") or ""
        # A calendar program asks this site for what a browser hands on to it.
        place = place.replace("webcal://", "http://", 1)
        if tag in {"a", "area", "form"} and not stays_here(place):
            self.rel[place] = attributes.get("rel") or ""


def plant(world):
    """A link in every field that may hold one; their addresses."""
    planted = []

    def link(name):
        planted.append(f"https://{name}.example/x")
        return planted[-1]

    def prose(name):
        return f"[words]({link(name)})"

    def fill(row, *fields):
        model = row._meta.model_name
        for field in fields:
            is_link = "Link" in type(row._meta.get_field(field)).__name__
            value = f"{model}-{field.replace('_', '-')}"
            setattr(row, field, link(value) if is_link else prose(value))
        row.save()

    event = world.event
    fill(event, "website", "description", "code_of_conduct")
    fill(event.series, "website", "description")
    fill(event.sponsors.create(name="S"), "website")
    fill(event.faqs.create(question="Q?", answer="x"), "answer")
    fill(TrackFactory(event=event), "description")
    fill(AnnouncementFactory(event=event), "text")
    fill(event.ideas.get(), "pitch")
    project = event.projects.get(slug=world.words["project"])
    links = ("repository_url", "demo_url", "video_url", "slides_url")
    fill(project, *links, "story", "lessons_learned", "made_before")
    dataset = event.datasets.get(slug=world.words["dataset"])
    dataset.sensitivity = "public"
    fill(dataset, "link", "description", "provenance", "known_faults")
    return planted


@pytest.mark.parametrize("role", ["anonymous", "captain", "organiser"])
def test_links_that_people_gave_are_not_vouched_for(role, world):
    planted = plant(world)
    client = client_of(role, world, None)
    found = {}
    for name, words, method, expected in LINES:
        if method == "GET" and expected[role] == 200:
            answer = client.get(address(name, words, world))
            status, text = read(answer)
            if status == 200 and not answer.streaming:
                found |= Links(text).rel

    if role == "anonymous":  # who signs in to load data finds where it comes from
        planted.remove("https://dataset-link.example/x")
    assert set(planted) <= set(found)
    assert set(found.values()) == {"noopener noreferrer nofollow ugc"}
