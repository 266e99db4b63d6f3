"""The judge's phone when everything goes wrong: G1 to G11 in a real Chromium.

Smoke size here; ``make chaos`` asks for more by ``PHONE_KILLS`` and the like.
"""

import json
import os
import shutil
import time
from datetime import timedelta
from threading import Event

import pytest
from django.utils import timezone

from events.models import Phase
from judging.actions import revoke_judge
from judging.models import Score, Scorecard, ScorecardRevision
from tests.factories.accounts import UserFactory
from tests.parts import eventually
from tests.phones import report, seconds
from tests.wire import BAD_GATEWAY, DEAD, LOST, PORTAL_PAGE, STALE, UP

KILLS = int(os.environ.get("PHONE_KILLS", "2"))
TAPS_BEFORE_A_KILL = int(os.environ.get("PHONE_TAPS_BEFORE_A_KILL", "5"))
FAULTS = int(os.environ.get("PHONE_FAULTS", "12"))
STEPS = int(os.environ.get("PHONE_STEPS", "14"))
SHIFT = int(os.environ.get("PHONE_SHIFT", "3"))
SKEWS = (-26, 26)  # hours
REFUSING_STORAGE = """
  IDBObjectStore.prototype.put = new Proxy(IDBObjectStore.prototype.put, {
    apply(put, store, values) {
      if (window.refuses !== false)
        throw new DOMException("full", "QuotaExceededError");
      return Reflect.apply(put, store, values);
    },
  });
"""
NO_NEWS_OF_THE_NETWORK = """
  delete window.SyncManager;
  Object.defineProperty(Navigator.prototype, "onLine", { get: () => true });
  const listen = window.addEventListener;
  window.addEventListener = function (kind, ...more) {
    if (kind !== "online") listen.call(window, kind, ...more);
  };
"""


def arrived(panel, expected):
    eventually(lambda: panel.values() == expected, what=f"{expected}", within=20)


def test_a_full_round_without_a_network_from_a_cold_start(make_panel, browser):
    """G3: closed, opened again offline, scored, and sent without another tap."""
    panel = make_panel(SHIFT)
    phone = browser.start().open(panel)
    phone.wait_for_shell()
    browser.close()

    phone = browser.start(offline=True)
    start = seconds(
        lambda: (
            phone.page.goto(f"{phone.wire.url}/judge/"),
            phone.page.locator(".judge-list__link").first.wait_for(),
        )
    )
    expected = {}
    for number, card in enumerate(panel.cards[1:]):
        values = [(number + place) % 5 + 1 for place in range(4)]
        phone.score(card, values)
        expected |= {(card.pk, place): value for place, value in enumerate(values)}
        phone.page.get_by_text("Notes and feedback").click()
        phone.page.get_by_label("Private notes").fill(f"Note {number}")
        phone.page.locator("#go-on").click()
    phone.go_to(panel.cards[0])
    phone.page.get_by_text("Conflict of interest").click()
    phone.page.get_by_label("Your reason").fill("My sister")
    phone.page.once("dialog", lambda dialog: dialog.accept())
    phone.page.get_by_role("button", name="I should not score this").click()
    phone.says(f"{SHIFT} waiting for Wi-Fi")
    sent = ScorecardRevision.objects.count()
    browser.context.set_offline(False)

    arrived(panel, expected)
    eventually(panel.judge.recusals.exists, what="the conflict")
    phone.says("All saved")
    assert sent == 0
    assert panel.judge.recusals.get().reason == "My sister"
    notes = Scorecard.objects.filter(pk__in=[c.pk for c in panel.cards[1:]])
    assert sorted(notes.values_list("notes", flat=True)) == sorted(
        f"Note {number}" for number in range(SHIFT - 1)
    )
    report(f"G3: started offline in {start:.2f} s, {len(expected)} scores arrived")
    browser.close()


def test_a_browser_killed_right_after_a_tap_loses_nothing(
    make_panel, browser, wire, rng
):
    """G1: what the screen showed as kept is on the server in the end."""
    panel = make_panel(3)
    browser.start().open(panel).wait_for_shell()
    browser.close()  # Chromium writes cookies down half a minute late, or now
    phone = browser.start()
    shown, wanted = {}, 0
    for _ in range(KILLS):
        wire.let(rng.choice([DEAD, BAD_GATEWAY, PORTAL_PAGE, LOST]))
        phone.page.goto(f"{wire.url}/judge/")
        card = rng.choice(panel.cards)
        phone.go_to(card)
        for _ in range(TAPS_BEFORE_A_KILL):
            phone.tap(rng.randrange(4), rng.randint(1, 5))
            wanted += 1
        time.sleep(rng.uniform(0, 0.2))
        cells = {(card.pk, place): v for place, v in phone.checked().items()}
        is_kept = "Saving" not in phone.status
        browser.kill()
        # What was not kept yet may be there or not; nobody said that it was.
        shown = {k: v for k, v in shown.items() if is_kept or k not in cells}
        shown |= cells if is_kept else {}
        phone = browser.start()

    wire.let(UP)
    phone.page.goto(f"{wire.url}/judge/")

    # A page that has just been opened says nothing yet.
    eventually(lambda: phone.status == "All saved", what="an empty queue")
    missing = shown.items() - panel.values().items()
    assert not missing, (missing, phone.status, phone.stored())
    report(f"G1: {KILLS} kills, {wanted} taps, {len(shown)} shown, 0 missing")
    browser.close()


def test_the_screen_never_says_saved_too_early(make_panel, open_phone, wire, rng):
    """G2 and G4: lost, stale and foreign answers; each frame's label is checked."""
    panel = make_panel(1)
    phone = open_phone(panel)
    phone.go_to(panel.cards[0])
    phone.page.evaluate(
        """() => {
          window.frames_ = [];
          const label = document.querySelector('#judge-status');
          const note = () => window.frames_.push([
            Date.now(), label.textContent,  // the clock of the wire; others drift apart
            Object.fromEntries([...document.querySelectorAll('fieldset.judge-criterion')]
              .flatMap((row) => [...row.querySelectorAll(':checked')]
                .map(({ name, value }) => [name.slice(6), +value])))]);
          new MutationObserver(note).observe(
            label, { childList: true, characterData: true, subtree: true });
        }"""
    )
    kinds = [UP, LOST, BAD_GATEWAY, PORTAL_PAGE, STALE, DEAD]
    for number in range(FAULTS):
        wire.let(kinds[number % 6] if number < 6 else rng.choice(kinds), only="PUT")
        phone.tap(rng.randrange(4), rng.randint(1, 5))
        phone.page.wait_for_timeout(rng.uniform(0, 80))
        phone.hurry()
    wire.let(UP)
    eventually(
        lambda: (phone.hurry(), phone.status == "All saved")[1], what="all saved"
    )

    frames = phone.page.evaluate("window.frames_")
    saved = [(at, shown) for at, label, shown in frames if label == "All saved"]
    assert saved
    for at, shown in saved:
        told = [
            content["scores"]
            for _path, content, status, heard in wire.puts
            if status == 200 and heard and heard <= at + 1
        ]
        assert told, (at, shown)
        assert told[-1].items() >= shown.items(), (at, shown, told[-1])
    revisions = ScorecardRevision.objects.filter(scorecard=panel.cards[0])
    assert revisions.count() == len({c["revision"] for _p, c, _s, _h in wire.puts})
    rubric = list(panel.round.criteria.values_list("pk", flat=True))
    assert panel.values() == {
        (panel.cards[0].pk, rubric.index(int(pk))): value
        for pk, value in wire.puts[-1][1]["scores"].items()
    }
    report(
        f"G2/G4: {FAULTS} taps, {len(wire.puts)} PUTs arrived, {revisions.count()} kept"
    )


def test_a_server_killed_during_sync_gets_everything_once(
    make_panel, open_phone, module_site, wire
):
    panel = make_panel(3)
    phone = open_phone(panel)
    wire.let(DEAD)
    expected = {}
    for card in panel.cards:
        phone.score(card, [1, 2, 3, 4])
        expected |= {(card.pk, place): place + 1 for place in range(4)}
    phone.says("3 waiting for Wi-Fi")
    wire.let(LOST, only="PUT")
    wire.after = module_site.sites[-1].kill  # after the commit, before the answer

    phone.hurry()
    eventually(lambda: wire.puts, what="the first card at the site")
    phone.says("waiting for Wi-Fi")
    wire.reset()
    module_site()
    phone.hurry()

    arrived(panel, expected)
    phone.says("All saved")
    rows = ScorecardRevision.objects.values_list("scorecard", "client", "revision")
    assert len(rows) == len(set(rows)) == 3


def test_two_phones_agree_on_the_newest_and_tell_what_lost(make_panel, open_phone):
    """G5."""
    panel = make_panel(1)
    (card,) = panel.cards
    old, new = open_phone(panel), open_phone(panel)
    old.page.context.set_offline(True)
    old.score(card, [2, 2])
    old.says("1 waiting")
    new.go_to(card)
    new.tap(0, 5)
    new.says("All saved")
    old.page.context.set_offline(False)

    told = old.page.locator(".judge-news").inner_text()

    assert "Idea: two phones differ. The newer 5 stands, 2 is in the history." in told
    assert panel.values() == {(card.pk, 0): 5, (card.pk, 1): 2}
    assert old.checked() == {0: 5, 1: 2}
    new.hurry()
    eventually(lambda: new.checked() == {0: 5, 1: 2}, what="the same on both")
    old.page.get_by_role("button", name="Got it").click()
    old.page.reload()
    old.says("All saved")
    assert old.page.locator(".judge-news").count() == 0


def test_two_phones_end_alike_whatever_happens_in_between(make_panel, open_phone, rng):
    """G5: taps, lost networks and reloads in any order; the last tap stands."""
    panel = make_panel(1)
    (card,) = panel.cards
    phones = [open_phone(panel), open_phone(panel)]
    for phone in phones:
        phone.wait_for_shell()
        phone.go_to(card)
    last, offline = {}, dict.fromkeys(phones, False)
    for _ in range(STEPS):
        phone = rng.choice(phones)
        step = rng.choice(["tap", "tap", "tap", "network", "reload"])
        if step == "tap":
            place, value = rng.randrange(4), rng.randint(1, 5)
            if phone.checked().get(place) != value:
                phone.tap(place, value)
                eventually(lambda p=phone: "Saving" not in p.status, what="kept")
                last[card.pk, place] = value
        elif step == "network":
            offline[phone] = not offline[phone]
            phone.page.context.set_offline(offline[phone])
        else:
            phone.page.reload()
            phone.page.locator("#card-title").wait_for()
    for phone in phones:
        phone.page.context.set_offline(False)
        phone.hurry()

    arrived(panel, last)
    shown = {place: value for (_card, place), value in last.items()}
    for phone in phones:
        phone.says("All saved")
        phone.page.reload()
        eventually(lambda p=phone: p.checked() == shown, what="the same on both")


def test_two_tabs_share_one_queue(make_panel, open_phone, wire):
    panel = make_panel(1)
    first = open_phone(panel)
    second = type(first)(first.page.context.new_page(), wire).open(panel)
    first.go_to(panel.cards[0])
    second.go_to(panel.cards[0])
    for value in range(1, 6):
        (first if value % 2 else second).tap(0, value)
        for phone in (first, second):
            eventually(lambda p=phone, v=value: p.checked() == {0: v}, what="both tabs")

    arrived(panel, {(panel.cards[0].pk, 0): 5})
    sent = [content["revision"] for _path, content, _status, _heard in wire.puts]
    assert len(sent) == len(set(sent))


def test_an_ended_session_costs_nothing_and_tells_nobody_else(make_panel, open_phone):
    """G6: signed out by the server, another judge in between, then oneself again."""
    panel, other = make_panel(1), make_panel(1)
    phone = open_phone(panel)
    phone.wait_for_shell()
    phone.page.context.clear_cookies()
    phone.score(panel.cards[0], [3])
    phone.says("Open your judging link again to send. Waiting on this phone: 1.")

    tab = type(phone)(phone.page.context.new_page(), phone.wire).open(other)
    tab.page.get_by_text(
        "Scorecards of another judge waiting on this phone: 1"
    ).wait_for()
    phone.hurry()
    phone.page.get_by_text("waiting on this phone: 1").wait_for()
    as_other = tab.page.content() + tab.stored()
    assert not Score.objects.exists()
    tab.open(panel)

    arrived(panel, {(panel.cards[0].pk, 0): 3})
    assert panel.judge.name == other.judge.name
    assert f'"{panel.round.criteria.first().pk}":3' not in as_other


def test_a_revoked_link_keeps_what_was_scored_to_be_read(make_panel, open_phone, wire):
    panel = make_panel(1)
    phone = open_phone(panel)
    phone.wait_for_shell()
    wire.let(DEAD)
    phone.score(panel.cards[0], [3, 5])
    revoke_judge(panel.judge, UserFactory())
    wire.let(UP)
    phone.hurry()

    phone.says("Your link no longer works. Kept on this phone, unsent: 1.")
    assert "Idea: 3 · Data: 5" in phone.page.locator("#judge-app").inner_text()
    assert not Score.objects.exists()


def test_one_bad_entry_blocks_nothing_and_stays_readable(make_panel, open_phone, wire):
    """G7."""
    panel = make_panel(3)
    phone = open_phone(panel)
    wire.let(DEAD)
    for card in panel.cards:
        phone.score(card, [4])
    bad = panel.cards[0]
    bad.project.status = "withdrawn"
    bad.project.save()
    wire.let(UP)
    phone.hurry()

    arrived(panel, {(card.pk, 0): 4 for card in panel.cards[1:]})
    phone.says("Could not be saved: This project was withdrawn.")
    phone.page.evaluate("location.hash = ''")
    phone.page.reload()
    text = phone.page.locator("section", has_text="Not saved").inner_text()
    assert "This project was withdrawn" in text
    assert ": 4" in text


@pytest.mark.parametrize("hours", SKEWS)
def test_a_wrong_clock_changes_nothing_at_closing(make_panel, open_phone, wire, hours):
    """G8: tapped in time counts within the grace; tapped later waits for organisers."""
    panel = make_panel(2)
    shift = f"const now = Date.now; Date.now = () => now() + {hours} * 3600000;"
    phone = open_phone(panel, script=shift)
    wire.let(DEAD)
    phone.score(panel.cards[0], [5])
    phone.says("1 waiting")
    phone.page.wait_for_timeout(500)  # its idea of the server's time is no finer
    panel.round.event.windows.filter(phase=Phase.JUDGING).update(
        opens_at=timezone.now() - timedelta(hours=1), closes_at=timezone.now()
    )
    phone.page.wait_for_timeout(500)
    phone.score(panel.cards[1], [1])
    phone.says("2 waiting")
    wire.let(UP)
    phone.hurry()

    phone.says("All saved")
    arrived(panel, {(panel.cards[0].pk, 0): 5})
    late = ScorecardRevision.objects.get(outcome=ScorecardRevision.Outcome.LATE)
    assert late.scorecard == panel.cards[1]
    told = phone.page.locator(".judge-news").inner_text()
    assert "arrived after closing. The organisers decide." in told
    assert "Judging is closed" in phone.page.locator("#judge-app").inner_text()


def test_refused_storage_is_said_and_the_server_has_it_all_the_same(
    make_panel, open_phone, wire
):
    """G9."""
    panel = make_panel(1)
    phone = open_phone(panel, script=REFUSING_STORAGE)
    phone.go_to(panel.cards[0])
    phone.tap(0, 2)
    phone.says("This phone keeps nothing. Saved on the server so far.")
    arrived(panel, {(panel.cards[0].pk, 0): 2})
    wire.let(DEAD)
    phone.tap(1, 4)
    phone.says("Not saved yet: 1. This phone keeps nothing, so leave this page open.")

    phone.page.evaluate("window.refuses = false")
    phone.hurry()
    phone.says("1 waiting for Wi-Fi")
    wire.let(UP)
    phone.hurry()

    phone.says("All saved")
    arrived(panel, {(panel.cards[0].pk, 0): 2, (panel.cards[0].pk, 1): 4})


def test_without_any_news_of_the_network_the_clock_suffices(
    make_panel, open_phone, wire
):
    """G11: no Background Sync, no online event, nothing but a timer."""
    panel = make_panel(1)
    phone = open_phone(script=NO_NEWS_OF_THE_NETWORK)
    phone.page.clock.install()
    phone.open(panel)
    wire.let(DEAD)
    phone.score(panel.cards[0], [4])
    phone.says("1 waiting for Wi-Fi")
    wire.let(UP)

    phone.page.clock.run_for(20_000)

    arrived(panel, {(panel.cards[0].pk, 0): 4})
    phone.says("All saved")


def test_an_answer_from_before_does_not_take_back_what_arrived_since(
    make_panel, open_phone, wire
):
    """Back on the network a phone asks and sends at once; either may be slower."""
    panel = make_panel(1)
    phone = open_phone(panel)
    phone.go_to(panel.cards[0])
    phone.tap(0, 5)
    phone.says("All saved")
    is_held, may_go_on = Event(), Event()

    def hold(path):
        if path == "/judge/api/state/" and not is_held.is_set():
            is_held.set()
            may_go_on.wait(20)

    wire.on_way_back = hold
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    assert is_held.wait(20)
    phone.tap(0, 1)
    eventually(lambda: len(wire.puts) == 2, what="the second tap")
    phone.says("All saved")
    with phone.page.expect_response("**/judge/api/state/"):
        may_go_on.set()

    phone.page.wait_for_timeout(300)
    assert phone.checked() == {0: 1}


def test_a_venues_sign_in_page_is_taken_for_nothing(make_panel, open_phone, wire):
    panel = make_panel(1)
    phone = open_phone(panel)
    phone.wait_for_shell()
    wire.let(PORTAL_PAGE)
    phone.score(panel.cards[0], [4])
    phone.hurry()
    phone.page.reload()

    phone.page.locator("#card-title", has_text=panel.cards[0].project.title).wait_for()
    phone.says("1 waiting for Wi-Fi")
    assert phone.checked() == {0: 4}
    phone.page.evaluate(
        "navigator.serviceWorker.ready.then((known) => known.update()).catch(() => {})"
    )
    wire.let(UP)
    phone.page.reload()
    arrived(panel, {(panel.cards[0].pk, 0): 4})


def next_version(static_files, folder):
    """The collected files as the next release would have them; its mark."""
    new = folder / "static"
    shutil.copytree(static_files, new)
    manifest = new / "staticfiles.json"
    files = json.loads(manifest.read_text())
    old = files["paths"]["judging/app.js"]
    script = (new / old).read_text() + "\n// the next release\n"
    files["paths"]["judging/app.js"] = "judging/app.next.js"
    (new / "judging/app.next.js").write_text(script)
    manifest.write_text(json.dumps(files))
    return new


def test_a_new_version_in_the_middle_loses_nothing(
    make_panel, open_phone, module_site, wire, static_files, tmp_path
):
    """G10: the queue was written by the release before; the new one sends it."""
    panel = make_panel(2)
    phone = open_phone(panel)
    phone.wait_for_shell()
    wire.let(DEAD, only="PUT")
    phone.score(panel.cards[0], [1, 2, 3, 4])
    phone.says("1 waiting for Wi-Fi")
    phone.page.evaluate(  # as the first release wrote it: without a version
        """() => new Promise((done) => {
          indexedDB.open('menlo-judging').onsuccess = ({ target: { result: db } }) => {
            const store = db.transaction('unsent', 'readwrite').objectStore('unsent');
            store.getAll().onsuccess = ({ target: { result } }) => {
              for (const { v, ...entry } of result) store.put(entry);
              store.transaction.oncomplete = () => { db.close(); done(); };
            };
          };
        })"""
    )
    module_site(STATIC_ROOT=str(next_version(static_files, tmp_path)))
    try:
        phone.tap(0, 5)  # the old page, with the new server
        phone.page.evaluate(
            "navigator.serviceWorker.ready.then((known) => known.update())"
        )
        phone.page.locator("script[src*='app.next.js']").wait_for(state="attached")
        phone.says("1 waiting for Wi-Fi")
        assert phone.checked() == {0: 5, 1: 2, 2: 3, 3: 4}
        wire.let(UP)
        phone.hurry()
        arrived(panel, {(panel.cards[0].pk, n): v for n, v in enumerate([5, 2, 3, 4])})
    finally:
        module_site()
