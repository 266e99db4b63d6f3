"""The arithmetic that decides who wins: properties, robustness, honest intervals."""

import csv
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import scipy  # loads its parts when they are used
from django.core.management import execute_from_command_line
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from judging import posterior
from judging.posterior import Comparison, Rating, estimate
from judging.verdict import weigh

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def shorter_chain(monkeypatch):
    monkeypatch.setattr(posterior, "ROUNDS", 500)
    monkeypatch.setattr(posterior, "BURN_IN", 150)


def tau(one, other):
    """How far two orders agree: 1 if they are the same (Kendall 1938)."""
    return scipy.stats.kendalltau(one, other)[0]


def panel(seed, projects=24, judges=10, load=8, careless=(), criteria=3, scale=(1, 10)):
    """Ratings drawn from judges of different severity, spread and noise; the truth."""
    rng = np.random.default_rng(seed)
    quality = 0.8 * rng.normal(size=(projects, 1))
    quality = quality + rng.normal(0, 0.6, (projects, criteria))
    middle, unit = sum(scale) / 2, (scale[1] - scale[0]) * 0.18
    seen = np.zeros(projects)
    ratings = []
    for judge in range(judges):
        severity, spread = rng.normal(0, 0.8), np.exp(rng.normal(0, 0.25))
        noise = 0.7 * np.exp(rng.normal(0, 0.3))
        for project in np.argsort(seen + rng.random(projects) / 2)[:load]:
            seen[project] += 1
            for criterion in range(criteria):
                view = severity + spread * quality[project, criterion]
                score = middle + unit * (view + rng.normal(0, noise))
                if judge in careless:
                    score = rng.uniform(*scale)
                value = float(np.clip(round(score), *scale))
                ratings.append(Rating(f"j{judge}", f"p{project}", criterion, value))
    return ratings, quality.mean(1)


def scores_of(result):
    return {one.project: one.score for one in result.projects}


def test_the_same_data_give_the_same_answer_to_the_last_digit():
    ratings, _truth = panel(1)
    shuffled = random.Random(1).sample(ratings, len(ratings))

    assert estimate(ratings, seed=5).projects == estimate(shuffled, seed=5).projects
    assert estimate(ratings, seed=5).projects != estimate(ratings, seed=6).projects


def test_names_change_nothing():
    ratings, _truth = panel(2)
    renamed = [
        Rating(f"{hash(r.judge)}", f"x{r.project[::-1]}", -r.criterion, r.score)
        for r in ratings
    ]

    before = scores_of(estimate(ratings))
    after = scores_of(estimate(renamed))

    assert {f"x{name[::-1]}": score for name, score in before.items()} == after


def test_a_judge_who_gives_everybody_more_changes_next_to_nothing():
    ratings, _truth = panel(3, scale=(1, 100))
    kinder = [replace(r, score=r.score + 8) if r.judge == "j0" else r for r in ratings]

    before = scores_of(estimate(ratings, scale=(-50, 150)))
    after = scores_of(estimate(kinder, scale=(-50, 150)))

    spread = np.std(list(before.values()))
    shift = np.mean([after[name] - before[name] for name in before])
    for name in before:
        assert abs(after[name] - before[name] - shift) < 0.2 * spread


@pytest.mark.no_cover
def test_a_better_score_never_harms():
    ratings, _truth = panel(4)
    for n in range(0, len(ratings), 40):
        one = ratings[n]
        if one.score >= 8:
            continue
        better = [*ratings]
        better[n] = replace(one, score=one.score + 2)

        before = scores_of(estimate(ratings))[one.project]
        after = scores_of(estimate(better))[one.project]

        assert after > before - 0.1


@pytest.mark.no_cover
def test_weights_count_by_their_shares():
    ratings, _truth = panel(5)
    one = estimate(ratings, {0: 1, 1: 2, 2: 3}).projects
    ten = estimate(ratings, {0: 10, 1: 20, 2: 30}).projects
    only = estimate(ratings, {0: 1e6, 1: 1, 2: 1}).projects

    assert [round(p.score, 6) for p in one] == [round(p.score, 6) for p in ten]
    first = {(r.judge, r.project): r.score for r in ratings if r.criterion == 0}
    means = {
        p.project: np.mean([s for (_j, name), s in first.items() if name == p.project])
        for p in only
    }
    assert tau([p.score for p in only], [means[p.project] for p in only]) > 0.6


def test_what_is_certain_is_told_so():
    """Ten judges agree on every place: nobody could be anywhere else."""
    ratings = [
        Rating(f"j{judge}", f"p{n}", c, 3 * n + judge % 2)
        for judge in range(10)
        for n in (0, 1, 2, 3)
        for c in "xyz"
    ]

    result = estimate(ratings, scale=(0, 10))

    assert [(p.rank, p.rank_low, p.rank_high) for p in result.projects] == [
        (1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4),
    ]  # fmt: skip


def test_one_judge_decides_alone():
    ratings = [Rating("j", f"p{n}", "c", n) for n in range(1, 8)]

    result = estimate(ratings)

    assert [p.project for p in result.projects] == [f"p{n}" for n in range(7, 0, -1)]
    assert result.projects[0].rank_high > 1  # one judge is no certainty


@pytest.mark.parametrize("score", [1.0, 3.0, 5.0])
def test_all_equal_scores_are_a_tie_of_all(score):
    ratings = [Rating(f"j{j}", f"p{p}", "c", score) for j in range(3) for p in range(4)]

    result = estimate(ratings, scale=(1, 5))

    assert {p.rank for p in result.projects} == {1}
    assert len({p.score for p in result.projects}) == 1
    assert {(p.rank_low, p.rank_high) for p in result.projects} == {(1, 4)}
    assert all(abs(p.p_first - 0.25) < 0.01 for p in result.projects)


def test_a_single_score_is_no_trouble():
    (only,) = estimate([Rating("j", "p", "c", 4)]).projects
    assert (only.rank, only.rank_low, only.rank_high, only.p_first) == (1, 1, 1, 1.0)


def test_few_scores_shrink_to_the_plain_mean():
    """All see all, everybody's numbers are alike: nothing to correct."""
    table = {"a": [9, 8, 9], "b": [7, 7, 6], "c": [5, 4, 5], "d": [3, 2, 2]}
    ratings = [
        Rating(f"j{j}", name, "c", score)
        for name, row in table.items()
        for j, score in enumerate(row)
    ]

    scores = scores_of(estimate(ratings))

    assert list(scores) == ["a", "b", "c", "d"]
    for name, row in table.items():
        assert abs(scores[name] - np.mean(row)) < 0.9


def test_a_strict_judge_costs_nobody_a_place():
    """p0 met the strict judge alone; everybody else's scores tell how strict."""
    rng = random.Random(3)
    ratings = []
    for n in range(20):
        for judge, severity in (("kind", 2), ("fair", 0), ("strict", -2)):
            if n == 0 and judge == "kind":
                continue
            value = 5 + (2 if n == 0 else (n % 5) - 2) + severity
            ratings.append(Rating(judge, f"p{n}", "c", value + rng.choice([0, 0, 1])))

    result = estimate(ratings)

    by_name = {one.judge: one for one in result.judges}
    assert by_name["kind"].severity > by_name["fair"].severity
    assert by_name["strict"].severity < by_name["fair"].severity
    mean = {
        name: np.mean([r.score for r in ratings if r.project == name])
        for name in scores_of(result)
    }
    plain = sorted(mean, key=mean.get, reverse=True).index("p0")
    assert [p.project for p in result.projects].index("p0") < plain


def test_who_scores_at_random_is_named_and_counts_for_little():
    ratings, truth = panel(7, judges=12, load=10, careless=(0, 5))

    result = estimate(ratings)

    heeded = {one.judge: one.heeded for one in result.judges}
    assert max(heeded["j0"], heeded["j5"]) < 0.5
    assert min(p for name, p in heeded.items() if name not in {"j0", "j5"}) > 0.5
    scores = scores_of(result)
    names = sorted(scores)
    raw = [np.mean([r.score for r in ratings if r.project == name]) for name in names]
    true = [truth[int(name[1:])] for name in names]
    assert tau([scores[n] for n in names], true) > tau(raw, true)


@pytest.mark.no_cover
def test_intervals_hold_what_they_promise_and_the_order_beats_the_mean():
    held, ours, plain = [], [], []
    for seed in range(20, 32):
        ratings, truth = panel(seed)
        result = estimate(ratings, seed=seed)
        names = [one.project for one in result.projects]
        true = np.array([truth[int(name[1:])] for name in names])
        places = (-true).argsort().argsort() + 1
        held += [
            one.rank_low <= place <= one.rank_high
            for one, place in zip(result.projects, places, strict=True)
        ]
        raw = [np.mean([r.score for r in ratings if r.project == n]) for n in names]
        ours.append(tau([one.score for one in result.projects], true))
        plain.append(tau(raw, true))

    assert 0.85 <= np.mean(held) <= 0.96
    assert np.mean(ours) > np.mean(plain) + 0.05


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("projects", "judges", "load"), [(6, 1, 6), (3, 2, 3), (5, 3, 5), (10, 5, 2)]
)
def test_tiny_panels_claim_no_more_than_comes_true(projects, judges, load):
    """None is sure by much more than it is right, and none leaves its scale."""
    said, came, held, ours, plain = [], [], [], [], []
    for seed in range(60, 84):
        ratings, truth = panel(seed, projects, judges, load)
        result = estimate(ratings, scale=(1, 10), seed=seed)
        places = (-truth).argsort().argsort() + 1
        place_of = {
            one.project: places[int(one.project[1:])] for one in result.projects
        }
        likeliest = max(result.projects, key=lambda one: one.p_first)
        said.append(likeliest.p_first)
        came.append(place_of[likeliest.project] == 1)
        for one in result.projects:
            assert 1 <= one.low <= one.score <= one.high <= 10
            held.append(one.rank_low <= place_of[one.project] <= one.rank_high)
        names = [one.project for one in result.projects]
        raw = [np.mean([r.score for r in ratings if r.project == n]) for n in names]
        true = [truth[int(name[1:])] for name in names]
        ours.append(tau([one.score for one in result.projects], true))
        plain.append(tau(raw, true))

    assert np.mean(said) <= np.mean(came) + 0.05 + 2 * np.std(came) / len(came) ** 0.5
    assert np.mean(held) >= 0.84
    assert np.mean(ours) >= np.mean(plain) - 0.02


@pytest.mark.parametrize(("judges", "projects"), [(1, 12), (2, 3), (5, 10)])
def test_with_too_few_scores_the_plain_mean_stands(judges, projects):
    """One judge; hardly a card; or one judge for each project."""
    rng = random.Random(judges)
    ratings = [
        Rating(f"j{judge}", f"p{n}", c, rng.randint(1, 5))
        for judge in range(judges)
        for n in range(projects)
        for c in "xyz"
        if judges < 3 or n % judges == judge
    ]

    result = estimate(ratings, {"x": 2, "y": 1, "z": 1}, scale=(1, 5))

    assert result.is_thin
    for one in result.projects:
        total = sum(
            r.score * (2 if r.criterion == "x" else 1)
            for r in ratings
            if r.project == one.project
        )
        many = sum(r.project == one.project for r in ratings) / 3
        assert one.score == pytest.approx(total / 4 / many)
    assert {one.heeded for one in result.judges} == {1.0}


def test_nothing_leaves_the_scale_where_all_is_near_its_end():
    ratings = [
        Rating(f"j{judge}", f"p{n}", c, 10.0 if n < 2 else 3.0 + judge)
        for judge in range(5)
        for n in range(5)
        for c in "xyz"
    ]

    result = estimate(ratings, scale=dict.fromkeys("xyz", (1, 10)))

    assert all(0 <= p.low <= p.score <= p.high <= 100 for p in result.projects)
    assert {p.project for p in result.projects[:2]} == {"p0", "p1"}


def test_comparisons_alone_make_an_order():
    rng = random.Random(9)
    pairs = []
    for judge in range(6):
        for _vote in range(25):
            a, b = rng.sample(range(8), 2)
            better, worse = (a, b) if rng.random() < 1 / (1 + 3 ** (b - a)) else (b, a)
            pairs.append(Comparison(f"j{judge}", f"p{better}", f"p{worse}"))

    result = estimate([], comparisons=pairs)

    order = [int(one.project[1:]) for one in result.projects]
    assert tau(order, sorted(order, reverse=True)) > 0.7
    assert result.better("p7", "p0") > 0.95
    assert result.better("p0", "p7") < 0.05


def test_comparisons_settle_what_scores_leave_open():
    ratings = [Rating(f"j{j}", p, "c", 4) for j in range(3) for p in ("a", "b")]
    ratings += [Rating(f"j{j}", "c", "c", 2) for j in range(3)]

    open_ = estimate(ratings).better("a", "b")
    pairs = [Comparison(f"j{j}", "a", "b") for j in range(3)]
    settled = estimate(ratings, comparisons=pairs).better("a", "b")

    assert abs(open_ - 0.5) < 0.06
    assert settled > 0.65


@pytest.mark.parametrize(
    "scores",
    [[0.5, 1.25, 3.125, 4.0], [0, 1], [1, 1, 2], [-3, 400, 17.5], [1e9, 1e9 + 1]],
)
def test_any_numbers_will_do(scores):
    ratings = [
        Rating(f"j{j}", f"p{n}", "c", score)
        for n, score in enumerate(scores)
        for j in range(2)
    ]

    result = estimate(ratings)

    assert result.projects[0].score >= result.projects[-1].score
    assert all(np.isfinite([p.score, p.low, p.high]).all() for p in result.projects)


# --- For any panel --------------------------------------------------------------------


@pytest.fixture
def shortest_chain(monkeypatch):
    monkeypatch.setattr(posterior, "ROUNDS", 60)
    monkeypatch.setattr(posterior, "BURN_IN", 30)


ANY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
panels = st.lists(
    st.builds(
        Rating,
        judge=st.integers(1, 4),
        project=st.integers(1, 6),
        criterion=st.integers(1, 3),
        score=st.integers(1, 10).map(float),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda r: (r.judge, r.project, r.criterion),
)
duels = st.lists(
    st.builds(
        Comparison,
        judge=st.integers(1, 4),
        winner=st.integers(1, 3),
        loser=st.integers(4, 6),
    ),
    max_size=6,
)


@pytest.mark.no_cover
@ANY
@given(panels, duels, st.randoms(), st.permutations(range(1, 7)))
@example([Rating(1, 2, 1, 1.0)], [Comparison(1, 1, 4)], Random(1), [2, 1, 3, 4, 5, 6])
@example(
    [Rating(3, 1, 1, 1.0)],
    [Comparison(1, 1, 4), Comparison(2, 1, 5)],
    Random(1),
    [1, 2, 3, 5, 4, 6],
)
def test_neither_names_nor_their_order_change_anything(
    shortest_chain, ratings, pairs, chance, names
):
    def renamed(project):
        return names[project - 1]

    others = [
        Rating(f"judge {-r.judge}", renamed(r.project), f"c{r.criterion}", r.score)
        for r in ratings
    ]
    duels_of_others = [
        Comparison(f"judge {-c.judge}", renamed(c.winner), renamed(c.loser))
        for c in pairs
    ]
    chance.shuffle(others)
    chance.shuffle(duels_of_others)

    before = estimate(ratings, comparisons=pairs).projects
    after = {
        p.project: p for p in estimate(others, comparisons=duels_of_others).projects
    }

    for one in before:
        twin = after[renamed(one.project)]
        assert (twin.rank, twin.score, twin.low, twin.high, twin.p_first) == (
            one.rank, one.score, one.low, one.high, one.p_first,
        )  # fmt: skip


@pytest.mark.no_cover
@ANY
@given(panels, st.integers(1, 1000))
def test_weights_have_no_scale(shortest_chain, ratings, factor):
    one = estimate(ratings, {1: 1.0, 2: 2.0, 3: 5.0}).projects
    many = estimate(ratings, {1: factor, 2: 2 * factor, 3: 5 * factor}).projects

    assert [p.project for p in one] == [p.project for p in many]
    assert [p.score for p in one] == pytest.approx([p.score for p in many])


@pytest.mark.no_cover
@ANY
@given(panels, duels)
@example(
    [Rating(2, 1, 1, 2.0), Rating(2, 3, 3, 2.0), Rating(3, 4, 3, 2.0)],
    [Comparison(1, 1, 4), Comparison(3, 2, 5)],
)
def test_any_panel_has_an_order_that_makes_sense(shortest_chain, ratings, pairs):
    """Without a warning, too: here they are errors."""
    result = estimate(
        ratings, comparisons=pairs, scale=dict.fromkeys((1, 2, 3), (1, 10))
    )

    size = len(result.projects)
    assert abs(sum(p.p_first for p in result.projects) - 1) < 1e-6
    for p in result.projects:
        assert 1 <= p.rank_low <= p.rank_high <= size
        assert p.low <= p.score <= p.high
        assert 0 <= p.p_first <= p.p_top <= 1
    for j in result.judges:
        assert np.isfinite([j.severity, j.spread, j.noise]).all()
        assert 0 <= j.heeded <= 1
        assert -1.000001 <= j.agreement <= 1.000001


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(4))
def test_more_from_one_judge_for_everybody_changes_no_order_that_is_sure(seed):
    """On a wide scale, so that nothing is cut off at its ends."""
    ratings, _truth = panel(40 + seed, scale=(1, 100))
    wide = dict.fromkeys(range(3), (-100, 200))
    kinder = [replace(r, score=r.score + 15) if r.judge == "j2" else r for r in ratings]

    before, after = estimate(ratings, scale=wide), estimate(kinder, scale=wide)

    for first in before.names:
        for second in before.names:
            if before.better(first, second) > 0.9:
                assert after.better(first, second) > 0.75


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(4))
def test_more_for_one_project_never_makes_it_worse(seed):
    ratings, _truth = panel(50 + seed)
    project = ratings[0].project
    better = [
        replace(r, score=min(r.score + 2, 10.0)) if r.project == project else r
        for r in ratings
    ]

    before = {p.project: p for p in estimate(ratings).projects}[project]
    after = {p.project: p for p in estimate(better).projects}[project]

    assert after.score > before.score
    assert after.rank <= before.rank


def test_a_hostile_judge_harms_little_and_is_named():
    """Who gives 10 where all others give 1 is not heeded."""
    ratings, truth = panel(8, projects=20, judges=8, load=12)
    turned = [replace(r, score=11 - r.score) if r.judge == "j3" else r for r in ratings]

    result = estimate(turned)

    by_name = {one.judge: one for one in result.judges}
    assert by_name["j3"].heeded < 0.5
    assert by_name["j3"].agreement < -0.3
    assert all(one.agreement > 0.3 for n, one in by_name.items() if n != "j3")
    names = [one.project for one in result.projects]
    true = [truth[int(name[1:])] for name in names]
    plain = [np.mean([r.score for r in turned if r.project == n]) for n in names]
    ours = tau([one.score for one in result.projects], true)
    assert ours > tau(plain, true)


def test_a_hostile_comparer_is_named():
    pairs = [
        Comparison(f"j{judge}", *((a, b) if judge else (b, a)))
        for judge in range(5)
        for a in range(6)
        for b in range(a)
    ]

    judges = {one.judge: one for one in estimate([], comparisons=pairs).judges}

    assert judges["j0"].heeded < 0.5 < judges["j1"].heeded
    assert judges["j0"].agreement < 0 < judges["j1"].agreement


def test_a_scale_for_each_criterion_answers_from_0_to_100():
    ratings = [
        Rating(judge, project, criterion, score)
        for judge in "xyz"
        for project, row in {"a": (5, 1, 10), "b": (3, 0, 5), "c": (1, 0, 1)}.items()
        for criterion, score in zip("klm", row, strict=True)
    ]

    result = estimate(ratings, scale={"k": (1, 5), "l": (0, 1), "m": (1, 10)})

    scores = scores_of(result)
    assert list(scores) == ["a", "b", "c"]
    assert scores["a"] > 80
    assert scores["c"] < 25


# --- The command ----------------------------------------------------------------------


def command(tmp_path, *options):
    return ["manage.py", "rank", *options, "--out", tmp_path / "out.csv"]


def rank(tmp_path, *options):
    """The command, as anybody would call it, with nothing of ours in the air."""
    return subprocess.run(
        [sys.executable, *command(tmp_path, *options)],
        cwd=ROOT,
        env={"PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def refused(tmp_path, capsys):
    """``refused(*options)`` gives the one line with which the command ends."""

    def refused(*options):
        with pytest.raises(SystemExit) as ended:
            execute_from_command_line([*map(str, command(tmp_path, *options))])
        assert ended.value.code == 1
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1
        return said

    return refused


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_the_command_needs_files_and_nothing_else(tmp_path):
    ratings, _truth = panel(1, projects=6, judges=4, load=4)
    rows = "".join(f"{r.judge},{r.project},{r.criterion},{r.score}\n" for r in ratings)
    scores = written(tmp_path, "s.csv", f"judge,project,criterion,score\n{rows}")
    weights = written(tmp_path, "w.csv", "criterion,weight\n0,1\n1,2\n2,3\n")
    pairs = written(tmp_path, "c.csv", "judge,winner,loser\nj0,p1,p2\n")

    done = rank(
        tmp_path,
        *("--scores", scores, "--weights", weights),
        *("--comparisons", pairs, "--seed", "3"),
    )

    assert (done.returncode, done.stderr) == (0, "")
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        *("project", "rank", "score", "low", "high"),
        *("rank_low", "rank_high", "p_first", "p_top3"),
    ]
    assert [row["rank"] for row in rows] == list("123456")
    assert abs(sum(float(row["p_first"]) for row in rows) - 1) < 1e-4


HEAD = "judge,project,criterion,score\n"
BAD = {
    "empty": ("", "is empty"),
    "head only": (HEAD, "no score and no comparison"),
    "unknown column": ("judge,project,criterion,points\na,b,c,1\n", "'points'"),
    "missing column": ("judge,project,score\na,b,1\n", "'criterion' is missing"),
    "word": (f"{HEAD}a,b,c,good\n", "line 2: 'good' is not a number"),
    "nan": (f"{HEAD}a,b,c,1\na,d,c,NaN\n", "line 3: 'NaN' is not a number"),
    "endless": (f"{HEAD}a,b,c,1e999\n", "is not a number"),
    "too large": (f"{HEAD}a,b,c,-1e300\n", "is too large"),
    "short line": (f"{HEAD}a,b,c\n", "line 2: not 4 fields"),
    "long line": (f"{HEAD}a,b,c,1,2\n", "line 2: not 4 fields"),
    "twice": (f"{HEAD}a,b,c,1\na,b,c,2\n", "line 3: this judge has scored"),
    "not text": ("judge,\x80", "s.csv"),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_the_command_says_in_one_line_what_is_wrong(tmp_path, refused, text, said):
    path = tmp_path / "s.csv"
    path.write_bytes(text.encode("latin-1"))

    assert said in refused("--scores", path)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--weights", "criterion,weight\nc,0\n", "above 0"),
        ("--weights", "criterion,weight\nother,1\n", "nobody has scored"),
        ("--weights", "criterion,weight\nc,1\nc,1\n", "has a weight already"),
        ("--weights", "criterion,weight,low\nc,1,1\n", "'high' is missing"),
        ("--weights", "criterion,weight,low,high\nc,1,5,5\n", "below high"),
        ("--weights", "criterion,weight,low,high\nc,1,2,5\n", "not from 2 to 5"),
        ("--comparisons", "judge,winner,loser\na,b,b\n", "compared to itself"),
    ],
)
def test_the_command_looks_at_the_other_files_too(
    tmp_path, refused, option, text, said
):
    scores = written(tmp_path, "s.csv", f"{HEAD}a,b,c,1\n")

    other = written(tmp_path, "x.csv", text)
    assert said in refused("--scores", scores, option, other)


def test_a_scale_must_be_told_of_every_criterion(tmp_path, refused):
    scores = written(tmp_path, "s.csv", f"{HEAD}a,b,c,1\na,b,d,1\n")
    weights = written(tmp_path, "w.csv", "criterion,weight,low,high\nc,1,1,5\n")

    said = refused("--scores", scores, "--weights", weights)
    assert "'d' has no low and high" in said


def test_the_command_says_which_file_it_cannot_reach(tmp_path, refused):
    lost = refused("--scores", tmp_path / "lost.csv")
    assert lost.endswith("lost.csv: No such file or directory\n")

    assert "no score and no comparison" in refused()

    scores = written(tmp_path, "s.csv", f"{HEAD}a,b,c,1\n")
    (tmp_path / "out.csv").mkdir()
    assert "out.csv: Is a directory" in refused("--scores", scores)


# --- The documentation ----------------------------------------------------------------


@pytest.mark.no_cover
def test_the_worked_example_of_the_documentation_comes_out_as_told(monkeypatch):
    monkeypatch.undo()  # the whole chain
    text = (ROOT / "docs" / "judging.md").read_text()
    scores, weights = (
        list(
            csv.DictReader(
                re.search(f"```csv {name}\n(.*?)```", text, re.DOTALL)[1].split()
            )
        )
        for name in ("scores", "weights")
    )
    told = re.findall(
        r"^\| (\w+) \| ([\d.]+) \| ([+-][\d.]+) \| ([\d. |to]+) \|$", text, re.MULTILINE
    )
    inputs = {
        "method": "estimate",
        "ties": "share",
        "top": 3,
        "seed": 0,
        "comparisons": [],
        "criteria": [
            {
                "id": row["criterion"],
                "weight": row["weight"],
                "low": int(row["low"]),
                "high": int(row["high"]),
            }
            for row in weights
        ],
        "scores": [
            [
                f"j{'abc'.index(r['judge'][0])}",
                r["project"],
                r["criterion"],
                int(r["score"]),
            ]
            for r in scores
        ],
    }

    lines = weigh(inputs)["places"]

    found = []
    for line in lines:
        low, high = line["rank_low"], line["rank_high"]
        places = f"{low} to {high}" if low != high else f"{low}"
        numbers = f"{line['estimate']:.1f} | {line['low']:.1f} | {line['high']:.1f}"
        found.append(
            (
                line["project"].title(),
                f"{line['mean']:.1f}",
                f"{line['severity']:+.1f}",
                f"{numbers} | {places} | {line['p_first']:.2f}",
            )
        )
    assert found == told
    assert len(found) == 4
