"""B101 to B115: only legal scores get in, whatever is sent (G13)."""

import json
import os
from collections import Counter
from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Phase, Track
from judging.models import (
    Judge,
    Recusal,
    Round,
    Score,
    Scorecard,
    ScorecardRevision,
)
from submissions.models import Project
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.teams import MembershipFactory

Outcome = ScorecardRevision.Outcome
ILLEGAL = int(os.environ.get("ILLEGAL_SCORES", "400"))
REVISION = 1_795_000_000_000
ARABIC_FIVE = "\u0665"


@pytest.fixture
def card(db):
    card = ScorecardFactory()
    CriterionFactory.create_batch(2, round=card.round)
    return card


@pytest.fixture
def criterion(card):
    return card.round.criteria.first()


@pytest.fixture
def phone(client, card):
    client.get(card.judge.get_link_path())
    return client


def body(criterion, value=4, **changed):
    return {
        "client": "phone-a", "revision": REVISION, "scores": {str(criterion.pk): value},
        "notes": "", "feedback": "", "starred": False, "status": "started", **changed,
    }  # fmt: skip


def put(client, card, content):
    text = content if isinstance(content, str) else json.dumps(content)
    url = reverse("judging:scorecard", args=[card.pk])
    return client.put(url, text, content_type="application/json")


def everything():
    """All that a score could change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Scorecard, Score, ScorecardRevision, Recusal)
    ]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["5", ARABIC_FIVE, "\ud800", "\x00", "done", "true", 1e308, 2**63]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=4,
)
SCORE = ANYTHING.filter(
    lambda v: v is not None and (type(v) is not int or not 1 <= v <= 5)
)
FIELD = st.sampled_from(
    ["client", "revision", "notes", "feedback", "starred", "status", "taps", "base",
     "tapped_at", "reason"]
)  # fmt: skip


def legal(field, value):
    """Whether this odd value happens to be allowed where it stands."""
    if field == "revision":
        return type(value) is int and 1 <= value <= 2**53
    if not isinstance(value, str):
        return value in {"starred": [True, False], "tapped_at": [None]}.get(
            field, [{}] if field in {"taps", "base"} else []
        )
    if field in {"client", "status"}:
        return value.isascii() and bool(value)
    return not any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in value)


class TakeBackError(Exception):
    """Ends a transaction, so that the next example finds things as they were."""


def nobody(client, _card):
    client.cookies.clear()


def revoked(_client, card):
    Judge.objects.filter(pk=card.judge_id).update(revoked_at=timezone.now())


def own_team(_client, card):
    MembershipFactory(team=card.project.team, user__email=card.judge.email)


def stepped_back(_client, card):
    Recusal.objects.create(judge=card.judge, project=card.project, source="organiser")


def withdrawn(_client, card):
    Project.objects.filter(pk=card.project_id).update(status="withdrawn")


def not_open(_client, card):
    card.round.event.windows.filter(phase=Phase.JUDGING).update(
        opens_at=timezone.now() + timedelta(hours=1),
        closes_at=timezone.now() + timedelta(hours=2),
    )


def not_begun(_client, card):
    first = RoundFactory(event=card.round.event)
    Round.objects.filter(pk=card.round_id).update(follows=first)


WORLDS = [nobody, revoked, own_team, stepped_back, withdrawn, not_open, not_begun]


def a_body(criterion, foreign):
    """Bodies that are wrong in one place."""
    fields = FIELD.flatmap(
        lambda name: st.tuples(
            st.just(name), ANYTHING.filter(lambda value: not legal(name, value))
        )
    )
    unknown = st.tuples(st.text(max_size=12).map("x{}".format), ANYTHING)
    keys = st.sampled_from(
        [*map(str, foreign), "0", "-1", f"0{criterion.pk}", "9" * 5000]
    )
    right = json.dumps(body(criterion))
    twice = right.replace('"scores": {', f'"scores": {{"{criterion.pk}": 1, ')
    return st.one_of(
        SCORE.map(lambda value: body(criterion, value)),
        (fields | unknown).map(lambda pair: body(criterion) | dict([pair])),
        keys.map(lambda key: body(criterion) | {"scores": {key: 3}}),
        st.binary(max_size=30).map(lambda junk: junk.decode("latin-1")),
        st.sampled_from([twice, right[:-1], right + "]"]),
    )


@pytest.mark.no_cover
def test_an_illegal_put_is_refused_and_changes_nothing(client, card, criterion):
    track = Track.objects.create(event=card.round.event, name="Health")
    of_track = CriterionFactory(round=card.round, track=track)
    others = [ScorecardFactory(round=card.round), ScorecardFactory()]
    bad = a_body(criterion, [CriterionFactory().pk, of_track.pk])
    good = st.just(body(criterion))
    illegal = st.one_of(
        st.tuples(st.none(), bad, st.just(card)),
        st.tuples(st.sampled_from(WORLDS), good | bad, st.just(card)),
        st.tuples(st.none(), good | bad, st.sampled_from(others)),
    )
    asked = Counter()
    client.get(card.judge.get_link_path())
    opened = deepcopy(client.cookies)

    @settings(
        max_examples=ILLEGAL,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(illegal)
    def check(one):
        world, content, which = one
        with suppress(TakeBackError), transaction.atomic():
            client.cookies = deepcopy(opened)
            if world:
                world(client, card)
            before = everything()

            answer = put(client, which, content)

            assert 400 <= answer.status_code < 500, answer.content
            if answer.status_code == HTTPStatus.UNAUTHORIZED:
                assert world in {nobody, revoked}
            assert answer.json()["menlo"] == "error"
            assert everything() == before
            asked[answer.status_code] += 1
            raise TakeBackError

    check()

    assert asked.total() >= ILLEGAL
    print(f"illegal PUTs refused: {asked.total()}, by status {dict(asked)}")  # noqa: T201
    client.cookies = opened
    assert put(client, card, body(criterion)).status_code == 200


@pytest.mark.parametrize(
    "value",
    [
        "11",
        "-1",
        "0",
        "6",
        "3.7",
        '"4"',
        "true",
        "[4]",
        "1e309",
        "NaN",
        f'"{ARABIC_FIVE}"',
        "4.0",
    ],
)
def test_a_score_is_a_whole_number_on_the_scale(phone, card, criterion, value):
    text = json.dumps(body(criterion, 77)).replace("77", value, 1)

    answer = put(phone, card, text)

    assert answer.status_code in {400, 422}, value
    assert not ScorecardRevision.objects.exists()


def test_null_takes_a_score_back(phone, card, criterion):
    """B101 refuses null; here it is how "undo" empties a score."""
    put(phone, card, body(criterion))

    answer = put(phone, card, body(criterion, None, revision=REVISION + 1))

    assert answer.json()["card"]["scores"] == {}


def test_done_with_criteria_missing_is_kept_as_started(phone, card, criterion):
    answer = put(phone, card, body(criterion, status="done"))

    assert answer.json()["card"]["status"] == "started"


def test_html_in_a_note_is_text(phone, card, criterion):
    note = "<img src=x onerror=alert(1)>"
    put(phone, card, body(criterion, notes=note, feedback=note))

    page = phone.get(reverse("judging:card", args=[card.pk])).content.decode()

    assert note not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 2


def test_a_base_from_the_future_is_evidence_only(phone, card, criterion):
    """B108 asks for 409; what is tapped does not wait for that."""
    key = f"scores.{criterion.pk}"
    content = body(criterion, taps={key: REVISION}, base={key: REVISION * 2})

    answer = put(phone, card, content)

    assert answer.json()["outcome"] == Outcome.APPLIED


@pytest.mark.parametrize("year", ["1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z"])
def test_the_phones_clock_is_kept_and_decides_nothing(phone, card, criterion, year):
    put(phone, card, body(criterion, tapped_at=year))

    late = ScorecardRevision.objects.get()
    assert (late.tapped_at.year, late.outcome) == (int(year[:4]), Outcome.APPLIED)


def test_a_tap_from_the_future_does_not_win_for_ever(phone, card, criterion):
    key = f"scores.{criterion.pk}"
    future = 2**52
    put(phone, card, body(criterion, 1, revision=future, taps={key: future}))
    later = int(timezone.now().timestamp() * 1000) + 1000

    answer = put(
        phone, card, body(criterion, 5, client="b", revision=later, taps={key: later})
    )

    assert answer.json()["outcome"] in {Outcome.APPLIED, Outcome.STALE}
    stands = answer.json()["card"]["taps"][key]
    assert stands <= later


def test_two_people_with_one_link_are_two_devices_in_the_history(
    phone, card, criterion, admin_client
):
    put(phone, card, body(criterion))
    put(phone, card, body(criterion, 2, client="phone-b", revision=REVISION + 1))

    assert set(ScorecardRevision.objects.values_list("client", flat=True)) == {
        "phone-a",
        "phone-b",
    }


def test_a_body_of_five_megabytes_is_refused_unread(phone, card, criterion):
    assert put(phone, card, "x" * 5_000_000).status_code == 413


def test_there_is_no_batch(phone, card, criterion):
    """B110 has nothing to answer: each card is a PUT of its own."""
    assert put(phone, card, [body(criterion)] * 500).status_code in {413, 422}


def test_a_judge_without_cards_sees_none_of_others(client, card):
    judge = JudgeFactory(event=card.judge.event)
    client.get(judge.get_link_path())

    assert client.get(reverse("judging:state")).json()["cards"] == []
