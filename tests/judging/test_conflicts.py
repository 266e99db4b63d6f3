"""A conflict hides what a judge gave; when it is gone, all of it is there again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from judging import actions
from judging.actions.pairings import TooLateToTakeBack
from judging.evidence import counted_scores
from judging.models import Recusal, Scorecard
from judging.progress import progress_of
from judging.state import cards_of
from tests.factories.events import SeriesOrganiserFactory
from tests.factories.judging import CriterionFactory, ScorecardFactory

Status = Scorecard.Status


@pytest.fixture
def card(db):
    card = ScorecardFactory()
    CriterionFactory.create_batch(2, round=card.round)
    return card


@pytest.fixture
def host(card):
    return SeriesOrganiserFactory(series=card.round.event.series).user


@pytest.fixture
def phone(client, card):
    client.get(card.judge.get_link_path())
    return client


def give(card, *values, status=Status.DONE):
    rubric = card.round.criteria.order_by("pk")
    content = {
        "client": "phone-a", "revision": 10, "status": status, "notes": "Loud.",
        "feedback": "Bravo", "starred": True,
        "scores": {str(c.pk): v for c, v in zip(rubric, values, strict=False)},
    }  # fmt: skip
    judge = card.judge
    actions.save_scorecard(card.pk, judge.pk, judge.fingerprint, content)


def counted(card):
    return sorted(counted_scores(card.round).values_list("value", flat=True))


def tallied(card):
    (one,) = progress_of(card.round.event, [card.judge])
    return one.done, one.dealt


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ((4, 5), Status.DONE),
        ((4,), Status.STARTED),
        ((), Status.ABSENT),
        ((), Status.BUSY),
        ((2,), Status.TROUBLE),
        ((), Status.TODO),
    ],
)
@pytest.mark.parametrize("way", ["recorded", "declared", "declared and taken back"])
def test_lifting_a_conflict_brings_back_all_that_was_given(
    card, host, values, status, way
):
    give(card, *values, status=status)
    before = counted(card), tallied(card), card.scores.count()

    if way == "recorded":
        actions.record_conflict(card.judge, card.project, host)
    else:
        actions.declare_conflict(card.judge, card.project)
    hidden = counted(card), tallied(card), cards_of(card.judge)
    if way == "declared and taken back":
        actions.take_back_conflict(card.judge, card.project)
    else:
        actions.lift_conflict(card.judge, card.project, host)

    (again,) = cards_of(card.judge)
    assert hidden == ([], (0, 0), [])
    assert again.status == status
    assert (again.notes, again.feedback, again.is_starred) == ("Loud.", "Bravo", True)
    assert (counted(card), tallied(card), card.scores.count()) == before


def test_a_judge_takes_back_at_once_what_they_declared_by_mistake(phone, card):
    give(card, 4, 5)
    phone.post(reverse("judging:conflict", args=[card.pk]))
    (told,) = phone.get(reverse("judging:state")).json()["stepped_back"]
    page = phone.get(reverse("judging:home")).content.decode()
    url = reverse("judging:take_back", args=[told["id"]])

    for _twice in range(2):
        phone.post(url)

    assert told["title"] == card.project.title
    assert url in page
    assert not Recusal.objects.exists()
    verbs = list(card.round.event.audit_entries.values_list("verb", flat=True))
    assert verbs.count("judging.conflict_taken_back") == 1
    assert [c.status for c in cards_of(card.judge)] == [Status.DONE]
    assert url not in phone.get(reverse("judging:home")).content.decode()


def test_later_only_organisers_undo_it(phone, card):
    actions.declare_conflict(card.judge, card.project)
    recusal = Recusal.objects.get()
    Recusal.objects.update(created_at=recusal.created_at - timedelta(minutes=11))

    with pytest.raises(TooLateToTakeBack):
        actions.take_back_conflict(card.judge, card.project)
    url = reverse("judging:take_back", args=[recusal.pk])
    said = phone.post(url, follow=True).content.decode()

    assert "Ask the organisers." in said
    assert Recusal.objects.exists()
    assert phone.get(reverse("judging:state")).json()["stepped_back"] == []


def test_what_organisers_recorded_a_judge_does_not_take_back(phone, card, host):
    actions.record_conflict(card.judge, card.project, host)
    recusal = Recusal.objects.get()

    phone.post(reverse("judging:take_back", args=[recusal.pk]))

    assert Recusal.objects.exists()


def test_nobody_takes_back_another_judges_conflict(phone, card):
    other = ScorecardFactory(round=card.round)
    actions.declare_conflict(other.judge, other.project)
    url = reverse("judging:take_back", args=[Recusal.objects.get().pk])

    assert phone.post(url).status_code == 404
    assert Recusal.objects.exists()
