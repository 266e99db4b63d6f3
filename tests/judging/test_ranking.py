from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from judging.assignment import deal
from judging.ranking import Given, Scale, rank

RUBRIC = {1: Scale(1, 5, Fraction(1)), 2: Scale(0, 10, Fraction(3, 2))}
scores = st.lists(
    st.builds(
        Given,
        judge=st.integers(1, 4),
        project=st.integers(1, 6),
        criterion=st.just(1),
        value=st.integers(1, 5),
    ),
    unique_by=lambda s: (s.judge, s.project),
)


def test_the_weighted_mean_of_shares_decides():
    ranked = rank(
        [Given(1, 7, 1, 5), Given(1, 7, 2, 5), Given(2, 7, 1, 3), Given(1, 8, 1, 1)],
        RUBRIC,
    )

    assert [(one.project, one.rank, one.judges) for one in ranked] == [
        (7, 1, 2),
        (8, 2, 1),
    ]
    assert ranked[0].criteria == {1: Fraction(3, 4), 2: Fraction(1, 2)}
    assert ranked[0].score == (Fraction(3, 4) + Fraction(3, 4)) / Fraction(5, 2)


@given(scores, st.randoms())
def test_the_order_of_arrival_changes_nothing(given_, chance):
    shuffled = list(given_)
    chance.shuffle(shuffled)

    assert rank(given_, RUBRIC) == rank(shuffled, RUBRIC)


@given(scores, st.integers(1, 50))
def test_weights_count_only_against_each_other(given_, factor):
    scaled = {1: Scale(1, 5, Fraction(factor))}

    assert rank(given_, scaled) == rank(given_, {1: Scale(1, 5, Fraction(1))})


@given(scores)
def test_ties_share_a_rank_and_better_is_never_behind(given_):
    ranked = rank(given_, RUBRIC)

    for first, second in pairwise(ranked):
        assert first.score >= second.score
        assert (first.rank == second.rank) == (first.score == second.score)


def test_in_a_small_event_all_see_all():
    routes = deal([1, 2], [10, 11, 12], {1: {10, 11, 12}, 2: {10, 12}})

    assert {judge: set(route) for judge, route in routes.items()} == {
        1: {10, 11, 12},
        2: {10, 12},
    }


def test_in_a_large_event_three_judges_see_each_project():
    judges, projects = range(1, 11), range(100, 140)

    routes = deal(judges, projects, {judge: set(projects) for judge in judges})

    seen = [project for route in routes.values() for project in route]
    loads = [len(route) for route in routes.values()]
    assert all(seen.count(project) == 3 for project in projects)
    assert max(loads) - min(loads) <= 1


def test_without_judges_there_are_no_routes():
    assert deal([], [1], {}) == {}
