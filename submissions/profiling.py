"""What is in a file, found out by a process of its own.

That process (:mod:`submissions.tables`) has a limit on memory and time, so a hostile
file costs a sentence, not a worker; and the site need not load what reads tables.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS = 60
KINDS = {"csv": "csv", "tsv": "csv", "jsonl": "jsonl", "parquet": "parquet"}


class Unreadable(Exception):
    """Says, for the team, why there is no profile."""


def can_profile(filename: str) -> bool:
    return filename.rpartition(".")[2].lower() in KINDS


def profile_file(path: Path, filename: str) -> dict[str, Any]:
    """Profile in a child process; raise :class:`Unreadable` with a sentence.

    Returns ``{"kind", "rows", "truncated", "columns": [{"name", "type", "missing",
    "distinct", "min", "max", "examples"}]}``; counts are of the rows that were read.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- ourselves, with two plain arguments
            [sys.executable, "-m", "submissions.tables", str(path), filename],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env={"POLARS_MAX_THREADS": "1", "PATH": ""},
            cwd=Path(__file__).resolve().parent.parent,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("It took too long to read.") from None
    finally:
        copy_of(path).unlink(missing_ok=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["It needs too much memory."])[-1]
        raise Unreadable(last[:300])
    profile: dict[str, Any] = json.loads(done.stdout)
    return profile


def copy_of(path: Path) -> Path:
    """Where the child puts the text in UTF-8; it may die before it can clear up."""
    return path.with_suffix(".utf8")
