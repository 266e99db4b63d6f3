"""Scores and results as CSV: plain Python, for people who want to check us."""

import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from judging.posterior import Comparison, ProjectEstimate, Rating

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


class BadTable(Exception):
    """Says in one line what is wrong, and where."""


def rows_of(path: Path, columns: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Number and fields of each line; exactly these columns, in any order."""
    wanted = set(columns)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey="", strict=True)
            found = reader.fieldnames or []
            if not found:
                raise BadTable(f"{path}: the file is empty")
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
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadTable(f"{path}: {error}") from error


def number(path: Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadTable(f"{path}, line {line}: {text!r} is not a number")
    return value


def read_ratings(path: Path) -> list[Rating]:
    """Every line of ``judge,project,criterion,score``; none may come twice."""
    ratings, seen = [], set()
    for line, row in rows_of(path, (field.name for field in fields(Rating))):
        key = row["judge"], row["project"], row["criterion"]
        if key in seen:
            raise BadTable(f"{path}, line {line}: this judge has scored this already")
        seen.add(key)
        ratings.append(Rating(*key, number(path, line, row["score"])))
    return ratings


def read_weights(path: Path) -> dict[Any, float]:
    weights = {}
    for line, row in rows_of(path, ("criterion", "weight")):
        weight = number(path, line, row["weight"])
        if weight <= 0:
            raise BadTable(f"{path}, line {line}: a weight must be above 0")
        weights[row["criterion"]] = weight
    return weights


def read_comparisons(path: Path) -> list[Comparison]:
    comparisons = []
    for line, row in rows_of(path, (field.name for field in fields(Comparison))):
        if row["winner"] == row["loser"]:
            raise BadTable(f"{path}, line {line}: a project is compared to itself")
        comparisons.append(Comparison(**row))
    return comparisons


def read_evidence(
    scores: Path | None, weights: Path | None, comparisons: Path | None
) -> tuple[list[Rating], dict[Any, float], list[Comparison]]:
    ratings = read_ratings(scores) if scores else []
    pairs = read_comparisons(comparisons) if comparisons else []
    if not (ratings or pairs):
        raise BadTable("There is no score and no comparison to rank by")
    weight_of = read_weights(weights) if weights else {}
    known = {one.criterion for one in ratings}
    for criterion in weight_of:
        if ratings and criterion not in known:
            raise BadTable(f"{weights}: nobody has scored the criterion {criterion!r}")
    return ratings, weight_of, pairs


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
