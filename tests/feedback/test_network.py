import random
from itertools import product

import numpy as np
import pytest
import scipy  # loads its parts when they are used
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.landscape.network import (
    FALSE_DISCOVERIES,
    Kind,
    benjamini_hochberg,
    network,
    tails,
)

NEEDS, PER_NEED, TEAMS = 10, 3, 60
TOOL = {pair: n for n, pair in enumerate(product(range(NEEDS), range(PER_NEED)))}
NEED_OF = {TOOL[need, place]: need for need, place in TOOL}
TOGETHER = [((1, 0), (3, 0)), ((3, 1), (5, 0)), ((6, 0), (7, 0)), ((8, 0), (9, 0))]
INSTEAD = [((0, 0), (0, 1)), ((2, 0), (2, 1)), ((4, 0), (4, 1))]
PLANTED = {
    Kind.TOGETHER: {frozenset((TOOL[a], TOOL[b])) for a, b in TOGETHER},
    Kind.INSTEAD: {frozenset((TOOL[a], TOOL[b])) for a, b in INSTEAD},
}


def sixty_teams(seed, *, is_planted=True):
    """Five events of twelve teams. Some tools replace, some complete one another."""
    chance = random.Random(seed)
    stacks = []
    for team in range(TEAMS):
        named = {tool for tool in TOOL if chance.random() < 0.25}
        if is_planted:
            for one, other in INSTEAD:
                named -= {one, other}
                named |= (
                    {chance.choice([one, other])} if chance.random() < 0.8 else {*()}
                )
            for one, other in TOGETHER:
                named.discard(other)
                if chance.random() < (0.75 if one in named else 0.08):
                    named.add(other)
        stacks.append((team // 12, {TOOL[tool] for tool in named}))
    return stacks


def found_in(seeds, **how):
    """(right, wrong, missed) of each kind, over simulated communities."""
    score = {kind: np.zeros(3, int) for kind in Kind}
    for seed in seeds:
        edges = network(sixty_teams(seed, **how), NEED_OF).edges
        for kind in Kind:
            found = {edge.tools for edge in edges if edge.kind is kind}
            planted = PLANTED[kind]
            score[kind] += [
                len(found & planted), len(found - planted), len(planted - found)
            ]  # fmt: skip
    return score


@pytest.mark.parametrize("kind", Kind)
def test_planted_complements_and_substitutes_are_found(kind):
    right, wrong, missed = found_in(range(20))[kind]

    assert right / (right + wrong) >= 0.9  # precision, see docs/landscape.md
    assert right / (right + missed) >= 0.9  # recall


def test_where_there_is_no_structure_hardly_anything_is_found():
    score = found_in(range(20), is_planted=False)

    # All of them are wrong; chance would give 5 % of 435 pairs, 21 in each community.
    assert sum(right + wrong for right, wrong, _missed in score.values()) <= 6


@given(st.data())
def test_one_event_is_fishers_exact_test(data):
    n = data.draw(st.integers(2, 40))
    a, b = data.draw(st.integers(1, n)), data.draw(st.integers(1, n))
    both = data.draw(st.integers(max(0, a + b - n), min(a, b)))

    fewer, more = tails([n], np.array([[a]]), np.array([[b]]), np.array([both]))

    table = [[both, a - both], [b - both, n - a - b + both]]
    assert more[0] == pytest.approx(
        scipy.stats.fisher_exact(table, "greater")[1], abs=1e-9
    )
    assert fewer[0] == pytest.approx(
        scipy.stats.fisher_exact(table, "less")[1], abs=1e-9
    )


EVENT = st.integers(1, 12).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(0, n))
)


@settings(deadline=None)
@given(st.lists(EVENT, min_size=1, max_size=5), st.data())
def test_several_events_are_the_convolution_of_theirs(events, data):
    chances = np.ones(1)
    for n, a, b in events:
        chances = np.convolve(
            chances, scipy.stats.hypergeom.pmf(np.arange(n + 1), n, a, b)
        )
    both = data.draw(st.integers(0, sum(min(a, b) for _n, a, b in events)))
    sizes, a, b = (np.array(column) for column in zip(*events, strict=True))

    fewer, more = tails(sizes, a[None], b[None], np.array([both]))

    assert fewer[0] == pytest.approx(chances[: both + 1].sum(), abs=1e-9)
    assert more[0] == pytest.approx(chances[both:].sum(), abs=1e-9)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_q_values_are_those_of_scipy(p_values):
    ours = benjamini_hochberg(np.array(p_values), len(p_values))

    assert ours == pytest.approx(
        scipy.stats.false_discovery_control(p_values, method="bh")
    )


def test_a_fashion_of_one_event_is_no_line():
    """All used both there, and nobody elsewhere: pooled, that would look like proof."""
    stacks = [(1, {1, 2}) for _team in range(12)] + [(2, {3}) for _team in range(12)]

    assert network(stacks, {1: 1, 2: 2, 3: 3}).edges == ()


def test_two_teams_are_too_few_for_a_line():
    stacks = [(1, {1, 2}), (1, {1, 2}), *[(1, {3}) for _team in range(40)]]

    assert network(stacks, {1: 1, 2: 2, 3: 3}).tested == 0


@pytest.mark.parametrize("stacks", [[], [(1, set())], [(1, {5})]])
def test_nothing_to_compare(stacks):
    assert network(stacks, {5: 1}).edges == ()


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_lines_are_the_same_in_whatever_order_teams_come(seed):
    stacks = sixty_teams(seed)
    shuffled = random.Random(seed).sample(stacks, len(stacks))

    ours, theirs = network(stacks, NEED_OF), network(shuffled, NEED_OF)

    assert [(e.tools, e.kind) for e in ours.edges] == [
        (e.tools, e.kind) for e in theirs.edges
    ]
    for edge in ours.edges:
        assert 0 <= edge.p <= edge.q <= FALSE_DISCOVERIES
        assert (edge.lift > 1) is (edge.kind is Kind.TOGETHER)
        together = sum(edge.tools <= tools for _event, tools in stacks)
        assert edge.together == together


def test_only_tools_for_the_same_need_replace_one_another():
    stacks = [(1, {1 + n % 2}) for n in range(40)]

    assert network(stacks, {1: 1, 2: 2}).edges == ()
    (edge,) = network(stacks, {1: 1, 2: 1}).edges
    assert (edge.kind, edge.together, edge.expected) == (Kind.INSTEAD, 0, 10)
