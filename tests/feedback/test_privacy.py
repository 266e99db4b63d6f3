"""Attempts to find out about fewer than k people. Each answer is its own number."""

from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from feedback.privacy import Atom, Cell, atoms, shown_groups

START = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def histories(draw):
    """Events of some series, one closing after the other, with answers to one tool."""
    number = count()
    sizes = draw(
        st.lists(
            st.tuples(st.integers(1, 3), st.integers(0, 9), st.integers(5, 7)),
            max_size=15,
        )
    )
    return [
        Cell(
            series=series,
            final_at=START + timedelta(days=event),
            event=event,
            k=k,
            answers=tuple(next(number) for _person in range(size)),
        )
        for event, (series, size, k) in enumerate(sizes)
    ]


def cell(event, size, *, series=1, k=5):
    return Cell(series, START + timedelta(days=event), event, k, (event,) * size)


def test_a_group_of_k_stands_by_itself():
    assert atoms([cell(1, 5)]) == [Atom((1,), (1,) * 5)]


def test_a_smaller_group_is_not_shown():
    assert atoms([cell(1, 4)]) == []


def test_small_groups_of_a_series_wait_for_each_other():
    assert atoms([cell(1, 3), cell(2, 7), cell(3, 2), cell(4, 4)]) == [
        Atom((2,), (2,) * 7),
        Atom((1, 3), (1, 1, 1, 3, 3)),
    ]


def test_small_groups_of_different_series_do_not_mix():
    assert atoms([cell(1, 3, series=1), cell(2, 3, series=2)]) == []


def test_the_strictest_event_of_a_group_decides():
    assert atoms([cell(1, 3, k=8), cell(2, 4)]) == []


@given(histories())
def test_whatever_is_shown_is_made_of_disjoint_groups_of_k(cells):
    found = atoms(cells)

    k_of = {c.event: c.k for c in cells}
    everybody = [answer for atom in found for answer in atom.answers]
    assert len(everybody) == len(set(everybody))
    assert all(
        len(atom.answers) >= max(k_of[event] for event in atom.events) for atom in found
    )


def visible(cells):
    """Every set of people about whom some page shows a number."""
    found = atoms(cells)
    sets = [frozenset(atom.answers) for atom in found if len(atom.events) == 1]
    for series in {c.series for c in cells}:
        own = atoms([c for c in cells if c.series == series])
        sets.append(frozenset(a for atom in own for a in atom.answers))
    sets.append(frozenset(a for atom in found for a in atom.answers))
    return {s for s in sets if s}


@given(histories())
def test_no_difference_of_pages_over_all_time_isolates_a_small_group(cells):
    """Take the pages after each closing; subtract all that is inside of another."""
    seen = set()
    for moment in range(len(cells) + 1):
        seen |= visible(cells[:moment])

    for bigger in seen:
        for smaller in seen:
            assert len(bigger - smaller) == 0 or len(bigger - smaller) >= 5
        rest = bigger
        for inside in sorted(seen, key=len):
            if inside < bigger:
                rest = rest - inside
        assert len(rest) == 0 or len(rest) >= 5


@given(histories())
def test_a_group_never_changes_once_it_is_shown(cells):
    before = []
    for moment in range(len(cells) + 1):
        now = atoms(cells[:moment])
        assert set(before) <= set(now)
        before = now


def test_small_roles_are_shown_as_others():
    assert shown_groups({"a": 9, "b": 3, "c": 2}, 5) == ({"a": 9}, 5)


def test_one_small_role_is_hidden_behind_another():
    assert shown_groups({"a": 9, "b": 6, "c": 2}, 5) == ({"a": 9}, 8)


def test_too_few_people_have_no_roles_at_all():
    assert shown_groups({"a": 3, "b": 1}, 5) == ({}, 0)


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12)), st.integers(5, 9)
)
def test_no_total_minus_roles_leaves_fewer_than_k(counts, k):
    shown, rest = shown_groups(counts, k)

    assert all(n >= k for n in shown.values())
    assert rest == 0 or rest >= k
    total = sum(counts.values())
    assert sum(shown.values()) + rest == (total if total >= k else 0)
