"""From plain JSON to an order, why it is so, and what would settle it."""

import json
import random

import pytest

from judging.explaining import judge_in_words, look_at, middle_of, why
from judging.verdict import weigh

CRITERIA = [
    {"id": 1, "weight": "2.00", "low": 1, "high": 5},
    {"id": 2, "weight": "1.00", "low": 1, "high": 10},
]


def inputs(scores, comparisons=(), **more):
    return {
        "round": 1,
        "kind": "stage",
        "method": "estimate",
        "ties": "share",
        "top": 1,
        "seed": 0,
        "rubric_version": 1,
        "criteria": CRITERIA,
        "scores": [list(row) for row in scores],
        "comparisons": [list(row) for row in comparisons],
        **more,
    }


def panel(projects=8, judges=5, seed=1, view=lambda judge, quality: quality):
    """Everybody sees everything; project 100 is the worst, the last the best."""
    chance = random.Random(seed)
    rows = []
    for judge in range(1, judges + 1):
        for project in range(projects):
            quality = 1 + 4 * view(judge, project / (projects - 1))
            first = round(quality + chance.gauss(0, 0.4))
            rows.append((f"j{judge}", 100 + project, 1, max(1, min(5, first))))
            second = round(quality * 2 + chance.gauss(0, 0.8))
            rows.append((f"j{judge}", 100 + project, 2, max(1, min(10, second))))
    return rows


def ranks(verdict):
    return {line["project"]: line["rank"] for line in verdict["places"]}


def test_a_verdict_survives_the_journey_through_json():
    given = inputs(panel(), [("j1", 107, 100)])

    verdict = weigh(given)

    travelled = json.loads(json.dumps(given, sort_keys=True))
    assert weigh(travelled) == verdict
    assert json.loads(json.dumps(verdict)) == verdict


def test_without_a_score_there_is_no_place():
    assert weigh(inputs([])) == {
        "places": [], "judges": {}, "pairs": [], "settling": None,
    }  # fmt: skip


def test_different_scales_weigh_alike():
    """Everything at its best is 100, whatever the scale; everything at its worst 0."""
    rows = [("j1", 1, 1, 5), ("j1", 1, 2, 10), ("j1", 2, 1, 1), ("j1", 2, 2, 1)]

    lines = weigh(inputs(rows))["places"]

    assert [(line["project"], line["mean"]) for line in lines] == [(1, 100.0), (2, 0.0)]
    assert lines[0]["criteria"] == {"1": 100.0, "2": 100.0}
    assert lines[0]["estimate"] > 50 > lines[1]["estimate"]


@pytest.mark.parametrize(
    ("ties", "expected"), [("share", {1: 1, 2: 1}), ("criteria", {1: 2, 2: 1})]
)
def test_equal_means_share_a_place_or_the_first_criterion_decides(ties, expected):
    """4 x 1/2 + 1.8 x 1 is 4 x 3/4 + 1.8 x 4/9."""
    rubric = [{**CRITERIA[0], "weight": "4.00"}, {**CRITERIA[1], "weight": "1.80"}]
    rows = [("j1", 1, 1, 3), ("j1", 1, 2, 10), ("j1", 2, 1, 4), ("j1", 2, 2, 5)]

    verdict = weigh(inputs(rows, method="mean", ties=ties, criteria=rubric))

    assert verdict["places"][0]["mean"] == verdict["places"][1]["mean"]
    assert ranks(verdict) == expected


def test_estimates_that_look_equal_share_a_place():
    """The same was said of both, by other judges: only the luck of the draw differs."""
    rows = [("j1", 1, 1, 4), ("j2", 2, 1, 4), ("j1", 3, 1, 2), ("j2", 3, 1, 2)]

    verdict = weigh(inputs(rows, criteria=CRITERIA[:1]))

    assert ranks(verdict) == {1: 1, 2: 1, 3: 3}


def test_the_mean_decides_if_that_was_chosen():
    """1 met the strict judge, 2 the generous one; by the mean that decides."""
    rows = [("j1", p, 1, 4) for p in range(3, 11)] + [
        ("j2", p, 1, 2) for p in range(3, 11)
    ]
    rows += [("j1", 2, 1, 4), ("j2", 1, 1, 3)]

    by_estimate = ranks(weigh(inputs(rows, criteria=CRITERIA[:1])))
    by_mean = ranks(weigh(inputs(rows, criteria=CRITERIA[:1], method="mean")))

    assert by_mean[2] < by_mean[1]
    assert by_estimate[1] < by_estimate[2]


def test_a_project_that_was_only_compared_has_no_mean():
    verdict = weigh(inputs(panel(projects=4), [("j1", 500, 103)], method="mean", top=2))

    line = verdict["places"][-1]
    assert (line["project"], line["mean"], line["criteria"]) == (500, None, {})
    assert "win against the usual" in why(line, 50.0)[0]


def test_comparisons_alone_say_how_often_one_should_win():
    pairs = [
        (f"j{judge}", winner, loser)
        for judge in range(1, 6)
        for winner in range(1, 6)
        for loser in range(1, winner)
    ]

    verdict = weigh(inputs([], pairs, criteria=[], top=2))

    assert [line["project"] for line in verdict["places"]] == [5, 4, 3, 2, 1]
    assert all(
        0 < line["low"] <= line["estimate"] <= line["high"] < 100
        for line in verdict["places"]
    )
    assert verdict["settling"]["cards"] == []


# --- Who judges how -------------------------------------------------------------------


def test_a_judge_who_turns_the_order_upside_down_is_found_out_and_said_so():
    rows = panel(
        projects=10,
        judges=6,
        view=lambda judge, quality: 1 - quality if judge == 6 else quality,
    )

    verdict = weigh(inputs(rows))

    hostile = verdict["judges"]["j6"]
    assert hostile["heeded"] < 0.2
    assert hostile["agreement"] < -0.5
    assert "Disagrees with everyone" in look_at(hostile)
    others = [one for name, one in verdict["judges"].items() if name != "j6"]
    assert [look_at(one) for one in others] == [""] * 5
    assert min(one["agreement"] for one in others) > 0.5
    assert verdict["places"][0]["project"] == 109


def test_a_judge_who_throws_dice_is_told_from_one_who_disagrees():
    chance = random.Random(5)
    rows = panel(
        projects=14,
        judges=6,
        view=lambda judge, quality: chance.random() if judge == 6 else quality,
    )

    dice = weigh(inputs(rows))["judges"]["j6"]

    assert "might as well be dice" in look_at({**dice, "agreement": 0.1})
    assert dice["heeded"] < 0.5


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        ({"severity": 0.2, "spread": 1.0, "noise": 9.0}, ["as strict as most"]),
        (
            {"severity": -7.2, "spread": 1.5, "noise": 9.0},
            [
                "stricter than most by 7 points",
                "tells projects further apart than others do",
            ],
        ),
        (
            {"severity": 1.2, "spread": 0.4, "noise": 19.0},
            [
                "more generous than most by 1 point",
                "gives everybody nearly the same",
                "scores scatter more than others'",
            ],
        ),
    ],
)
def test_a_judge_is_told_in_plain_words(judge, said):
    assert judge_in_words(judge, usual_noise=9.0) == said


# --- Why ------------------------------------------------------------------------------


def line(mean, estimate, severity):
    return {"mean": mean, "estimate": estimate, "severity": severity}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            line(60, 63, -3.0),
            (
                "The judges here were a little stricter than most: the estimate is "
                "3 points above the plain mean."
            ),
        ),
        (
            line(60, 60.2, 0.1),
            (
                "The judges here were about as strict as most: the estimate is the "
                "plain mean."
            ),
        ),
        (
            line(60, 53, 7.0),
            (
                "The judges here were more generous than most: the estimate is 7 "
                "points below the plain mean."
            ),
        ),
        (
            line(80, 70, -12.0),
            (
                "The judges here were much stricter than most: that counts for 12 "
                "points up. With this few scores a high mean may be good luck: that "
                "counts for 22 points down. All in all, the estimate is 10 points "
                "below the plain mean."
            ),
        ),
        (
            line(20, 24, 0.0),
            (
                "The judges here were about as strict as most: the estimate is 4 "
                "points above the plain mean. With this few scores a low mean may "
                "be bad luck: that counts for 4 points up."
            ),
        ),
        (
            line(80, 84, 0.0),
            (
                "The judges here were about as strict as most: the estimate is 4 "
                "points above the plain mean. Steady judges weigh more than erratic"
                " ones: that counts for 4 points up."
            ),
        ),
        (
            line(20, 16, 0.0),
            (
                "The judges here were about as strict as most: the estimate is 4 "
                "points below the plain mean. Steady judges weigh more than erratic"
                " ones: that counts for 4 points down."
            ),
        ),
    ],
)
def test_why_in_words_an_attendee_accepts(given, said):
    assert " ".join(why(given, middle=50.0)) == said


def test_who_met_the_strict_judge_is_told_so():
    rows = [("j1", p, 1, 4) for p in range(1, 10)]
    rows += [("j2", p, 1, 2) for p in range(2, 10)] + [("j3", 1, 1, 4)]
    rows += [("j3", p, 1, 4) for p in range(2, 10)]

    verdict = weigh(inputs(rows, criteria=CRITERIA[:1]))
    kind = next(line for line in verdict["places"] if line["project"] == 1)

    assert kind["severity"] > 1
    assert "more generous" in why(kind, middle_of(verdict["places"]))[0]
    assert middle_of([]) == 50.0


# --- What would settle it -------------------------------------------------------------


def test_one_more_score_is_asked_for_where_it_is_close():
    """101 and 102 fight for the first place; 103 to 109 have lost."""
    rows = []
    for judge in range(1, 7):
        for project in range(101, 110):
            if judge == 6 and project in {101, 102, 109}:
                continue
            best = 4 if project in {101, 102} else 2
            rows += [
                (f"j{judge}", project, 1, best + (judge + project) % 2),
                (f"j{judge}", project, 2, best * 2 + (judge * project) % 2),
            ]

    verdict = weigh(inputs(rows))

    (pair,) = verdict["pairs"]
    assert set(pair["projects"]) == {101, 102}
    assert 0.5 <= pair["chance"] < 0.75
    settling = verdict["settling"]
    cards = settling["cards"]
    assert {card["judge"] for card in cards} == {"j6"}
    assert {card["project"] for card in cards[:2]} == {101, 102}
    assert cards[0]["gain"] > 0.01
    assert 109 not in {card["project"] for card in cards}
    assert settling["now"] + cards[0]["gain"] <= 1


def test_the_steadier_judge_is_asked_first():
    chance = random.Random(2)
    rows = []
    for judge, noise in ((1, 0.2), (2, 0.2), (3, 0.3), (4, 1.6)):
        for project in range(12):
            if judge in {3, 4} and project in {10, 11}:
                continue
            quality = 1.2 + 2.6 * min(project, 10) / 10
            for criterion in (1, 2):
                unit = criterion  # the second scale is twice as long
                value = round(unit * (quality + chance.gauss(0, noise)))
                top = CRITERIA[criterion - 1]["high"]
                rows.append((f"j{judge}", project, criterion, max(1, min(top, value))))

    verdict = weigh(inputs(rows))

    assert verdict["judges"]["j3"]["noise"] < verdict["judges"]["j4"]["noise"]
    gain = {
        (card["judge"], card["project"]): card["gain"]
        for card in verdict["settling"]["cards"]
    }
    assert gain["j3", 10] > gain.get(("j4", 10), 0.0)


def test_what_is_sure_needs_no_more_scores():
    verdict = weigh(inputs(panel(projects=4, judges=8, seed=3)))

    assert verdict["settling"]["now"] > 0.95
    assert verdict["pairs"] == []
