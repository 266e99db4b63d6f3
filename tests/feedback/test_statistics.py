import math
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.statistics import (
    Estimate,
    Pair,
    mean_with_interval,
    pairs,
    share_with_interval,
    sus_equivalent,
    t_quantile,
    umux_lite,
)


@pytest.mark.parametrize(
    ("meets", "easy", "score"), [(1, 1, 0), (7, 7, 100), (4, 4, 50), (7, 1, 50)]
)
def test_umux_lite_runs_from_0_to_100(meets, easy, score):
    assert umux_lite(meets, easy) == pytest.approx(score)


def test_sus_equivalent_is_the_regression_of_2013():
    assert sus_equivalent(0) == pytest.approx(22.9)
    assert sus_equivalent(100) == pytest.approx(87.9)


# Any printed table of Student's t, two-sided 90 % and 95 %.
@pytest.mark.parametrize(
    ("degrees", "ninety", "ninety_five"),
    [
        (1, 6.313752, 12.706205),
        (2, 2.919986, 4.302653),
        (3, 2.353363, 3.182446),
        (4, 2.131847, 2.776445),
        (5, 2.015048, 2.570582),
        (9, 1.833113, 2.262157),
        (10, 1.812461, 2.228139),
        (29, 1.699127, 2.045230),
        (30, 1.697261, 2.042272),
        (120, 1.657651, 1.979930),
        (400, 1.648672, 1.965912),
        (1000, 1.646379, 1.962339),
    ],
)
def test_t_quantile_is_that_of_the_tables(degrees, ninety, ninety_five):
    assert t_quantile(degrees) == pytest.approx(ninety, abs=2e-6)
    assert t_quantile(degrees, 0.95) == pytest.approx(ninety_five, abs=2e-6)


def t_probability(t, degrees):
    """P(-t < T < t) by the finite sums of Abramowitz & Stegun 26.7.3 and 4."""
    angle = math.atan(t / math.sqrt(degrees))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = degrees % 2
    term = cosine if odd else 1.0
    total = term if degrees > 1 else 0.0
    for step in range(2 if odd else 1, degrees - 2, 2):
        term *= step / (step + 1) * cosine**2
        total += term
    return (angle + sine * total) * 2 / math.pi if odd else sine * total


@given(st.integers(1, 400), st.floats(0.5, 0.99))
def test_t_quantile_inverts_the_distribution(degrees, confidence):
    t = t_quantile(degrees, confidence)

    assert t_probability(t, degrees) == pytest.approx(confidence, abs=1e-6)


def test_mean_with_interval_by_hand():
    # mean 60, standard deviation 15.811, t(4) = 2.132, margin 15.074
    assert mean_with_interval([40, 50, 60, 70, 80]) == Estimate(
        pytest.approx(60),
        pytest.approx(44.926, abs=1e-3),
        pytest.approx(75.074, abs=1e-3),
        5,
    )


@pytest.mark.parametrize("values", [[], [50.0]])
def test_mean_needs_two_values(values):
    assert mean_with_interval(values) is None


def test_equal_answers_are_no_certainty():
    estimate = mean_with_interval([75.0] * 5)

    assert estimate.low < 75 < estimate.high


@given(st.lists(st.floats(0, 100), min_size=2, max_size=60))
def test_mean_interval_holds_the_mean_and_the_scale(values):
    estimate = mean_with_interval(values)

    assert estimate.n == len(values)
    assert estimate.value == pytest.approx(fmean(values))
    assert 0 <= estimate.low <= estimate.value + 1e-9
    assert estimate.value - 1e-9 <= estimate.high <= 100


def test_more_answers_narrow_the_interval():
    few, many = mean_with_interval([20, 80] * 3), mean_with_interval([20, 80] * 30)

    assert many.high - many.low < few.high - few.low


def test_wilson_interval_by_hand():
    # 8 of 10 at z = 1.645: the published worked value is 0.541 to 0.931
    estimate = share_with_interval(8, 10)

    assert estimate.value == pytest.approx(0.8)
    assert estimate.low == pytest.approx(0.5408, abs=2e-3)
    assert estimate.high == pytest.approx(0.9314, abs=2e-3)


def test_wilson_interval_of_nobody():
    assert share_with_interval(0, 0) is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_stays_between_0_and_1(answers):
    yes, n = answers
    estimate = share_with_interval(yes, n)

    assert 0 <= estimate.low <= yes / n <= estimate.high <= 1
    assert estimate.low < estimate.high


def test_pairs_count_and_lift():
    found = pairs([{1, 2}, {1, 2}, {1, 3}, {4}])

    # 1 is in three of four, 2 in two: by chance 1.5 together, in truth 2.
    assert found[0] == Pair(1, 2, 2, pytest.approx(4 / 3))
    assert found[1] == Pair(1, 3, 1, pytest.approx(4 / 3))
    assert len(found) == 2


@given(st.lists(st.sets(st.integers(0, 6), max_size=5), max_size=20))
def test_pairs_agree_with_counting_by_hand(baskets):
    for pair in pairs(baskets):
        a = sum(pair.first in basket for basket in baskets)
        b = sum(pair.second in basket for basket in baskets)
        both = sum({pair.first, pair.second} <= basket for basket in baskets)

        assert pair.count == both > 0
        assert math.isclose(pair.lift, both * len(baskets) / (a * b))
