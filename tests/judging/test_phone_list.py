"""The judge's list: one round at a time, and what is over counts nowhere."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import Phase
from judging.models import Round, Scorecard
from judging.state import by_round, cards_of, next_card
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory


def build(*names):
    """A judge with the same two projects in each round."""
    judge = JudgeFactory()
    projects = [
        ProjectFactory(team__event=judge.event, title=f"Project {n}", submitted=True)
        for n in range(2)
    ]
    rounds = []
    for order, name in enumerate(names):
        round_ = RoundFactory(event=judge.event, name=name, order=order)
        CriterionFactory(round=round_, name=f"{name} idea")
        rounds.append(round_)
        for position, project in enumerate(projects):
            ScorecardFactory(
                round=round_, judge=judge, project=project, position=position
            )
    return judge, rounds


def cards(round_):
    return list(round_.scorecards.order_by("position"))


def test_next_stays_in_the_round(db):
    judge, (demos, tables) = build("Demos", "At the tables")
    first, second = cards(demos)
    Scorecard.objects.filter(pk=second.pk).update(status="done")
    Scorecard.objects.filter(round=tables).update(status="todo")
    known = {card.pk: card for card in cards_of(judge)}

    assert next_card(list(known.values()), known[second.pk]).pk == first.pk
    known[first.pk].status = "done"
    assert next_card(list(known.values()), known[second.pk]) is None


@pytest.mark.parametrize("how", ["by hand", "by the clock"])
def test_what_is_closed_comes_last_and_is_counted_nowhere(client, db, how):
    judge, (demos, _tables) = build("Demos", "At the tables")
    now = timezone.now()
    over = Round.objects.filter(pk=demos.pk)
    if how == "by the clock":
        over = Round.objects.filter(event=judge.event)
        judge.event.windows.filter(phase=Phase.JUDGING).update(
            closes_at=now - timedelta(minutes=1)
        )
    else:
        over.update(closed_at=now)
    client.get(judge.get_link_path())

    page = client.get(reverse("judging:home")).content.decode()

    parts = by_round(cards_of(judge))
    assert [part.round.is_over for part in parts] == (
        [False, True] if how == "by hand" else [True, True]
    )
    assert "Demos: closed" in page
    if how == "by hand":
        assert "0 of 2 scored" in page
        assert page.index("At the tables") < page.index("Demos: closed")
    else:
        assert "Judging is closed. Thank you!" in page
        assert "scored" not in page.split("judge-app")[1].split("judge-texts")[0]
    card = cards(demos)[0]
    shown = client.get(reverse("judging:card", args=[card.pk])).content.decode()
    assert "Judging is closed." in shown.split("judge-texts")[0]


def test_the_plain_card_leads_back_to_the_project_before(client, db):
    judge, (demos, tables) = build("Demos", "At the tables")
    client.get(judge.get_link_path())

    page = client.get(reverse("judging:card", args=[cards(demos)[1].pk]))

    html = page.content.decode()
    assert "Back to Project 0" in html
    assert "Demos · 2 / 2" in html
    assert f"{judge}: Project 0" not in html
    first = client.get(reverse("judging:card", args=[cards(tables)[0].pk]))
    assert "Back to Project" not in first.content.decode()


def test_without_cards_the_phone_says_who_gives_them(client, db):
    judge = JudgeFactory()
    client.get(judge.get_link_path())

    page = client.get(reverse("judging:home")).content.decode()

    assert "The organisers have not given you projects yet." in page


def test_the_phone_shows_one_round_at_a_time(open_phone, make_panel, transactional_db):
    panel = make_panel(2, name="Demos")
    tables = RoundFactory(event=panel.round.event, name="At the tables", order=2)
    closed = RoundFactory(
        event=panel.round.event, name="Heats", order=3, closed_at=timezone.now()
    )
    for round_ in (tables, closed):
        CriterionFactory(round=round_, name=f"{round_} idea")
        for position, card in enumerate(panel.cards):
            ScorecardFactory(
                round=round_, judge=panel.judge, project=card.project, position=position
            )

    phone = open_phone(panel)
    page = phone.page

    page.get_by_text("0 of 4 scored · 4 to go").wait_for()
    assert page.locator("#judge-app h2").all_inner_texts() == ["Demos", "At the tables"]
    assert page.locator("#judge-app summary").all_inner_texts() == ["Heats: closed"]
    assert (
        page.locator("#judge-app section p").first.inner_text().startswith("Open until")
    )
    phone.score(panel.cards[1], [1, 2, 3, 4])
    page.locator(".judge-top", has_text="2 / 2").wait_for()
    assert page.locator(".judge-where").inner_text().startswith("Demos · ")
    phone.page.locator("#go-on").click()
    page.locator("#card-title", has_text=panel.cards[0].project.title).wait_for()
    phone.score(panel.cards[0], [1, 2, 3, 4])
    page.locator("#go-on", has_text="Finish").click()
    page.get_by_text("2 of 4 scored · 2 to go").wait_for()


def test_stepping_back_asks_and_can_be_taken_back(open_phone, make_panel):
    panel = make_panel(2)
    card = panel.cards[0]
    phone = open_phone(panel)
    page = phone.page
    phone.score(card, [1, 2, 3, 4])
    phone.says("All saved")
    page.get_by_text("Conflict of interest").click()
    button = page.get_by_role("button", name="I should not score this")
    page.once("dialog", lambda dialog: dialog.dismiss())
    button.click()
    assert not panel.judge.recusals.exists()

    page.once("dialog", lambda dialog: dialog.accept())
    button.click()
    page.evaluate("location.hash = ''")
    page.get_by_role("heading", name="You stepped back").wait_for()
    phone.says("All saved")
    page.reload()
    page.get_by_role("button", name="Take it back").click()

    page.get_by_text("1 of 2 scored").wait_for()
    assert not panel.judge.recusals.exists()
    assert len(panel.values()) == 4
