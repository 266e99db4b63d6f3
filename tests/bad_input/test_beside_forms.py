"""What views read beside forms: each such name of each address gets odd values.

The names are found in the views' own source, so a new one is tried without a line here.
"""

import inspect
import re

import pytest
from django.db import transaction
from django.urls import resolve

from core.text import UnusableText, typed_line, whole_number
from tests.access.test_matrix import LINES, address, client_of, read
from tests.parts import own_half

READ = re.compile(r"(?:POST|GET|data|post)\.get(?:list)?\(\s*f?\"([^\"]+)\"")
ODD = ["9" * 5000, "a\0b", "\u0663", "-1", "100000000000000000000"]
ROLES = ("organiser", "captain", "judge")


def names_read_by(url):
    view = resolve(url).func
    view = getattr(view, "view_class", view)
    source = inspect.getsource(inspect.getmodule(inspect.unwrap(view)))
    return set(READ.findall(source)) - {"csrfmiddlewaretoken"}


def filled(name, world):
    """``score-{c.pk}`` and the like, with numbers of this event."""
    numbers = {"c.pk": world.criterion, "criterion.pk": world.criterion}
    numbers["card.pk"] = world.words["card"]
    return re.sub(r"{([^}]+)}", lambda match: str(numbers.get(match[1], 1)), name)


@pytest.mark.parametrize("role", ROLES)
def test_odd_values_for_all_that_is_read_beside_forms(role, world, neighbour, caplog):
    world.criterion = world.event.rounds.get(pk=world.words["round"]).criteria.get().pk
    client = client_of(role, world, neighbour)
    client.raise_request_exception = False
    known = {name: world.words.get(name, "1") for name in ("judge", "round", "card")}
    known["project"] = world.event.projects.order_by("pk").first().pk
    faults, tried = [], 0
    for name, words, method, expected in LINES:
        if expected[role] not in {200, 302} or name == "judging:sign_out":
            continue
        url = address(name, words, world)
        for wanted in sorted(names_read_by(url)):
            for value in own_half(ODD):
                sent = {**known, filled(wanted, world): value}
                send = client.get if method == "GET" else client.post
                with transaction.atomic():
                    status, _text = read(send(url, sent))
                    transaction.set_rollback(True)
                tried += 1
                if status >= 500:
                    faults.append((name, wanted, value[:20], status))
    assert faults == []
    assert tried > 20


@pytest.mark.parametrize("path", ["teams/rust-co/join/%00/", "%00/", "projects/a%00b/"])
def test_a_nul_in_an_address_leads_nowhere(client, event, path):
    assert client.get(f"{event.get_absolute_url()}{path}").status_code == 404


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("007", 7),
        ("", None),
        (None, None),
        ("-1", None),
        ("1.0", None),
        ("\u0663", None),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
    ],
)
def test_a_number_is_one_that_a_column_can_hold(text, number):
    assert whole_number(text) == number


def test_a_line_that_cannot_be_stored_is_refused_in_a_sentence():
    assert typed_line("  so\nit is ") == "so it is"
    with pytest.raises(UnusableText, match="cannot be stored"):
        typed_line("a\0b")
