"""Rounds that several change at the same moment."""

from functools import partial

import pytest

from core.exceptions import Refused
from judging import actions
from judging.coverage import grid_of
from judging.hall import enter
from judging.models import Scorecard
from tests.factories.events import SeriesOrganiserFactory
from tests.factories.judging import CriterionFactory, RoundFactory
from tests.judging.test_rounds import build_expo, close, live
from tests.races import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def expo(transactional_db):
    return build_expo()


@pytest.fixture
def host(expo):
    return SeriesOrganiserFactory(series=expo.event.series).user


def test_plans_made_at_once_deal_each_card_once(expo, host):
    judges = list(expo.event.judges.all()[:2])
    project = expo.event.projects.first()
    card = Scorecard.objects.filter(round=expo).last()

    race(
        partial(actions.judge_left, judges[0], host),
        partial(actions.judge_left, judges[1], host),
        partial(actions.set_aside, expo, project, host),
        partial(actions.declare_conflict, card.judge, card.project),
    )

    rows = grid_of(enter(expo)).rows
    assert {row.planned for row in rows} <= {3, 4}
    assert project not in {row.project for row in rows}
    assert actions.deal_cards(expo.event) == 0


def test_two_organisers_open_a_round_once(expo, host):
    finals = RoundFactory(event=expo.event, follows=expo, shortlist_size=3, order=1)
    CriterionFactory(round=finals, name="Idea")
    close(expo)
    actions.add_to_shortlist(finals, expo.event.projects.first(), host, "x")

    answers = race(*(partial(actions.open_round, finals, host) for _n in range(3)))

    assert sum(isinstance(answer, Refused) for answer in answers) == 2
    assert len(live(finals)) == 10
