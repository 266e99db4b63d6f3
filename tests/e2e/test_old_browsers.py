"""Browsers of 2021: without what came later all works, and looks as it should."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from judging import actions
from judging.models import Comparison
from tests.factories.events import SeriesOrganiserFactory
from tests.factories.judging import JudgeFactory, RoundFactory
from tests.factories.submissions import ProjectFactory
from tests.parts import eventually
from tests.wire import DEAD, UP

pytestmark = pytest.mark.django_db(transaction=True)
OLD = """
  delete AbortSignal.timeout;
  delete AbortSignal.any;
  delete window.BroadcastChannel;
  delete window.structuredClone;
  delete HTMLDialogElement.prototype.showModal;
  delete Navigator.prototype.locks;
  delete Object.hasOwn;
  delete Object.groupBy;
  delete Promise.withResolvers;
  delete Array.fromAsync;
  delete CSS.registerProperty;
  for (const kind of [Array, String, Int8Array.__proto__])
    for (const name of ["at", "findLast", "findLastIndex", "toSorted", "toSpliced",
                        "toReversed", "with", "isWellFormed", "toWellFormed"])
      delete kind.prototype[name];
  const Format = Intl.DateTimeFormat;
  Intl.DateTimeFormat = function (locale, options) {
    if (/Offset|Generic/.test(options?.timeZoneName)) throw new RangeError("zone");
    return new Format(locale, options);
  };
"""
SHEETS = sorted(Path(settings.BASE_DIR, "static").rglob("*.css"))
# Declarations and rules that a browser throws away when it does not know them.
UNKNOWN_VALUES = re.compile(
    r"[\w-]+\s*:[^;{}]*(light-dark|color-mix|oklch|lab)\([^;{}]*(;|(?=\}))"
)
UNKNOWN_RULES = re.compile(r"[^{}]*:has\([^{}]*\{[^{}]*\}")
NOT_HERE = re.compile(
    r"light-dark\(|@layer|@container|@scope|subgrid|\d[dsl]v[hwib]|^\s*&|@starting",
    re.MULTILINE,
)


def test_an_old_phone_scores_without_a_network_and_tells_its_tabs(
    make_panel, open_phone, wire
):
    panel = make_panel(2)
    phone = open_phone(panel, script=OLD)
    phone.wait_for_shell()
    other = phone.page.context.new_page()
    other.add_init_script(OLD)
    other.goto(f"{wire.url}/judge/")
    other.get_by_text("0 of 2 scored").wait_for()
    wire.let(DEAD)

    phone.score(panel.cards[0], [1, 2, 3, 4])
    phone.says("1 waiting for Wi-Fi")
    other.get_by_text("1 of 2 scored").wait_for()
    phone.page.locator("#judge-undo").click()
    eventually(lambda: phone.checked() == {0: 1, 1: 2, 2: 3}, what="one less")
    phone.page.evaluate("location.hash = ''")
    phone.page.get_by_role("button", name="Sign out").click()
    phone.page.get_by_role("button", name="Stay signed in").click()
    assert "menlo-judging" not in phone.page.evaluate("JSON.stringify(localStorage)")
    wire.let(UP)
    phone.hurry()

    phone.says("All saved")
    assert len(panel.values()) == 3


def test_old_screens_follow_the_stage_and_say_when_they_cannot(
    start_site, open_page, line, transactional_db
):
    round_ = RoundFactory()
    first, _second, _third = (
        ProjectFactory(team__event=round_.event, title=f"Demo {n}", submitted=True)
        for n in range(3)
    )
    host = SeriesOrganiserFactory(series=round_.event.series).user
    actions.put_on(round_, first, host)
    site = start_site()
    line.port = site.port
    screen, remote = open_page(width=1280), open_page(width=390)
    screen.add_init_script(OLD)
    screen.goto(f"{line.url}/events/{round_.event.slug}/stage/")
    lost = screen.get_by_text("This screen has lost the network.")
    assert not lost.is_visible()
    site.sign_in(remote, host)
    remote.goto(
        f"{site.url}/events/{round_.event.slug}/judging/rounds/{round_.pk}/remote/"
    )

    remote.click("#press-next")
    screen.wait_for_selector("#now-title:text('Demo 1')")
    line.let(DEAD)
    lost.wait_for()
    remote.click("#press-next")
    remote.wait_for_selector("text=On stage: Demo 2")
    line.let(UP)

    screen.wait_for_selector("#now-title:text('Demo 2')")
    lost.wait_for(state="hidden")


def test_an_old_phone_compares_pairs(wire, open_page, transactional_db):
    round_ = RoundFactory(kind="pairwise")
    ProjectFactory.create_batch(4, team__event=round_.event, submitted=True)
    judge = JudgeFactory(event=round_.event)
    phone = open_page(width=360)
    phone.add_init_script(OLD)
    phone.goto(wire.url + judge.get_link_path())

    phone.click("#seen")
    phone.click("#pick-current")
    phone.wait_for_timeout(450)
    phone.click("#sure")
    eventually(Comparison.objects.exists, what="the answer")
    phone.click("#undo")

    phone.wait_for_selector("text=Which of these two is better?")
    eventually(
        lambda: Comparison.objects.exclude(undone_at=None).exists(), what="taken back"
    )


LOOK = """() => Object.fromEntries([...document.querySelectorAll("body, body *")]
  .filter((one) => !one.matches("script, svg *, template"))
  .map((one, place) => {
    const style = getComputedStyle(one);
    return [place + one.tagName, [style.color, style.backgroundColor,
      style.borderTopColor, style.borderTopWidth, style.display].join(" ")];
  }))"""


def stripped(route):
    answer = route.fetch()
    sheet = UNKNOWN_RULES.sub("", UNKNOWN_VALUES.sub("", answer.text()))
    route.fulfill(response=answer, body=sheet)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("chosen", ["", "light", "dark"])
def test_an_old_browser_has_colours_and_frames(
    wire, open_page, transactional_db, dark, chosen
):
    url = f"{wire.url}/accounts/login/"
    looks = []
    for is_old in (False, True):
        page = open_page(width=390, dark=dark)
        if is_old:
            page.route("**/*.css", stripped)
        page.goto(url)
        if chosen:
            page.evaluate(f"document.documentElement.dataset.theme = '{chosen}'")
            page.wait_for_timeout(200)  # colours fade
        looks.append(page.evaluate(LOOK))
        is_dark = chosen == "dark" or (dark and not chosen)
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == ("rgb(20, 22, 26)" if is_dark else "rgb(247, 242, 231)")

    assert looks[0] == looks[1]


def test_an_old_phone_shows_what_was_chosen(make_panel, open_phone):
    panel = make_panel(1)
    phone = open_phone()
    phone.page.route("**/*.css", stripped)
    phone.open(panel)
    phone.score(panel.cards[0], [3])

    faces = phone.page.locator("fieldset.judge-criterion").first.locator("span")
    colours = faces.evaluate_all(
        "all => all.slice(0, 5).map((one) => getComputedStyle(one).backgroundColor)"
    )

    assert colours[2] == "rgb(29, 26, 22)"
    assert len(set(colours)) == 2


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_style_sheets_know_what_old_browsers_know(sheet):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)

    assert not NOT_HERE.findall(text)
    for rule in re.findall(r"\{([^{}]*color-mix[^{}]*)\}", text):
        plain = UNKNOWN_VALUES.sub("", f"{rule};")
        for name in re.findall(r"([\w-]+)\s*:[^;]*color-mix", rule):
            assert re.search(rf"(^|\W){name}\s*:", plain), rule


def test_both_ways_to_darkness_are_the_same():
    text = Path(settings.BASE_DIR, "static/css/menlo.css").read_text("utf-8")
    by_device, by_choice = (
        re.search(rf"{start} \{{([^}}]*)\}}", text)[1].split(";")
        for start in (
            r':root:not\(\[data-theme="light"\]\)',
            r':root\[data-theme="dark"\]',
        )
    )

    assert [one.strip() for one in by_device] == [one.strip() for one in by_choice]
    assert len(by_device) == 18
