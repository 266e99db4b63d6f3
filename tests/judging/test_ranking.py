from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

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
