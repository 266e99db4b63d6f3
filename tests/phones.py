"""A panel of judges, their phones, and a bad line to the site."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass

import pytest
from playwright.sync_api import Error

from judging.models import Judge, Round, Score, Scorecard
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory
from tests.parts import (
    CHROMIUM,
    CHROMIUM_FLAGS,
    Site,
    eventually,
    own_environment,
)
from tests.wire import Wire

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True}
LEVELS = "Not yet\nA start\nGood\nVery good\nWe want to try it now"


@pytest.fixture(scope="module")
def line():
    wire = Wire()
    yield wire
    wire.shutdown()
    wire.server_close()


@pytest.fixture(scope="module")
def module_site(django_db_setup, static_files, tmp_path_factory, line):
    """One site for all tests of a module, behind the line; it can be started again."""
    folder = tmp_path_factory.mktemp("site")
    sites = []

    def start(**variables):
        for site in sites:
            site.stop()
        env = {**own_environment(), "SITE_URL": line.url, **variables}
        sites.append(Site(log=folder / f"{len(sites)}.log", env=env))
        line.port = sites[-1].port
        return sites[-1]

    start.first = start()
    start.sites = sites
    yield start
    for site in sites:
        site.stop()


@pytest.fixture
def wire(module_site, line, transactional_db):
    if module_site.sites[-1].popen.poll() is not None:
        module_site()
    line.port = module_site.sites[-1].port  # a test may have led it elsewhere
    line.reset()
    yield line
    line.reset()


@dataclass
class Panel:
    """One judge's part of an event."""

    round: Round
    judge: Judge
    cards: list[Scorecard]

    def values(self):
        """What the server has: {(card, place of the criterion): value}."""
        rubric = list(self.round.criteria.values_list("pk", flat=True))
        return {
            (card, rubric.index(criterion)): value
            for card, criterion, value in Score.objects.filter(
                scorecard__judge=self.judge
            ).values_list("scorecard_id", "criterion_id", "value")
        }


@pytest.fixture
def make_panel(transactional_db):
    def make(projects=3, **fields):
        round_ = RoundFactory(**fields)
        for number, name in enumerate(("Idea", "Data", "Craft", "Demo")):
            CriterionFactory(round=round_, name=name, levels=LEVELS, order=number)
        judge = JudgeFactory(event=round_.event, name="Judy Canary-Name")
        cards = [
            ScorecardFactory(
                round=round_,
                judge=judge,
                position=n,
                project=ProjectFactory(
                    team__event=round_.event, title=f"Canary-Title {n}", submitted=True
                ),
            )
            for n in range(projects)
        ]
        return Panel(round_, judge, cards)

    return make


class Phone:
    """A judge's hand on a page."""

    def __init__(self, page, wire):
        self.page, self.wire = page, wire

    def open(self, panel):
        self.page.goto(self.wire.url + panel.judge.get_link_path())
        self.page.locator("#judge-status:not(:empty)").wait_for()
        return self

    def wait_for_shell(self):
        """Until the phone can start without a network."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        eventually(
            lambda: self.page.evaluate("navigator.serviceWorker.controller !== null"),
            what="the service worker at work",
        )

    def go_to(self, card):
        self.page.evaluate(f"location.hash = '#card-{card.pk}'")
        self.page.locator("#card-title", has_text=card.project.title).wait_for()

    def tap(self, criterion, value):
        row = self.page.locator("fieldset.judge-criterion").nth(criterion)
        row.locator("label").nth(value - 1).click()

    def score(self, card, values):
        self.go_to(card)
        for criterion, value in enumerate(values):
            self.tap(criterion, value)

    def checked(self):
        """What the page shows as chosen: {place of the criterion: value}."""
        return dict(
            self.page.evaluate(
                """[...document.querySelectorAll('fieldset.judge-criterion')].flatMap(
                  (row, i) => [...row.querySelectorAll(':checked')]
                    .map(({ value }) => [i, +value]))"""
            )
        )

    @property
    def status(self):
        return self.page.locator("#judge-status").inner_text()

    def says(self, text):
        self.page.locator("#judge-status", has_text=text).wait_for()

    def hurry(self):
        """What the browser does when it thinks that there is a network again."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def stored(self):
        """All that lies in the browser's storage, as one text."""
        return self.page.evaluate(
            """async () => {
              const found = [localStorage, sessionStorage].map(JSON.stringify);
              for (const { name } of await indexedDB.databases()) {
                const db = await new Promise((done) => {
                  const asked = indexedDB.open(name);
                  asked.onsuccess = () => done(asked.result);
                });
                for (const store of db.objectStoreNames)
                  found.push(JSON.stringify(await new Promise((done) => {
                    const asked = db.transaction(store).objectStore(store).getAll();
                    asked.onsuccess = () => done(asked.result);
                  })));
                db.close();
              }
              for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys())
                  found.push(request.url, await (await caches.match(request)).text());
              return found.join('\\n');
            }"""
        )


@pytest.fixture
def open_phone(wire, open_page):
    """``open_phone(panel)`` opens the judge's link on a phone of its own."""

    def open_(panel=None, script="", **options):
        page = open_page(width=360, height=640, **options)
        if script:
            page.add_init_script(script)
        phone = Phone(page, wire)
        return phone.open(panel) if panel else phone

    return open_


def processes_of(folder):
    for entry in os.scandir("/proc"):
        with suppress(OSError, ValueError):
            command = (f"/proc/{int(entry.name)}/cmdline",)
            with open(*command, "rb") as file:  # noqa: PTH123 -- not a path of ours
                if str(folder).encode() in file.read():
                    yield int(entry.name)


class Browser:
    """A browser with a profile of its own, which can be killed and started again."""

    def __init__(self, chromium, folder, wire):
        self.type, self.folder, self.wire = chromium.browser_type, folder, wire
        self.context = None

    def start(self, *, offline=False):
        self.context = self.type.launch_persistent_context(
            self.folder, executable_path=CHROMIUM, args=CHROMIUM_FLAGS, **PHONE
        )
        self.context.set_offline(offline)
        return Phone(self.context.pages[0], self.wire)

    def kill(self):
        """As a dead battery would."""
        for pid in processes_of(self.folder):
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
        eventually(
            lambda: not list(processes_of(self.folder)), what="the browser's end"
        )
        self.close()

    def close(self):
        with suppress(Error):
            self.context.close()


@pytest.fixture
def browser(chromium, tmp_path, wire):
    browser = Browser(chromium, tmp_path / "profile", wire)
    yield browser
    if browser.context:
        browser.close()


def report(figure):
    """Say a figure that docs/reliability.md quotes; ``pytest -s`` shows it."""
    print(figure)  # noqa: T201


def seconds(work):
    started = time.monotonic()
    work()
    return time.monotonic() - started
