"""What is in a file: rows, columns, types, gaps, ranges, examples.

Reads tables with polars' lazy engine and looks at no more than the first
:data:`MOST_ROWS` rows. Nothing in a file is ever executed. Runs as a process of its own
(see :func:`submissions.profiling.profile_file`) that limits itself.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

import polars as pl

from submissions.profiling import KINDS, SECONDS, copy_of

MOST_ROWS = 1_000_000
MOST_COLUMNS = 200
LONGEST_EXAMPLE = 80
EXAMPLES = 3
COUNTED_EXACTLY = 1000
SNIFFED = 64 * 1024
MEMORY = 6 * 2**30  # bytes of address space; polars maps more than it uses


def _separator(path: Path, filename: str) -> str:
    if filename.lower().endswith(".tsv"):
        return "\t"
    with path.open("rb") as file:
        first = file.read(SNIFFED).split(b"\n", 1)[0]
    return max(",;\t|", key=lambda mark: first.count(mark.encode()))


def _recoded(path: Path) -> Path:
    """The same text in UTF-8, where it is UTF-16 or Latin-1; else the file itself."""
    with path.open("rb") as file:
        head = file.read(SNIFFED)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        try:
            head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
        except UnicodeDecodeError:
            encoding = "latin-1"
        else:
            return path
    copy = copy_of(path)
    with (
        path.open(encoding=encoding, errors="replace", newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as target,
    ):
        while chunk := source.read(2**20):
            target.write(chunk)
    return copy


def _scan(path: Path, filename: str) -> tuple[str, pl.LazyFrame]:
    kind = KINDS[filename.rpartition(".")[2].lower()]
    if kind == "parquet":
        return kind, pl.scan_parquet(path)
    text = _recoded(path)
    if kind == "jsonl":
        return kind, pl.scan_ndjson(text, infer_schema_length=1000)
    return kind, pl.scan_csv(
        text,
        separator=_separator(text, filename),
        infer_schema_length=10_000,
        try_parse_dates=True,
        truncate_ragged_lines=True,
        ignore_errors=True,
        null_values=["", "NA", "N/A", "null", "NULL", "NaN"],
    )


def profile_table(path: Path, filename: str) -> dict[str, Any]:
    kind, scan = _scan(path, filename)
    names = scan.collect_schema().names()
    frame = scan.select(names[:MOST_COLUMNS]).head(MOST_ROWS + 1).collect()
    truncated = frame.height > MOST_ROWS
    frame = frame.head(MOST_ROWS)
    return {
        "kind": kind,
        "rows": frame.height,
        "truncated": truncated or len(names) > MOST_COLUMNS,
        "columns": [_column(frame[name]) for name in frame.columns],
    }


def _column(column: pl.Series) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": clip(column.name),
        "type": _type_name(column.dtype),
        "missing": column.null_count(),
        "distinct": None,
        "min": None,
        "max": None,
    }
    known = column.drop_nulls()
    if known.len() and not column.dtype.is_nested():
        few = known.len() <= COUNTED_EXACTLY
        # An estimate may be higher than there are rows.
        distinct = known.n_unique() if few else int(known.approx_n_unique())  # type: ignore[arg-type]
        told["distinct"] = min(distinct, known.len())
        if column.dtype.is_numeric() or column.dtype.is_temporal():
            told["min"], told["max"] = clip(known.min()), clip(known.max())
    told["examples"] = [
        clip(v) for v in known.head(200).unique(maintain_order=True)[:EXAMPLES]
    ]
    return told


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
    text = str(value).replace("\x00", "")
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[: LONGEST_EXAMPLE - 1]}…"


def main(path: str, filename: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        profile = profile_table(Path(path), filename)
    except (pl.exceptions.PolarsError, UnicodeError, OSError, ValueError) as error:
        first = (str(error).splitlines() or [""])[0]
        sys.stderr.write(f"It could not be read as a table: {clip(first)}\n")
        return 1
    except MemoryError:
        sys.stderr.write("It needs too much memory to be profiled.\n")
        return 1
    sys.stdout.write(json.dumps(profile))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
