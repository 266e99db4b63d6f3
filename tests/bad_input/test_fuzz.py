"""G45: whatever is typed into whatever form, the answer is a page, never a fault."""

import logging
import os
from itertools import cycle, islice

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.urls import NoReverseMatch, reverse

from tests.access.test_matrix import LINES, address, client_of
from tests.bad_input.forms import FORM, encoded, forms_of
from tests.parts import own_half

ODD = [
    "",
    " \u200b ",
    "\x00",
    "\ud800",
    "\u202eevil\u2066",
    "👩‍👩‍👧‍👦🇺🇦",
    "a" + "\u0301" * 500,
    "<script>alert(1)</script>",
    "{{7*7}}{% debug %}%(x)s{0.__class__}",
    "' OR 1=1--",
    "a\r\nBcc: x@example.org",
    "-1",
    "9" * 40,
    "1e309",
    "NaN",
    "\u0665",  # digits, but not ours
    "\u0663\u0664\u0665",
    "2²",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "2027-02-29",
    "Mars/Base",
    "javascript:alert(1)",
    "http://[::1",
    "../../x",
    "x" * 5000,
    "[" * 2000,
    ["1", "1", "x"],
    None,
]
# How many odd values each field gets; the fields of a page meet all of them together.
EACH = int(os.environ.get("ODD_WORDS", "2"))
# Else the two databases share them: SQLite gets the first, PostgreSQL the second; and
# of the admin's forms each gets every other.
GETS_ALL = "ODD_WORDS" in os.environ
ROLES = ("anonymous", "stranger", "attendee", "captain", "judge", "organiser")
GETS_MEGABYTES = ("anonymous", "captain", "organiser")
ENDS_THE_VISIT = ("sign-out", "logout", "sign_out", "/delete/", "sessions")
OWN_PAGES = (
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_request_login_code",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "usersessions_list",
    "accounts:profile",
)


def drawn(values):
    """The next that a field gets, on this database."""
    both = list(islice(values, EACH))
    if GETS_ALL:
        return both
    return both[:1] if connection.vendor == "sqlite" else both[1:]


def pages(role, world):
    for name, words, method, expected in LINES:
        if method == "GET" and expected[role] == 200:
            yield address(name, words, world)
    for name in OWN_PAGES:
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def admin_pages():
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{base}_changelist")
        yield reverse(f"{base}_add")
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield reverse(f"{base}_change", args=[row.pk])


def page_of(client, url):
    answer = client.get(url)
    if answer.streaming:
        b"".join(answer.streaming_content)
        return None
    if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
        return None
    return answer.content.decode()


def kind_of(form):
    return form.action, tuple(form.names)


def all_forms(client, urls, known=frozenset()):
    """One of each kind, where it goes and what it asks, that is not ``known``."""
    found = {}
    for url in urls:
        page = page_of(client, url)
        for form in forms_of(url, page) if page else ():
            found.setdefault(kind_of(form), form)
    return [
        form
        for kind, form in found.items()
        if kind not in known and not any(part in form.action for part in ENDS_THE_VISIT)
    ]


class Faults:
    """Sends requests, undoes what they do, and notes what should not be."""

    def __init__(self, client, caplog):
        self.client = client
        client.raise_request_exception = False
        self.caplog = caplog
        self.found = []
        self.sent = 0

    def send(self, what, call):
        self.sent += 1
        self.caplog.clear()
        with transaction.atomic():
            answer = call()
            if answer.streaming:
                b"".join(answer.streaming_content)
            transaction.set_rollback(True)
        # What Django finds suspicious it answers with 400, and logs as an error.
        loud = [
            record
            for record in self.caplog.records
            if record.levelno >= logging.ERROR
            and not record.name.startswith("django.security")
        ]
        if (answer.status_code >= 500 and "readyz" not in what) or loud:
            said = [f"{r.getMessage()} {(r.exc_info or '')!r:.300}" for r in loud]
            self.found.append(f"{answer.status_code} {what} {said}")


def submit(faults, form, changed):
    body = form.body(**changed)
    shown = {name: f"{value!r:.30}" for name, value in list(changed.items())[:2]}
    what = f"{form.method} {form.action} {shown}"
    if form.method == "get":
        faults.send(what, lambda: faults.client.get(f"{form.action}?{body}"))
    else:
        faults.send(
            what, lambda: faults.client.post(form.action, body, content_type=FORM)
        )


def test_odd_words_and_a_megabyte_in_every_form(world, neighbour, caplog):
    """Each form as the first role sends it to whom it is shown."""
    known, values, found = set(), cycle(ODD), []
    for role in ROLES:
        client = client_of(role, world, neighbour)
        faults = Faults(client, caplog)
        forms = all_forms(client, pages(role, world), known)
        known.update(map(kind_of, forms))

        for form in forms:
            for name in form.names:
                for value in drawn(values):
                    submit(faults, form, {name: value})

        assert faults.sent > 5, role
        huge = [form for form in forms if form.method == "post" and len(form.names) > 1]
        if role in GETS_MEGABYTES:
            assert huge
            for form in huge:
                submit(faults, form, {form.names[-1]: "a" * 2**20})
        found += [f"{role}: {fault}" for fault in faults.found]
    assert found == []


def test_odd_words_in_every_form_of_the_admin(world, neighbour, caplog):
    client = client_of("superuser", world, neighbour)
    forms = all_forms(client, admin_pages())
    if not GETS_ALL:
        forms = own_half(forms)
    faults = Faults(client, caplog)
    values = cycle(ODD)

    for form in forms:
        counts = [name for name in form.names if name.endswith("_FORMS")]
        fields = [name for name in form.names if name not in counts]
        for value in islice(values, EACH // 2):  # all at once: the admin is slow
            submit(faults, form, dict.fromkeys(fields, value))
            if counts:
                submit(faults, form, dict.fromkeys(counts, next(values)))

    assert faults.found == []
    assert faults.sent > 50


@pytest.mark.parametrize("role", ["anonymous", "captain", "organiser"])
def test_odd_words_in_every_address(role, world, neighbour, caplog):
    client = client_of(role, world, neighbour)
    faults = Faults(client, caplog)
    names = ("page", "q", "track", "tool", "sort", "next", "status", "skill", "role")
    values = cycle(value for value in ODD if isinstance(value, str))
    for url in pages(role, world):
        for value in drawn(values):
            query = "&".join(f"{name}={encoded(value)}" for name in names)
            faults.send(
                f"{url}?…={value!r:.40}",
                lambda u=url, q=query: client.get(f"{u}?{q}"),
            )

    assert faults.found == []
    assert faults.sent > 25
