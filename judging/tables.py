"""Scores and results as CSV: plain Python, for people who want to check us."""

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from judging.posterior import Comparison, ProjectEstimate, Rating, Scale

COLUMNS = (
    "project",
    "rank",
    "score",
    "low",
    "high",
    "rank_low",
    "rank_high",
    "p_first",
)
TOP = "p_top3"
LARGEST = 1e12


class BadTable(Exception):
    """Says in one line what is wrong, and where."""


def rows_of(
    path: Path, columns: Iterable[str], optional: Iterable[str] = ()
) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and fields of each line; these columns, in any order.

    The ``optional`` ones come all or not at all.
    """
    wanted, more = set(columns), set(optional)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey="", strict=True)
            found = reader.fieldnames or []
            if not found:
                raise BadTable(f"{path}: the file is empty")
            if more.intersection(found):
                wanted |= more
            for name in found:
                if name not in wanted:
                    raise BadTable(f"{path}: unknown column {name!r}")
            if missing := wanted.difference(found):
                raise BadTable(f"{path}: column {min(missing)!r} is missing")
            for row in reader:
                if "" in row or None in row.values():
                    raise BadTable(
                        f"{path}, line {reader.line_num}: not {len(wanted)} fields"
                    )
                yield reader.line_num, row
    except OSError as error:
        raise BadTable(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadTable(f"{path}: {error}") from error


def number(path: Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadTable(f"{path}, line {line}: {text!r} is not a number")
    if abs(value) > LARGEST:
        raise BadTable(f"{path}, line {line}: {text!r} is too large")
    return value


# What an organiser's own download says more than is asked for.
MORE_OF_SCORES = (
    *("round", "team", "weight", "status", "scored_at", "late", "rubric_version"),
    "counts",
)
MORE_OF_COMPARISONS = ("round", "received_at", "taken_back_at", "counts")


def counting_rows(
    path: Path, columns: Iterable[str], more: Iterable[str], round_: str | None
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that count, of one round: of all rounds they cannot be ranked."""
    rounds = set()
    for line, row in rows_of(path, columns, more):
        rounds.add(row.get("round"))
        if round_ not in {None, row.get("round")} or row.get("counts", "yes") != "yes":
            continue
        yield line, row
    if round_ is None and len(rounds) > 1:
        names = ", ".join(sorted(repr(name) for name in rounds))
        raise BadTable(f"{path}: choose one of the rounds with --round: {names}")
    if round_ is not None and round_ not in rounds:
        raise BadTable(f"{path}: there is no round {round_!r}")


def read_ratings(path: Path, round_: str | None = None) -> list[Rating]:
    """Every line of ``judge,project,criterion,score``; none may come twice.

    Organisers' own download is read as well: what counts, of one round.
    """
    ratings, seen = [], set()
    columns = [field.name for field in fields(Rating)]
    for line, row in counting_rows(path, columns, MORE_OF_SCORES, round_):
        key = row["judge"], row["project"], row["criterion"]
        if key in seen:
            raise BadTable(f"{path}, line {line}: this judge has scored this already")
        seen.add(key)
        ratings.append(Rating(*key, number(path, line, row["score"])))
    return ratings


def read_weights(path: Path) -> tuple[dict[Any, float], dict[Any, Scale]]:
    """Weight of each criterion and, if the file says so, its scale."""
    weights, scales = {}, {}
    for line, row in rows_of(path, ("criterion", "weight"), ("low", "high")):
        weight = number(path, line, row["weight"])
        if weight <= 0:
            raise BadTable(f"{path}, line {line}: a weight must be above 0")
        if row["criterion"] in weights:
            raise BadTable(f"{path}, line {line}: this criterion has a weight already")
        weights[row["criterion"]] = weight
        if "low" in row:
            low, high = (number(path, line, row[end]) for end in ("low", "high"))
            if low >= high:
                raise BadTable(f"{path}, line {line}: low must be below high")
            scales[row["criterion"]] = low, high
    return weights, scales


def read_comparisons(path: Path, round_: str | None = None) -> list[Comparison]:
    comparisons = []
    columns = [field.name for field in fields(Comparison)]
    for line, row in counting_rows(path, columns, MORE_OF_COMPARISONS, round_):
        if row["winner"] == row["loser"]:
            raise BadTable(f"{path}, line {line}: a project is compared to itself")
        comparisons.append(Comparison(*(row[name] for name in columns)))
    return comparisons


@dataclass(frozen=True)
class Tables:
    """What :func:`judging.posterior.estimate` is given."""

    ratings: list[Rating]
    weights: dict[Any, float]
    comparisons: list[Comparison]
    scale: dict[Any, Scale] | None


def read_evidence(
    scores: Path | None,
    weights: Path | None,
    comparisons: Path | None,
    round_: str | None = None,
) -> Tables:
    ratings = read_ratings(scores, round_) if scores else []
    pairs = read_comparisons(comparisons, round_) if comparisons else []
    if not (ratings or pairs):
        raise BadTable("There is no score and no comparison to rank by")
    weight_of, scales = read_weights(weights) if weights else ({}, {})
    known = {one.criterion for one in ratings}
    for criterion in weight_of:
        if ratings and criterion not in known:
            raise BadTable(f"{weights}: nobody has scored the criterion {criterion!r}")
    if scales:
        for one in ratings:
            if one.criterion not in scales:
                raise BadTable(f"{weights}: {one.criterion!r} has no low and high")
            low, high = scales[one.criterion]
            if not low <= one.score <= high:
                raise BadTable(
                    f"{scores}: {one.score:g} for {one.criterion!r} is not from "
                    f"{low:g} to {high:g}"
                )
    return Tables(ratings, weight_of, pairs, scales or None)


def write_estimates(path: Path, estimates: Iterable[ProjectEstimate]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow([*COLUMNS, TOP])
        for one in estimates:
            values = [getattr(one, name) for name in (*COLUMNS, "p_top")]
            out.writerow(
                f"{value:.6f}" if isinstance(value, float) else value
                for value in values
            )
