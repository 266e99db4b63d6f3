"""Who sees what: even, connected, well mixed, short to walk, and stable."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging.assignment import ALL_SEE_ALL, Problem, plan
from judging.graph import groups_of, mixing_of
from scripts.bench.assignment import dealt_at_random, dealt_greedily, lap_of

quick = settings(max_examples=25, deadline=None)


def problem(judges, projects, **fields):
    """Everybody may see everything; judges count from 1, projects from 1001."""
    who, what = range(1, judges + 1), range(1001, 1001 + projects)
    fields.setdefault("allowed", {judge: set(what) for judge in who})
    return Problem(judges=who, projects=what, **fields)


def counts(pairs):
    return Counter(p for _j, p in pairs), Counter(j for j, _p in pairs)


@st.composite
def rooms(draw):
    """An event of some size, whose judges have conflicts here and there."""
    judges = draw(st.integers(1, 16))
    projects = draw(st.integers(1, 50))
    chance = draw(st.randoms(use_true_random=False))
    clean = problem(judges, projects, wanted=draw(st.integers(2, 5)))
    share = draw(st.sampled_from([0, 0.05, 0.3, 0.8]))
    allowed = {
        judge: {p for p in clean.projects if chance.random() >= share}
        for judge in clean.judges
    }
    some = [(j, p) for j in allowed for p in allowed[j] if chance.random() < 0.03]
    return replace(
        clean,
        allowed=allowed,
        pins=some[: len(some) // 3],
        fixed=some[len(some) // 3 :],
        is_fresh=draw(st.booleans()),
    )


@pytest.mark.no_cover
@quick
@given(
    judges=st.integers(4, 20), projects=st.integers(13, 70), wanted=st.integers(2, 4)
)
def test_without_conflicts_all_counts_are_exact_and_all_loads_even(
    judges, projects, wanted
):
    result = plan(problem(judges, projects, wanted=wanted, is_fresh=True))

    seen_by, load = counts(result.pairs)
    wanted = min(judges, wanted)
    assert set(seen_by.values()) <= {wanted, wanted + 1}
    if wanted * projects >= judges + projects - 1:
        assert set(seen_by.values()) == {wanted}
        assert max(load.values()) - min(load[j] for j in range(1, judges + 1)) <= 1
    assert len(result.groups) == 1
    assert result.missing == {}


@pytest.mark.no_cover
@quick
@given(rooms())
def test_conflicts_pins_and_what_is_scored_are_always_respected(room):
    result = plan(room)

    pairs = result.pairs
    assert all(p in room.allowed[j] for j, p in pairs)
    assert pairs >= set(room.pins) | set(room.fixed)
    seen_by, _load = counts(pairs)
    forced = Counter(p for _j, p in {*room.pins, *room.fixed})
    all_see_all = len(room.projects) <= ALL_SEE_ALL or len(room.judges) <= room.wanted
    for p in room.projects:
        able = sum(p in room.allowed[j] for j in room.judges)
        wanted = able if all_see_all else min(room.wanted, able)
        assert wanted <= seen_by[p] <= max(wanted + 1, forced[p] + 1, wanted)
        assert result.missing.get(p, 0) == max(room.wanted - seen_by[p], 0)


@pytest.mark.no_cover
@quick
@given(rooms())
def test_it_is_connected_whenever_it_could_be(room):
    """Groups that remain are groups between which nobody may go."""
    result = plan(room)

    group_of = {p: n for n, group in enumerate(result.groups) for p in group.projects}
    for number, group in enumerate(result.groups):
        for judge in group.judges:
            met = {group_of[p] for p in room.allowed[judge] if p in group_of}
            assert met <= {number}


@pytest.mark.no_cover
@quick
@given(rooms())
def test_loads_are_as_even_as_conflicts_allow(room):
    """No judge could give a card to somebody who has two fewer."""
    if len(room.projects) <= ALL_SEE_ALL or len(room.judges) <= room.wanted:
        return
    result = plan(replace(room, pins=(), fixed=()))

    seen_by, load = counts(result.pairs)
    if max(seen_by.values(), default=0) > room.wanted:
        return  # a card more, to connect two groups
    for j, p in result.pairs:
        for other in room.judges:
            if p in room.allowed[other] and (other, p) not in result.pairs:
                assert load[j] - load[other] <= 1


@pytest.mark.no_cover
@quick
@given(rooms(), st.integers(0, 5))
def test_the_same_problem_gives_the_same_plan_and_names_do_not_matter(room, shift):
    def renamed(pairs):
        return [(j * 7 + shift, p) for j, p in pairs]

    mine = plan(room)
    other = plan(
        replace(
            room,
            judges=[j * 7 + shift for j in room.judges],
            allowed={j * 7 + shift: ps for j, ps in room.allowed.items()},
            pins=renamed(room.pins),
            fixed=renamed(room.fixed),
        )
    )

    assert other.pairs == set(renamed(mine.pairs))
    assert list(other.routes.values()) == list(mine.routes.values())


@pytest.mark.no_cover
@settings(max_examples=8, deadline=None)
@given(judges=st.integers(5, 25), projects=st.integers(13, 90), seed=st.integers(0, 99))
def test_judges_are_mixed_better_than_by_dealing(judges, projects, seed):
    room = problem(judges, projects, is_fresh=True)

    result = plan(room)

    assert result.mixing == pytest.approx(mixing_of(result.pairs))
    assert result.mixing >= mixing_of(dealt_greedily(room)) - 1e-9
    by_chance = sorted(
        mixing_of(dealt_at_random(room, seed + more)) for more in range(5)
    )
    assert result.mixing >= by_chance[2] - 1e-9  # the middle one


def test_in_a_large_room_ways_are_short_and_begin_everywhere():
    room = problem(40, 200, is_fresh=True)

    result = plan(room)

    assert lap_of(room, result.routes) < 0.62
    starts = sorted(room.projects.index(route[0]) for route in result.routes.values())
    quarters = Counter(start * 4 // 200 for start in starts)
    assert min(quarters[n] for n in range(4)) >= 5
    for route in result.routes.values():
        turn = route.index(min(route))  # tables in order, once around the ring
        assert route[turn:] + route[:turn] == sorted(route)


def test_in_a_small_event_all_see_all_and_nobody_stands_in_line():
    result = plan(problem(5, 10))

    for step in range(10):
        assert len({route[step] for route in result.routes.values()}) == 5
    assert all(
        sorted(route) == list(range(1001, 1011)) for route in result.routes.values()
    )
    assert result.mixing == pytest.approx(1)


def test_on_stage_everybody_goes_by_the_running_order():
    result = plan(problem(6, 20, is_walk=False))

    assert all(route == sorted(route) for route in result.routes.values())


def test_fewer_judges_than_wanted_all_see_all():
    result = plan(problem(2, 30))

    assert all(len(route) == 30 for route in result.routes.values())
    assert set(result.missing.values()) == {1}


def test_tracks_are_connected_by_whoever_may_see_both():
    room = problem(9, 60)
    left, right = set(room.projects[:30]), set(room.projects[30:])
    allowed = {j: left if j <= 4 else right for j in room.judges} | {9: left | right}

    apart = plan(replace(room, allowed={**allowed, 9: right}))
    joined = plan(replace(room, allowed=allowed))

    assert len(apart.groups) == 2
    assert apart.mixing == pytest.approx(0, abs=1e-9)
    assert len(joined.groups) == 1


def test_a_judge_without_a_card_may_link_two_groups():
    """Nobody sees both halves but one, for whom nothing was left."""
    room = problem(3, 14, wanted=1)
    left, right = set(room.projects[:7]), set(room.projects[7:])
    fixed = [(1, p) for p in left] + [(2, p) for p in right]

    result = plan(
        replace(room, allowed={1: left, 2: right, 3: left | right}, fixed=fixed)
    )

    assert len(result.routes[3]) == 2
    assert len(result.groups) == 1


def test_nobody_and_nothing_is_no_plan():
    assert plan(problem(0, 20)).missing == dict.fromkeys(range(1001, 1021), 3)
    assert plan(problem(3, 0)).routes == {1: [], 2: [], 3: []}
    assert groups_of([]) == []
    assert mixing_of([]) == 0


# --- Planning again


def began(room, result, share, seed=1):
    """As it is when judges have scored the first part of their routes."""
    fixed = {
        (j, p)
        for j, route in result.routes.items()
        for p in route[: int(len(route) * share)]
    }
    return replace(
        room,
        is_fresh=False,
        fixed=fixed,
        dealt=result.pairs - fixed,
        first={j: route[0] for j, route in result.routes.items() if route},
    )


def moved(before, after):
    """Cards taken from somebody who is still there."""
    return {(j, p) for j, p in before.pairs - after.pairs if j in after.routes}


def test_planning_again_moves_nothing_when_nothing_has_happened():
    room = problem(20, 60, is_fresh=True)
    first = plan(room)

    assert plan(replace(room, dealt=first.pairs)).pairs == first.pairs
    assert plan(began(room, first, 0.4)).pairs == first.pairs
    assert plan(began(room, first, 0.4)).routes == first.routes


@pytest.mark.no_cover
@settings(max_examples=12, deadline=None)
@given(
    judges=st.integers(6, 14),
    projects=st.integers(13, 40),
    share=st.sampled_from([0, 0.3, 0.7]),
    chance=st.randoms(use_true_random=False),
)
def test_a_judge_who_leaves_is_replaced_and_hardly_anything_else_moves(
    judges, projects, share, chance
):
    room = problem(judges, projects, is_fresh=True)
    first = plan(room)
    later = began(room, first, share)
    leaver = chance.choice(list(room.judges))
    left = [j for j in room.judges if j != leaver]
    lost = {(j, p) for j, p in later.dealt if j == leaver}

    again = plan(replace(later, judges=left))

    assert len(moved(first, again)) <= len(lost) // 3 + 2
    pairs = again.pairs | set(later.fixed)
    assert set(counts(pairs)[0].values()) <= {3, 4}
    loads = [len(route) for route in again.routes.values()]
    assert max(loads) - min(loads) <= 1
    assert len(again.groups) == 1


def test_a_judge_who_comes_late_gets_what_can_be_done_in_the_time_left():
    room = problem(10, 60, is_fresh=True)
    first = plan(replace(room, judges=range(1, 10)))
    later = replace(began(room, first, 0.5), judges=range(1, 11))

    again = plan(later)

    left = {
        j: sum((j, p) not in later.fixed for p in again.routes[j]) for j in range(1, 11)
    }
    assert 7 <= left[10] <= 10
    assert max(left.values()) <= 10
    assert len(moved(first, again)) == left[10]


def test_a_slow_judge_keeps_their_cards():
    """Only who comes late is spared; else the quick would do the slow ones' work."""
    room = problem(10, 60, is_fresh=True)
    first = plan(room)
    fixed = {(j, p) for j, p in first.pairs if j > 2}

    again = plan(replace(began(room, first, 0), fixed=fixed, dealt=first.pairs - fixed))

    assert again.pairs == first.pairs


def test_a_project_that_comes_late_moves_nothing():
    room = problem(10, 40, is_fresh=True)
    first = plan(replace(room, projects=room.projects[:-1]))

    again = plan(began(room, first, 0.5))

    assert moved(first, again) == set()
    assert counts(again.pairs)[0][room.projects[-1]] == 3


def test_an_absent_team_is_left_out_and_loads_stay_even():
    room = problem(10, 40, is_fresh=True)
    first = plan(room)
    gone = room.projects[7]
    later = began(
        replace(room, projects=[p for p in room.projects if p != gone]), first, 0
    )

    again = plan(later)

    assert gone not in counts(again.pairs)[0]
    assert len({(j, p) for j, p in moved(first, again) if p != gone}) <= 3
    assert again.loads[1] - again.loads[0] <= 1


def test_fewer_wanted_takes_cards_back_but_tears_nothing_apart():
    room = problem(8, 40, is_fresh=True)
    first = plan(room)

    again = plan(replace(began(room, first, 0.2), wanted=2))

    seen_by = Counter(counts(again.pairs)[0].values())
    assert seen_by.keys() <= {2, 3}
    assert seen_by[3] <= 4  # what holds the graph together
    assert len(again.groups) == 1
    assert len(again.pairs - first.pairs) <= 4


def test_a_pin_takes_the_place_of_an_open_card():
    room = problem(10, 40, is_fresh=True)
    first = plan(room)
    pin = next(
        (j, p) for j in room.judges for p in room.projects if (j, p) not in first.pairs
    )

    again = plan(replace(began(room, first, 0), pins=[pin]))

    assert pin in again.pairs
    assert counts(again.pairs)[0][pin[1]] == 3
    assert len(moved(first, again)) <= 3


def test_a_torn_graph_is_mended_with_few_moves():
    """Two rooms were planned apart; now everybody may go everywhere."""
    room = problem(12, 60)
    left, right = set(room.projects[:30]), set(room.projects[30:])
    torn = plan(
        replace(room, allowed={j: left if j <= 6 else right for j in room.judges})
    )
    assert len(torn.groups) == 2

    again = plan(began(room, torn, 0.3))

    assert len(again.groups) == 1
    assert len(moved(torn, again)) == 2
    assert again.loads == torn.loads


def test_where_nothing_is_open_a_card_more_connects():
    room = problem(4, 20, wanted=2)
    fixed = [
        (j, p)
        for n, p in enumerate(room.projects)
        for j in ((1, 2) if n < 10 else (3, 4))
    ]

    again = plan(replace(room, fixed=fixed))

    assert len(again.pairs) == len(fixed) + 1
    assert len(again.groups) == 1


def test_the_order_of_the_input_is_no_secret_advantage():
    """Shuffled judges get plans that are as good."""
    room = problem(12, 50, is_fresh=True)
    shuffled = random.Random(4).sample(list(room.judges), 12)

    result = plan(replace(room, judges=shuffled))

    assert result.loads == plan(room).loads
    assert result.mixing == pytest.approx(plan(room).mixing, rel=0.1)
