"""What is in a file, found out by a process of its own.

That process (:mod:`submissions.tables`) has a limit on memory and time, so a hostile
file costs a sentence, not a worker; and the site need not load what reads tables.
"""

import json
import signal
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

SECONDS = 60
COMMAND = [sys.executable, "-m", "submissions.tables"]
KINDS = {"csv": "csv", "tsv": "csv", "jsonl": "jsonl", "parquet": "parquet"}


class Failure(StrEnum):
    """Why there is no profile; :class:`submissions.models.Dataset` has the words."""

    SHAPE = "shape"
    MEMORY = "memory"
    TIME = "time"
    FILE = "file"


class Unreadable(Exception):
    """Why there is no profile."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def can_profile(filename: str) -> bool:
    return filename.rpartition(".")[2].lower() in KINDS


def profile_file(path: Path, filename: str) -> dict[str, Any]:
    """Profile in a child process; raise :class:`Unreadable`.

    Returns ``{"kind", "rows", "truncated", "columns": [{"name", "type", "missing",
    "distinct", "min", "max", "examples"}]}``, and of a text ``"encoding"``, empty for
    UTF-8; counts are of the rows that were read.
    """
    try:
        done = subprocess.run(  # noqa: S603 -- ourselves, with two plain arguments
            [*COMMAND, str(path), filename],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env={"POLARS_MAX_THREADS": "1", "PATH": ""},
            cwd=Path(__file__).resolve().parent.parent,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(Failure.TIME) from None
    except OSError:
        raise Unreadable(Failure.FILE) from None
    finally:
        copy_of(path).unlink(missing_ok=True)
    if done.returncode:
        raise Unreadable(_failure(done))
    profile: dict[str, Any] = json.loads(done.stdout)
    return profile


def _failure(done: "subprocess.CompletedProcess[str]") -> Failure:
    """What the child said; where it was ended, by which limit."""
    if done.returncode == -signal.SIGXCPU:
        return Failure.TIME
    said = done.stderr.strip()
    return Failure(said) if said in set(Failure) else Failure.MEMORY


def copy_of(path: Path) -> Path:
    """Where the child puts the text in UTF-8; it may die before it can clear up."""
    return path.with_suffix(".utf8")
