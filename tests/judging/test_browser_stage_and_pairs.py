"""The remote, the big screen and the phone together; pairs on a phone, offline too."""

import re

import pytest

from judging import actions
from judging.comparisons import comparisons_of
from judging.models import Comparison
from judging.state import state_of
from tests.factories.events import SeriesOrganiserFactory
from tests.factories.judging import JudgeFactory, RoundFactory
from tests.factories.submissions import ProjectFactory
from tests.parts import eventually
from tests.phones import Phone
from tests.wire import DEAD, UP

pytestmark = pytest.mark.django_db(transaction=True)


def projects_of(round_, number):
    return [
        ProjectFactory(
            team__event=round_.event,
            team__table=f"T{place}",
            title=f"Demo {place}",
            submitted=True,
        )
        for place in range(number)
    ]


def test_one_press_on_the_remote_moves_screen_and_phones(start_site, open_page):
    round_ = RoundFactory()
    first, second = projects_of(round_, 2)
    host = SeriesOrganiserFactory(series=round_.event.series).user
    judge = JudgeFactory(event=round_.event)
    actions.put_on(round_, first, host)
    site = start_site()
    screen, remote = open_page(width=1280), open_page(width=390)
    screen.goto(f"{site.url}/events/{round_.event.slug}/stage/")
    assert screen.inner_text("#now-title") == "Demo 0"
    clock = screen.inner_text(".countdown")
    site.sign_in(remote, host)
    remote.goto(
        f"{site.url}/events/{round_.event.slug}/judging/rounds/{round_.pk}/remote/"
    )

    remote.click("#press-next")
    remote.wait_for_selector("text=On stage: Demo 1")
    remote.click("#press-more")
    remote.wait_for_selector("text=+1 min.")

    screen.wait_for_selector("#now-title:text('Demo 1')")
    screen.wait_for_selector(".countdown:text('05:')")
    assert re.fullmatch(r"0[45]:\d\d", clock)
    assert state_of(judge)["rounds"][0]["now_on"] == second.pk
    screen.reload()
    assert screen.inner_text(".countdown").startswith("05:")


def test_pairs_are_answered_taken_back_and_sent_later_without_a_network(
    start_site, open_page, line
):
    round_ = RoundFactory(kind="pairwise")
    projects_of(round_, 6)
    judge = JudgeFactory(event=round_.event)
    line.port = start_site().port
    phone = open_page(width=360, height=740)
    phone.goto(line.url + judge.get_link_path())
    phone.wait_for_url("**/judge/pairs/")
    phone.click("#seen")

    def pick(answer):
        """Quicker than one can look: the page asks again."""
        phone.click(f"#pick-{answer}")
        phone.wait_for_timeout(450)
        phone.click("#sure")

    pick("current")
    eventually(Comparison.objects.exists, what="the first answer")
    phone.wait_for_function("navigator.serviceWorker.controller")
    line.let(DEAD)
    pick("previous")
    phone.wait_for_selector("text=1 waiting for Wi-Fi")
    pick("current")
    phone.click("#undo")
    phone.wait_for_selector("text=2 waiting for Wi-Fi")
    phone.goto(f"{line.url}/judge/pairs/")
    phone.wait_for_selector("text=2 waiting for Wi-Fi")
    assert Comparison.objects.count() == 1

    line.let(UP)
    Phone(phone, line).hurry()

    eventually(lambda: Comparison.objects.count() == 3, what="all three answers")
    phone.wait_for_selector("text=All saved")
    assert len(comparisons_of(round_)) == 2
    assert Comparison.objects.exclude(undone_at=None).count() == 1
    assert all(one.seconds < 3 for one in Comparison.objects.all())


def test_taking_an_answer_back_asks_the_same_question_again(
    start_site, open_page, line
):
    round_ = RoundFactory(kind="pairwise")
    projects_of(round_, 6)
    judge = JudgeFactory(event=round_.event)
    line.port = start_site().port
    phone = open_page(width=360, height=740)
    phone.goto(line.url + judge.get_link_path())
    phone.click("#seen")

    def question():
        phone.wait_for_selector("text=Which of these two is better?")
        return phone.locator(".pairs__choice button").all_inner_texts()

    def pick(answer):
        phone.click(f"#pick-{answer}")
        phone.wait_for_timeout(450)
        phone.click("#sure")
        eventually(lambda: Comparison.objects.count() == len(asked), what="it arrived")
        phone.wait_for_selector("text=All saved")

    asked = [question()]
    pick("current")
    asked.append(question())
    pick("previous")
    for expected in reversed(asked):
        phone.click("#undo")
        assert question() == expected
        phone.wait_for_selector("text=All saved")
        assert question() == expected
    phone.reload()
    assert question() == asked[0]

    asked.append(asked[0])
    pick("current")

    assert Comparison.objects.filter(undone_at=None).count() == 1
    assert question() == asked[1]
