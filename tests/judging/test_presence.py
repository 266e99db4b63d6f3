"""When a judge counts as here: their app asks, or they press a button."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from judging.models import Judge, ScorecardRevision
from tests.factories.judging import CriterionFactory, ScorecardFactory

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def card(db):
    card = ScorecardFactory()
    CriterionFactory(round=card.round)
    return card


@pytest.fixture
def phone(client, card):
    client.get(card.judge.get_link_path())
    return client


def seen(card):
    judge = Judge.objects.get(pk=card.judge_id)
    return judge.first_seen_at, judge.last_seen_at


def test_a_scanner_of_mail_that_follows_the_link_is_no_judge(card):
    scanner = Client()

    for way in ("get", "head"):
        getattr(scanner, way)(card.judge.get_link_path(), follow=True)
    scanner.get(reverse("judging:card", args=[card.pk]))

    assert seen(card) == (None, None)


@pytest.mark.parametrize(
    ("way", "name"),
    [
        ("get", "judging:state"),
        ("get", "judging:pairs_state"),
        ("post", "judging:card"),
        ("post", "judging:pairs"),
    ],
)
def test_who_works_is_seen_and_seen_again(phone, card, way, name):
    url = reverse(name, args=[card.pk] if name == "judging:card" else [])
    getattr(phone, way)(url)
    first, last = seen(card)
    Judge.objects.update(last_seen_at=last - AN_HOUR, first_seen_at=first - AN_HOUR)

    getattr(phone, way)(url)

    assert timezone.now() - seen(card)[1] < timedelta(minutes=1)
    assert seen(card)[0] == first - AN_HOUR


@pytest.mark.parametrize(
    ("clients", "are_several"),
    [
        (["phone-a"], False),
        (["phone-a", "form"], False),
        (["phone-a", "form", "paper-7"], False),
        (["phone-a", "phone-b"], True),
    ],
)
def test_one_phone_with_and_without_scripts_is_one(card, clients, are_several):
    for client in clients:
        ScorecardRevision.objects.create(
            scorecard=card, client=client, revision=1, payload={}, outcome="applied"
        )

    several = ScorecardRevision.objects.judges_on_several_phones()

    assert (card.judge_id in several) is are_several
