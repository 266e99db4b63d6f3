"""What apps above this one add when a person takes their data or leaves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from accounts.models import User

Section = Callable[[User], Any]
Farewell = Callable[[User], None]
Postman = Callable[[str, str, str, timedelta], None]

personal_data: dict[str, Section] = {}
before_erasure: list[Farewell] = []
last_of_all: list[Farewell] = []
# Takes (address, subject, text, useful for how long) of a mail about an account.
postmen: list[Postman] = []


def holds_personal_data(name: str) -> Callable[[Section], Section]:
    """Register a section of the export; its value must be JSON."""

    def add(section: Section) -> Section:
        personal_data[name] = section
        return section

    return add


def on_erasure(farewell: Farewell) -> Farewell:
    """Register what must happen, in the same transaction, before a person is erased."""
    before_erasure.append(farewell)
    return farewell


def after_farewells(farewell: Farewell) -> Farewell:
    """Register what must happen last: it forgets what farewells wrote as well."""
    last_of_all.append(farewell)
    return farewell


def carries_account_mail(postman: Postman) -> Postman:
    postmen.append(postman)
    return postman
