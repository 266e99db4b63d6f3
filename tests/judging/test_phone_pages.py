"""The judge's phone in use: quick, one screen, for everybody, and discreet."""

import re
from statistics import median

import pytest
from axe_playwright_python.sync_playwright import Axe

from judging.actions import put_on
from judging.models import Scorecard
from tests.factories.accounts import UserFactory
from tests.parts import eventually
from tests.phones import report, seconds
from tests.wire import DEAD, UP

CANARIES = re.compile("canary", re.IGNORECASE)


def bottom(page, selector):
    return page.locator(selector).evaluate_all(
        "found => Math.max(...found.map((one) => one.getBoundingClientRect().bottom))"
    )


def test_four_criteria_fit_one_screen_and_take_four_quick_taps(make_panel, open_phone):
    panel = make_panel(5)
    phone = open_phone(panel)
    phone.go_to(panel.cards[0])
    page = phone.page
    bar = page.locator(".judge-bar").evaluate("bar => bar.getBoundingClientRect().top")
    assert bottom(page, "fieldset.judge-criterion") <= bar
    assert page.evaluate("document.documentElement.scrollWidth") == 360

    times = []
    for card in panel.cards:
        page.locator("#card-title", has_text=card.project.title).wait_for()
        times.append(seconds(lambda: [phone.tap(n, n + 2) for n in range(4)]))
        assert phone.checked() == {n: n + 2 for n in range(4)}
        assert "We want to try it now" in page.inner_text("#judge-app")
        page.locator("#go-on").click()

    page.get_by_text("All scored. Thank you!").wait_for()
    eventually(lambda: len(panel.values()) == 20, what="all scores")
    report(f"four criteria scored in {median(times):.2f} s (median of {len(times)})")
    assert median(times) < 5


def test_everything_can_be_taken_back(make_panel, open_phone):
    panel = make_panel(1)
    (card,) = panel.cards
    phone = open_phone(panel)
    phone.score(card, [3])
    phone.tap(0, 5)
    page = phone.page
    page.locator("#star").click()
    page.locator("#mark-absent").click()
    page.get_by_text("You are asked again at the end of your list").wait_for()
    page.get_by_text("Notes and feedback").click()
    page.get_by_label("Private notes").fill("Hm.")
    page.locator("#card-title").click()
    undo = page.locator("#judge-undo")
    said = page.locator("#judge-say")

    undo.click()
    said.get_by_text("Taken back. Private notes:").wait_for()
    assert page.get_by_label("Private notes").input_value() == ""
    undo.click()
    page.locator("#mark-absent[aria-pressed=false]").wait_for()
    undo.click()
    page.locator("#star[aria-pressed=false]").wait_for()
    page.reload()
    undo.click()
    eventually(lambda: phone.checked() == {0: 3}, what="the score before")
    undo.click()
    eventually(lambda: phone.checked() == {}, what="no score")
    assert undo.is_disabled()

    phone.says("All saved")
    card.refresh_from_db()
    assert (card.status, card.notes, card.is_starred) == ("todo", "", False)
    assert panel.values() == {}


def test_whom_to_visit_again_comes_last_and_what_is_left_is_shown(
    make_panel, open_phone
):
    panel = make_panel(3)
    phone = open_phone(panel)
    page = phone.page
    for card, mark in zip(panel.cards, ("absent", "trouble", None), strict=True):
        page.evaluate(f"location.hash = '#card-{card.pk}'")
        page.locator("#card-title", has_text=card.project.title).wait_for()
        if mark:
            page.locator(f"#mark-{mark}").click()
        else:
            phone.score(card, [1, 2, 3, 4])
    page.locator("#go-list").click()
    page.get_by_text("1 of 3 scored · 2 to visit again").wait_for()
    groups = page.locator("#judge-app h3").all_inner_texts()
    phone.go_to(panel.cards[2])

    page.locator("#go-on").click()

    page.locator("#card-title", has_text=panel.cards[0].project.title).wait_for()
    assert groups == ["To visit again", "Scored"]
    statuses = Scorecard.objects.order_by("pk").values_list("status", flat=True)
    eventually(
        lambda: list(statuses.all()) == ["absent", "trouble", "done"], what="the marks"
    )


def test_the_phone_goes_along_with_the_stage_and_loses_no_word(make_panel, open_phone):
    panel = make_panel(3)
    host = UserFactory()
    first, second, third = panel.cards
    phone = open_phone()
    page = phone.page
    page.clock.install()
    phone.open(panel)
    put_on(panel.round, first.project, host)
    page.clock.run_for(5_000)
    page.locator("#card-title", has_text=first.project.title).wait_for()
    page.get_by_text("Notes and feedback").click()
    page.get_by_label("Feedback to the team").press_sequentially("Brav")

    put_on(panel.round, second.project, host)
    page.clock.run_for(15_000)
    page.locator(".judge-now", has_text=second.project.title).wait_for()
    page.get_by_label("Feedback to the team").press_sequentially("o!")
    assert page.get_by_label("Feedback to the team").input_value() == "Bravo!"
    page.locator(".judge-now").click()
    page.locator("#card-title", has_text=second.project.title).wait_for()
    put_on(panel.round, third.project, host)
    page.clock.run_for(15_000)

    page.locator("#card-title", has_text=third.project.title).wait_for()
    page.locator("#go-back").click()
    page.locator("#go-back").click()
    page.locator("#card-title", has_text=first.project.title).wait_for()
    eventually(
        lambda: Scorecard.objects.filter(feedback="Bravo!").exists(), what="the text"
    )


@pytest.mark.parametrize("offline", [False, True])
def test_a_shared_phone_keeps_nothing_that_can_be_read(
    make_panel, open_phone, wire, offline
):
    """G12: signed out with and without a network, with cards that are not sent."""
    panel = make_panel(2)
    phone = open_phone(panel)
    phone.wait_for_shell()
    page = phone.page
    wire.let(DEAD, only="" if offline else "PUT")
    phone.score(panel.cards[0], [4])
    page.get_by_text("Notes and feedback").click()
    page.get_by_label("Private notes").fill("canary-note")
    page.locator("#card-title").click()
    phone.says("1 waiting for Wi-Fi")
    assert CANARIES.search(phone.stored())
    page.locator("#go-list").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Stay signed in").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Lock them here and sign out").click()
    page.get_by_role("heading", name="Signed out").wait_for()

    assert not CANARIES.search(phone.stored())
    page.reload()
    page.locator("main h1").wait_for()
    assert not CANARIES.search(page.content() + phone.stored())
    wire.let(UP)
    page.goto(f"{wire.url}/judge/")  # the server hears of it before it shows anything
    eventually(lambda: not page.evaluate("caches.has('menlo-leaving')"), what="goodbye")
    page.goto(f"{wire.url}/judge/")
    page.get_by_role("heading", name="Open your judging link").wait_for()
    assert not CANARIES.search(page.content() + phone.stored())
    phone.open(panel)

    eventually(lambda: panel.values() == {(panel.cards[0].pk, 0): 4}, what="the score")
    assert Scorecard.objects.filter(notes="canary-note").exists()


def test_judges_pages_are_for_everybody(make_panel, open_phone, wire):
    panel = make_panel(3)
    put_on(panel.round, panel.cards[1].project, UserFactory())
    phone = open_phone(panel)
    page = phone.page
    page.emulate_media(reduced_motion="reduce")
    found = []

    def look(name):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found.extend(
                (name, scheme, rule["id"], rule["nodes"][0]["html"][:120])
                for rule in Axe().run(page).response["violations"]
            )
        for width in (360, 180):  # 180 is 360 at 200 %
            page.set_viewport_size({"width": width, "height": width * 2 - 80})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append((name, width, wide))
        page.set_viewport_size({"width": 360, "height": 640})

    page.locator(".judge-now").wait_for()
    look("list")
    wire.let(DEAD)
    phone.score(panel.cards[0], [1, 2, 3, 4])
    for summary in page.locator("summary").all():
        summary.click()
    look("card")
    page.locator("#mark-busy").click()
    look("busy")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="I should not score this").click()
    page.get_by_text("only they can undo it").first.wait_for()
    look("conflict")
    page.locator("#go-list").click()
    page.get_by_role("button", name="Sign out").click()
    look("leaving")

    assert not found, "\n".join(map(str, found))


def test_the_keyboard_scores_and_the_levels_are_spoken(make_panel, open_phone):
    panel = make_panel(1)
    phone = open_phone(panel)
    phone.go_to(panel.cards[0])
    page = phone.page

    page.get_by_role("group", name="Idea").get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")

    eventually(lambda: phone.checked() == {0: 2}, what="the second level")
    assert page.get_by_role("radio", name="2: A start").first.is_checked()
    assert page.locator(".judge-level").first.locator("span:visible").count() == 1
    assert page.locator(".judge-level > :not([hidden])").first.inner_text() == "A start"
    phone.says("All saved")
    assert page.locator("#judge-say").inner_text() == ""
