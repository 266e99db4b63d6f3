"""Pairwise rounds: the arithmetic, what happens to an answer, and who may send one."""

import json
from itertools import count

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from core.ledger import drop_guards, set_guards
from events.models import AuditEntry, Phase
from judging import actions, pairs
from judging.actions.admission import (
    ConflictOfInterest,
    JudgingHasNotBegun,
    ProjectIsGone,
)
from judging.actions.beliefs import NothingIsLate
from judging.actions.pairs import AHEAD, NotPairwise
from judging.comparisons import comparisons_of
from judging.models import Comparison, Contender, Judge, Pairing, Recusal, Walk
from judging.pairs import Belief
from submissions.models import Project
from tests.factories.events import SeriesOrganiserFactory
from tests.factories.judging import JudgeFactory, RoundFactory
from tests.factories.submissions import ProjectFactory
from tests.races import race

normal = st.builds(Belief, st.floats(-5, 5), st.floats(0.001, 4))


@given(normal, normal)
@example(Belief(-5, 0.03), Belief(4, 0.1))  # nobody expected that
@example(Belief(-30, 0.001), Belief(30, 0.001))
def test_a_vote_moves_the_two_apart_and_makes_surer(one, other):
    winner, loser = pairs.updated(one, other)

    assert winner.mean >= one.mean
    assert loser.mean <= other.mean
    assert 0 < winner.variance <= one.variance
    assert 0 < loser.variance <= other.variance
    assert pairs.better(winner, loser) >= pairs.better(one, other) - 1e-9


@given(normal, normal)
def test_information_is_symmetric_and_at_most_one_bit(one, other):
    told = pairs.information(one, other)

    assert 0 <= told <= 1
    assert told == pytest.approx(pairs.information(other, one))
    assert pairs.better(one, other) + pairs.better(other, one) == pytest.approx(1)


@given(st.floats(-3, 3), st.floats(0.1, 2), st.floats(1.1, 3))
def test_close_and_unknown_pairs_tell_more(mean, variance, factor):
    here = Belief(mean, variance)

    near = pairs.information(here, Belief(mean, variance))
    assert near >= pairs.information(here, Belief(mean + factor, variance)) - 0.02
    assert near <= pairs.information(here, Belief(mean, variance * factor)) + 0.02


@given(st.permutations(range(6)))
def test_the_better_wins_more_and_is_believed_better(order):
    votes = [(a, b) for a in order for b in order if a < b] * 3

    beliefs = pairs.beliefs(votes)

    assert sorted(beliefs, key=lambda one: -beliefs[one].mean) == list(range(6))


@given(
    st.dictionaries(st.integers(0, 20), normal, max_size=20),
    st.sets(st.integers(0, 20)),
    st.sets(st.integers(0, 20)),
    st.integers(0, 8),
)
def test_a_route_repeats_nothing_and_takes_only_candidates(
    known, candidates, busy, length
):
    room = pairs.Room(known, busy=frozenset(busy))

    route = pairs.route(room, None, sorted(candidates), length)

    assert len(route) == min(length, len(candidates))
    assert len(set(route)) == len(route)
    assert set(route) <= candidates
    free = candidates - busy
    assert set(route[: len(free)]) <= free or len(free) < 1


def test_who_was_seen_least_comes_first_then_information_decides():
    known = {"a": Belief(0, 0.1), "b": Belief(3, 0.1), "c": Belief(0.1, 0.1)}
    few = pairs.Room(known, {"a": 2, "b": 1, "c": 2})
    many = pairs.Room(known, {"a": 3, "b": 2, "c": 9})

    assert pairs.next_project(few, "a", ["b", "c"]) == "b"
    assert pairs.next_project(many, "a", ["b", "c"]) == "c"
    assert pairs.next_project(many, "a", []) is None


def test_a_short_walk_wins_over_as_much_information_far_away():
    room = pairs.Room(
        {},
        {"near": 9, "far": 9},
        places={"here": 0.0, "near": 0.1, "far": 1.0},
    )

    assert pairs.next_project(room, "here", ["far", "near"]) == "near"


# --- Answers


@pytest.fixture
def round_(db):
    round_ = RoundFactory(kind="pairwise")
    ProjectFactory.create_batch(8, team__event=round_.event, submitted=True)
    return round_


@pytest.fixture
def judge(round_):
    return JudgeFactory(event=round_.event)


@pytest.fixture
def host(round_):
    return SeriesOrganiserFactory(series=round_.event.series).user


REVISION = count(1)


def body(walk, answer, **changed):
    return {
        "round": walk.round_id,
        "previous": walk.at,
        "current": walk.here,
        "answer": answer,
        **changed,
    }


def answer(judge, data, revision=None, client="phone"):
    revision = revision or next(REVISION)
    answered = actions.answer_pair(judge.pk, judge.fingerprint, client, revision, data)
    return answered.walk


def begun(judge, round_):
    """After the first project was looked at."""
    walk = actions.plan_walk(judge, round_)
    return answer(judge, body(walk, "seen"))


def test_a_judge_walks_and_compares_each_with_the_one_before(round_, judge):
    walk = actions.plan_walk(judge, round_)
    assert (walk.at, len(walk.ahead)) == (None, AHEAD)
    assert actions.plan_walk(judge, round_).ahead == walk.ahead
    first, second, third = walk.ahead[:3]

    walk = answer(judge, body(walk, "seen"))
    walk = answer(judge, body(walk, "current", seconds=12))
    walk = answer(judge, body(walk, "previous"))

    assert walk.seen == [first, second, third]
    assert [(c.winner_id, c.loser_id) for c in comparisons_of(round_)] == [
        (second, first),
        (second, third),
    ]
    mean = dict(Contender.objects.values_list("project_id", "mean"))
    assert mean[second] > 0 > mean[first]


def test_everything_is_seen_once_and_then_there_is_nothing_left(round_, judge):
    walk = begun(judge, round_)
    while walk.here:
        walk = answer(judge, body(walk, "current"))

    assert len(set(walk.seen)) == len(walk.seen) == 8
    assert Comparison.objects.count() == 7


def test_the_same_answer_again_is_one_answer(round_, judge):
    walk = begun(judge, round_)
    data, revision = body(walk, "current"), next(REVISION)

    once = answer(judge, data, revision)
    again = answer(judge, data, revision)

    assert once.ahead == again.ahead
    assert Comparison.objects.count() == 1
    with pytest.raises(actions.pairs.OtherContent):
        answer(judge, {**data, "answer": "previous"}, revision)


@pytest.mark.django_db(transaction=True)
def test_one_answer_sent_by_several_connections_at_once_is_one(round_, judge):
    walk = begun(judge, round_)
    data, revision = body(walk, "current"), next(REVISION)

    race(*[lambda: answer(judge, data, revision)] * 4)

    assert Comparison.objects.count() == 1
    assert Walk.objects.get().seen[-1] == walk.here


@pytest.mark.django_db(transaction=True)
def test_judges_who_begin_at_once_are_sent_to_different_projects(round_):
    judges = JudgeFactory.create_batch(4, event=round_.event)

    walks = race(*[lambda j=j: actions.plan_walk(j, round_) for j in judges])

    assert len({walk.here for walk in walks}) == 4


def test_taking_back_goes_back_and_forgets_what_was_believed(round_, judge):
    walk = begun(judge, round_)
    data, revision = body(walk, "current"), next(REVISION)
    answer(judge, data, revision)

    for _twice in range(2):
        back = answer(judge, {**data, "undone": True}, revision)
        assert (back.at, back.here) == (walk.at, walk.here)

    assert Comparison.objects.get().undone_at is not None
    assert comparisons_of(round_) == []
    assert set(Contender.objects.values_list("mean", "variance")) == {(0.0, 1.0)}
    ahead = answer(judge, body(back, "previous"))
    assert ahead.at == walk.here
    assert [c.winner_id for c in comparisons_of(round_)] == [walk.at]


def test_an_answer_that_was_taken_back_before_it_arrived_never_counts(round_, judge):
    walk = begun(judge, round_)
    data = body(walk, "current", undone=True)

    back = answer(judge, data)

    assert (back.at, back.here) == (walk.at, walk.here)
    assert Comparison.objects.get().undone_at is not None


def test_a_second_phone_replaces_the_answer_and_the_first_is_kept(round_, judge):
    walk = begun(judge, round_)
    data = body(walk, "current")
    one = answer(judge, data, client="one")

    two = answer(judge, {**data, "answer": "previous"}, client="two")

    assert (one.seen, two.seen) == (two.seen, one.seen)
    assert [c.client for c in comparisons_of(round_)] == ["two"]
    assert Comparison.objects.count() == 2
    mean = dict(Contender.objects.values_list("project_id", "mean"))
    assert mean[walk.at] > mean[walk.here]


def test_passing_by_stores_no_comparison_and_comes_again_last(round_, judge):
    walk = begun(judge, round_)
    passed = walk.here
    data = body(walk, "busy")
    walk = answer(judge, data)
    assert answer(judge, data).here == walk.here != passed  # sent again

    walk = answer(judge, body(walk, "unsure"))
    unsure = walk.at
    while walk.here != passed:
        walk = answer(judge, body(walk, "current"))

    assert set(walk.seen) | {passed} == set(
        Project.objects.values_list("pk", flat=True)
    )
    assert unsure in walk.seen
    walk = answer(judge, body(walk, "current"))
    assert walk.here is None
    assert Comparison.objects.count() == 6  # of 7 steps one was unsure


@pytest.mark.parametrize("given", ["absent", "seen", "unsure"])
def test_what_is_no_vote_can_be_taken_back_too(round_, judge, given):
    walk = actions.plan_walk(judge, round_)
    if given == "unsure":
        walk = answer(judge, body(walk, "seen"))
    data = body(walk, given)
    answer(judge, data)

    back = answer(judge, {**data, "undone": True})

    assert (back.at, back.here) == (walk.at, walk.here)


def test_conflicts_forbidden_pairs_and_tracks_are_kept_to(round_, judge):
    one, two, three, *_rest = Project.objects.order_by("pk")
    Recusal.objects.create(judge=judge, project=one, source="declared")
    Pairing.objects.create(round=round_, judge=judge, project=two, rule="forbid")
    track = round_.event.tracks.create(name="Data")
    for project in (one, two, three):
        project.tracks.add(track)
    judge.tracks.add(track)

    assert actions.plan_walk(judge, round_).ahead == [three.pk]


def test_a_conflict_declared_later_stops_answers_and_counts_none(round_, judge):
    walk = begun(judge, round_)
    answer(judge, body(walk, "current"))
    actions.declare_conflict(judge, Project.objects.get(pk=walk.at))

    assert comparisons_of(round_) == []
    with pytest.raises(ConflictOfInterest):
        answer(judge, body(walk, "previous"))


def test_only_what_was_offered_is_answered(round_, judge):
    walk = begun(judge, round_)
    far = ProjectFactory(submitted=True)

    with pytest.raises(actions.pairs.NotYours):
        answer(judge, body(walk, "current", current=far.pk))
    with pytest.raises(actions.pairs.NotYours):
        answer(JudgeFactory(), body(walk, "current"))
    Project.objects.filter(pk=walk.here).update(status="withdrawn")
    with pytest.raises(ProjectIsGone):
        answer(judge, body(walk, "current"))
    judge.revoked_at = timezone.now()
    judge.save()
    with pytest.raises(actions.pairs.LinkIsClosed):
        answer(judge, body(walk, "current"))
    round_.kind = "expo"
    round_.save()
    with pytest.raises(NotPairwise):
        actions.plan_walk(judge, round_)
    assert not Comparison.objects.exists()


def test_who_has_left_is_sent_nowhere(round_, judge):
    Judge.objects.filter(pk=judge.pk).update(left_at=timezone.now())

    assert actions.plan_walk(judge, round_).ahead == []


def window(round_, **moments):
    moments.setdefault("opens_at", timezone.now() - timezone.timedelta(hours=9))
    round_.event.windows.filter(phase=Phase.JUDGING).update(**moments)


def test_late_answers_wait_for_an_organiser(round_, judge, host):
    walk = begun(judge, round_)
    now = timezone.now()
    window(round_, closes_at=now - timezone.timedelta(minutes=2))
    before = (now - timezone.timedelta(minutes=3)).isoformat()
    walk = answer(judge, body(walk, "current", tapped_at=before))  # within the grace
    assert len(comparisons_of(round_)) == 1
    walk = answer(judge, body(walk, "current", tapped_at=now.isoformat()))
    walk = answer(judge, body(walk, "current"))

    assert len(comparisons_of(round_)) == 1
    assert Comparison.objects.filter(late="waits").count() == 2
    assert actions.decide_late_votes(round_, judge, host, accept=True) == 2
    assert len(comparisons_of(round_)) == 3
    with pytest.raises(NothingIsLate):
        actions.decide_late_votes(round_, judge, host, accept=False)
    tomorrow = now + timezone.timedelta(days=1)
    window(round_, opens_at=tomorrow, closes_at=tomorrow + timezone.timedelta(hours=1))
    with pytest.raises(JudgingHasNotBegun):
        answer(judge, body(walk, "current"))
    assert AuditEntry.objects.filter(verb="judging.late_votes_accepted").count() == 1


def test_a_late_answer_that_is_taken_back_is_nobodys_to_decide(round_, judge, host):
    walk = begun(judge, round_)
    window(round_, closes_at=timezone.now() - timezone.timedelta(hours=2))
    data, revision = body(walk, "current"), next(REVISION)
    answer(judge, data, revision)

    back = answer(judge, {**data, "undone": True}, revision)

    assert back.here == walk.here
    with pytest.raises(NothingIsLate):
        actions.decide_late_votes(round_, judge, host, accept=True)


def test_left_out_answers_stay_left_out(round_, judge, host):
    walk = begun(judge, round_)
    window(round_, closes_at=timezone.now() - timezone.timedelta(hours=2))
    answer(judge, body(walk, "current"))

    actions.decide_late_votes(round_, judge, host, accept=False)

    assert comparisons_of(round_) == []


# --- The phone


@pytest.fixture
def phone(client, judge):
    client.get(judge.get_link_path())
    return client


def put(phone, data, client="phone", revision=7):
    url = reverse("judging:comparison", args=[client, revision])
    data = data if isinstance(data, str) else json.dumps(data)
    return phone.put(url, data, content_type="application/json")


def test_the_phone_carries_the_next_projects_along(phone, round_):
    url = reverse("judging:pairs_state")
    assert phone.get(url).json()["rounds"][0]["ahead"] == []
    state = phone.post(url).json()
    assert phone.get(url).json()["rounds"] == state["rounds"]

    here = state["rounds"][0]
    assert len(here["ahead"]) == AHEAD
    assert set(here["projects"]) == {str(pk) for pk in here["ahead"]}
    walk = Walk.objects.get()
    saved = put(phone, body(walk, "seen")).json()
    assert (saved["menlo"], saved["outcome"], saved["revision"]) == (
        "saved",
        "applied",
        7,
    )
    assert saved["walk"]["at"] == walk.here


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"answer": "both"}, "answer"),
        ({"answer": None}, "answer"),
        ({"current": "5"}, "current"),
        ({"current": True}, "current"),
        ({"current": -1}, "current"),
        ({"previous": None}, "previous"),
        ({"previous": 1.5}, "previous"),
        ({"round": None}, "round"),
        ({"undone": 1}, "undone"),
        ({"seconds": -4}, "seconds"),
        ({"seconds": 10**9}, "seconds"),
        ({"tapped_at": "yesterday"}, "tapped_at"),
        ({"tapped_at": "2026-11-23T10:00:00"}, "tapped_at"),
        ({"tapped_at": "2026-99-99T10:00:00Z"}, "tapped_at"),
        ({"winner": 3}, "winner"),
    ],
)
def test_what_is_no_answer_is_refused_by_name(phone, round_, judge, changed, field):
    walk = begun(judge, round_)

    refused = put(phone, {**body(walk, "current"), **changed})

    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert not Comparison.objects.exists()


def test_no_json_a_project_against_itself_and_strangers_are_refused(
    phone, round_, judge
):
    walk = begun(judge, round_)

    assert put(phone, "[").status_code == 400
    assert put(phone, "[]").status_code == 422
    same = body(walk, "current", previous=walk.here)
    assert put(phone, same).status_code == 422
    assert put(phone, body(walk, "current"), client="x" * 41).status_code == 403
    assert put(Client(), body(walk, "current")).status_code == 401
    assert Client().get(reverse("judging:pairs_state")).status_code == 401


def test_a_vote_costs_few_queries_however_many_there_were(
    phone, round_, judge, django_assert_max_num_queries
):
    walk = begun(judge, round_)
    for _vote in range(2):
        walk = answer(judge, body(walk, "current"))

    assert len(walk.ahead) > 4 or answer(judge, body(walk, "current"))
    walk = Walk.objects.get()
    with django_assert_max_num_queries(13):  # with the session and its savepoint
        put(phone, body(walk, "current"))


def page(phone, **data):
    url = reverse("judging:pairs")
    return (
        phone.post(url, data, follow=True) if data else phone.get(url)
    ).content.decode()


def fields(walk, answer, seconds=30):
    return {
        "round": walk.round_id,
        "previous": walk.at or "",
        "current": walk.here,
        "shown_at": int((timezone.now().timestamp() - seconds) * 1000),
        "answer": answer,
    }


def test_the_page_works_as_a_plain_form(phone, round_):
    assert "Begin" in page(phone)
    assert "Start here" in page(phone, round=round_.pk, begin="yes")
    walk = Walk.objects.get()
    assert "Saved." in page(phone, **fields(walk, "seen"))
    walk.refresh_from_db()
    quick = fields(walk, "current", seconds=1)
    html = page(phone, **quick)
    assert "That was quick" in html
    assert not Comparison.objects.exists()
    assert "Saved." in page(phone, **quick, sure="yes")
    assert Comparison.objects.get().seconds < 3
    assert "Taken back." in page(phone, round=round_.pk, undo="yes")
    assert comparisons_of(round_) == []
    walk.refresh_from_db()
    page(phone, **fields(walk, "previous"))
    assert "Taken back." in page(phone, round=round_.pk, undo="yes")
    assert "not known" in page(phone, **fields(walk, "nonsense"))
    drop_guards()  # as the owner of the database
    Comparison.objects.all().delete()
    set_guards()
    assert "not known" in page(phone, round=round_.pk, undo="yes")
    assert "Which of these two" in page(phone, round="x")
    assert phone.get(reverse("judging:home")).status_code == 302


def test_without_a_pairwise_round_the_page_says_so(client, judge, round_):
    round_.delete()
    client.get(judge.get_link_path())

    assert (
        "no pairs to compare" in client.get(reverse("judging:pairs")).content.decode()
    )


def test_organisers_see_progress_haste_absence_and_what_is_late(
    client, round_, judge, host
):
    walk = begun(judge, round_)
    walk = answer(judge, body(walk, "current", seconds=1))
    passed = Project.objects.get(pk=walk.here)
    walk = answer(judge, body(walk, "absent"))
    window(round_, closes_at=timezone.now() - timezone.timedelta(hours=2))
    answer(judge, body(walk, "current"))
    client.force_login(host)
    url = reverse("judging:pairs_progress", args=[round_.event.slug, round_.pk])

    html = client.get(url).content.decode()

    assert "1 comparison counts so far." in html
    assert "1 in under three seconds" in html
    assert "1 arrived after closing" in html
    assert passed.title in html
    decide = reverse(
        "judging:late_votes", args=[round_.event.slug, round_.pk, judge.pk]
    )
    client.post(decide, {"decision": "accept"})
    assert "2 comparisons count so far." in client.get(url).content.decode()
    client.post(decide, {"decision": "reject"})
    assert len(comparisons_of(round_)) == 2
