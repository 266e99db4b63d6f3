"""What is in a file: rows, columns, types, gaps, ranges, examples.

Reads tables with polars' lazy engine and looks at no more than the first
:data:`MOST_ROWS` rows. Nothing in a file is ever executed. Runs as a process of its own
(see :func:`submissions.profiling.profile_file`) that limits itself.

In text, a column has a type if each of its values has; examples, least and greatest are
told as they stand in the file. A postcode with a zero in front is no number.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from submissions.profiling import KINDS, SECONDS, Failure, copy_of
from submissions.text_tables import has_more_than_a_line, make_plain, separator_of

MOST_ROWS = 1_000_000
MOST_COLUMNS = 200
MOST_CELLS = 20_000_000  # of text: each takes 16 bytes at least
LONGEST_EXAMPLE = 80
EXAMPLES = 3
COUNTED_EXACTLY = 1000
MEMORY = 1536 * 2**20  # bytes of data, where the machine has twice as much
NOTHING = ["", "NA", "N/A", "null", "NULL", "NaN"]

INTEGER = r"^[+-]?(0|[1-9]\d{0,17})$"
# With a point; with a comma, as in much of Europe; with commas between thousands.
NUMBER = r"^[+-]?((0|[1-9]\d{0,17})(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
COMMA_NUMBER = r"^[+-]?(0|[1-9]\d{0,17}|[1-9]\d{0,2}(\.\d{3}){1,5})(,\d+)?$"
THOUSANDS = r"^[+-]?(0|[1-9]\d{0,2}(,\d{3}){0,5})(\.\d+)?$"
TRUTH = r"^(?i)(true|false)$"
CLOCK = r"[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?"
DATES = {  # how it looks, and how to read its day
    rf"^\d{{4}}-\d{{2}}-\d{{2}}({CLOCK})?$": "%Y-%m-%d",
    rf"^\d{{4}}/\d{{2}}/\d{{2}}({CLOCK})?$": "%Y/%m/%d",
    rf"^\d{{1,2}}\.\d{{1,2}}\.\d{{4}}({CLOCK})?$": "%d.%m.%Y",
    rf"^\d{{1,2}}-\d{{1,2}}-\d{{4}}({CLOCK})?$": "%d-%m-%Y",
    rf"^\d{{1,2}}/\d{{1,2}}/\d{{4}}({CLOCK})?$": "%d/%m/%Y",
}
MONTH_FIRST = {"%d/%m/%Y": "%m/%d/%Y"}
TIME_OF_DAY = r"^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$"


def profile_table(path: Path, filename: str) -> dict[str, Any]:
    kind = KINDS[filename.rpartition(".")[2].lower()]
    if kind == "csv":
        return {"kind": kind} | _text_profile(path, filename)
    if kind == "jsonl":
        plain = copy_of(path)
        make_plain(path, plain)
        scan = pl.scan_ndjson(plain, infer_schema_length=None)
    else:
        scan = pl.scan_parquet(path)
    names = scan.collect_schema().names()
    rows = int(scan.select(pl.len()).collect().item())
    return {
        "kind": kind,
        "rows": min(rows, MOST_ROWS),
        "truncated": rows > MOST_ROWS or len(names) > MOST_COLUMNS,
        "columns": [_column(column) for column in _one_by_one(scan, names)],
    }


def _one_by_one(scan: pl.LazyFrame, names: list[str]) -> Iterator[pl.Series]:
    """Each column alone: a small file may unpack into more than there is memory."""
    for name in names[:MOST_COLUMNS]:
        yield scan.select(name).head(MOST_ROWS).collect().to_series()


def _text_profile(path: Path, filename: str) -> dict[str, Any]:
    plain = copy_of(path)
    encoding, separator = make_plain(path, plain)
    if filename.lower().endswith(".tsv"):
        separator = "\t"
    separator = separator or separator_of(plain)
    scan = pl.scan_csv(
        plain,
        separator=separator,
        infer_schema=False,
        truncate_ragged_lines=True,
        null_values=NOTHING,
    )
    names = scan.collect_schema().names()
    most = min(MOST_ROWS, MOST_CELLS // max(1, min(len(names), MOST_COLUMNS)))
    frame = scan.select(names[:MOST_COLUMNS]).head(most + 1).collect()
    if not frame.height and has_more_than_a_line(plain):
        raise ValueError  # a quotation mark that never closes took everything
    truncated = frame.height > most or len(names) > MOST_COLUMNS
    frame = frame.head(most)
    return {
        "rows": frame.height,
        "truncated": truncated,
        "encoding": encoding.name,
        "columns": [_text_column(column, separator) for column in frame],
    }


def _text_column(column: pl.Series, separator: str) -> dict[str, Any]:
    known = column.drop_nulls()
    type_name, order = _read(known, separator) if known.len() else ("text", None)
    told = _told(column, known, type_name)
    if order is not None:
        least, greatest = order.arg_min(), order.arg_max()
        told["min"] = clip(known[least]) if least is not None else None
        told["max"] = clip(known[greatest]) if greatest is not None else None
    return told


def _read(known: pl.Series, separator: str) -> tuple[str, pl.Series | None]:
    """The type of all values of a column of text, and by what they are in order."""
    stripped = known.str.strip_chars()

    def all_are(shape: str) -> bool:
        return bool(stripped.str.contains(shape).all())

    read: tuple[str, pl.Series | None] = ("text", None)
    if all_are(INTEGER):
        read = "integer", stripped.str.strip_prefix("+").cast(pl.Int64)
    elif all_are(NUMBER):
        read = "number", stripped.cast(pl.Float64)
    elif separator == "," and all_are(THOUSANDS):
        plain = stripped.str.replace_all(",", "", literal=True)
        read = "number", plain.cast(pl.Float64)
    elif separator != "," and all_are(COMMA_NUMBER):
        plain = stripped.str.replace_all(".", "", literal=True)
        plain = plain.str.replace(",", ".", literal=True)
        read = "number", plain.cast(pl.Float64)
    elif all_are(TRUTH):
        read = "yes or no", None
    elif all_are(TIME_OF_DAY):
        read = "date or time", stripped.str.replace(r"^(\d):", "0${1}:")
    else:
        for shape, day in DATES.items():
            if all_are(shape):
                read = _read_days(stripped, day)
    return read


def _read_days(stripped: pl.Series, day: str) -> tuple[str, pl.Series | None]:
    """Dates that no calendar has make the column text."""
    for form in (day, MONTH_FIRST.get(day, "")):
        days = stripped.str.extract(r"^([^T ]+)").str.to_date(form, strict=False)
        if form and not days.null_count():
            # Of one day, the later is what has the later clock.
            return "date or time", (
                days.dt.to_string("%Y-%m-%d")
                + stripped.str.extract(r"([T ].*)$").fill_null("")
            )
    return "text", None


def _column(column: pl.Series) -> dict[str, Any]:
    known = column.drop_nulls()
    told = _told(column, known, _type_name(column.dtype))
    if known.len() and (column.dtype.is_numeric() or column.dtype.is_temporal()):
        told["min"], told["max"] = clip(known.min()), clip(known.max())
    return told


def _told(column: pl.Series, known: pl.Series, type_name: str) -> dict[str, Any]:
    distinct = None
    first = known.head(200)
    if column.dtype.is_nested():
        examples = first[:EXAMPLES].to_list()
    else:
        examples = first.unique(maintain_order=True)[:EXAMPLES].to_list()
        few = known.len() <= COUNTED_EXACTLY
        # An estimate may be higher than there are rows.
        counted = known.n_unique() if few else int(known.approx_n_unique())  # type: ignore[arg-type]
        distinct = min(counted, known.len()) if known.len() else None
    return {
        "name": clip(column.name),
        "type": type_name,
        "missing": column.null_count(),
        "distinct": distinct,
        "min": None,
        "max": None,
        "examples": [clip(value) for value in examples],
    }


def _type_name(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "integer"
    if dtype.is_float() or dtype.is_decimal():
        return "number"
    if dtype.is_temporal():
        return "date or time"
    if dtype == pl.Boolean:
        return "yes or no"
    return "nested" if dtype.is_nested() else "text"


def clip(value: object) -> str:
    is_nested = isinstance(value, list | dict)
    text = (
        json.dumps(value, ensure_ascii=False, default=str) if is_nested else str(value)
    )
    text = text.replace("\x00", "")
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[: LONGEST_EXAMPLE - 1]}…"


def limit_myself() -> None:
    """No more memory than the machine can spare, and first to go when it cannot."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    most = min(MEMORY, pages // 2)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    Path("/proc/self/oom_score_adj").write_text("1000")


def main(path: str, filename: str) -> int:
    limit_myself()
    try:
        profile = profile_table(Path(path), filename)
    except MemoryError:
        sys.stderr.write(Failure.MEMORY)
    except OSError:
        sys.stderr.write(Failure.FILE)
    except (pl.exceptions.PolarsError, UnicodeError, ValueError):
        # What the library says may quote the file, and is not for people.
        sys.stderr.write(Failure.SHAPE)
    else:
        sys.stdout.write(json.dumps(profile))
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
