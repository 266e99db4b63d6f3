"""Run the checks and every test with real parts; count them; skip nothing.

Called by ``make test``: with ``parts``, on a bare Python, it installs the programs that
the locked development packages do not bring; without, it runs. What mostly waits, for
workers and browsers, runs beside the checks and what computes, goes before it, and is
heard afterwards; in one run, since to find all tests and to make a database takes each
run a while.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from xml.etree import ElementTree as ET

from packages import apt_install

ROOT = Path(__file__).resolve().parent.parent
NEEDED = {  # a program, and the Debian package that brings it
    "/usr/lib/chromium/chromium-headless-shell": "chromium-headless-shell",
    "redis-server": "redis-server",
    "pg_virtualenv": "postgresql-common",
    "/usr/lib/postgresql": "postgresql",
}
NOT_OURS = (
    *("CACHE_URL", "DATABASE_URL", "DATA_DIR", "DEBUG", "EMAIL_URL", "REDIS_URL"),
    "SECRET_KEY",
)
FAST_POSTGRES = [
    option
    for setting in (
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "autovacuum=off",
    )
    for option in ("-o", setting)
]
ROOM = 4 * 2**30  # bytes
PATIENT = ("nice", "-n", "5")  # else a browser beside it starves


@dataclass(frozen=True)
class Part:
    """One run of pytest."""

    name: str
    marks: str
    before: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    database: str = ""
    is_measured: bool = False


COMPUTING = [
    Part(
        "PostgreSQL",
        "database and not e2e",  # to the others it is all the same
        before=(*PATIENT, "pg_virtualenv", *FAST_POSTGRES),
        options=("-n", "2", "--dist", "worksteal"),
        database="postgres:///postgres",
    ),
    Part(
        "SQLite",
        "not worker and not e2e",
        before=PATIENT,
        options=("-n", "2", "--dist", "worksteal"),
        is_measured=True,
    ),
]
WAITING = [Part("worker and browser", "worker or e2e")]


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )


def have_parts() -> None:
    """Install what is missing, or end with its names."""

    def missing() -> dict[str, str]:
        return {
            program: package
            for program, package in NEEDED.items()
            if not (shutil.which(program) or Path(program).is_dir())
        }

    if packages := set(missing().values()):
        print(f"Installing {', '.join(sorted(packages))} …", flush=True)
        apt_install(*packages)
    if packages := set(missing().values()):
        names = " ".join(sorted(packages))
        sys.exit(f"The tests need these packages. Please run: apt-get install {names}")


def quick_folder() -> str | None:
    """In memory, where there is room: SQLite waits for its disk at each commit."""
    memory = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made in it
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    return str(memory) if roomy else None


def run(part: Part, folder: Path, output: TextIO | None = None) -> Count:
    """Run one part and count; a part that broke, or ran nothing, counts as failed."""
    report = folder / f"{part.name}.xml"
    env = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    env["MENLO_SHARED_DIR"] = str(folder)
    env["OPENBLAS_NUM_THREADS"] = "1"  # else its threads wait for one another, busily
    if part.database:
        env["DATABASE_URL"] = part.database
    pytest = [
        *("env", f"TMPDIR={folder}"),  # not for the cluster: that has a user of its own
        *(sys.executable, "-m", "pytest", "-q", "-m", part.marks, *part.options),
    ]
    if part.is_measured:  # with all that it starts
        env["COVERAGE_FILE"] = str(folder / ".coverage")
        env["COVERAGE_PROCESS_START"] = str(ROOT / "pyproject.toml")
    done = subprocess.run(
        [*part.before, *pytest, f"--junit-xml={report}"],
        cwd=ROOT,
        env=env,
        stdout=output,
        stderr=output,
        check=False,
    )
    if not report.exists():
        return Count(failed=1)
    count = Count()
    for suite in ET.parse(report).iter("testsuite"):  # noqa: S314 -- pytest wrote it
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        total = int(suite.get("tests", 0))
        count += Count(max(0, total - bad - skipped), bad, skipped)
    if done.returncode and not count.failed:
        count.failed = 1
    return count


def run_quietly(part: Part, folder: Path) -> Count:
    with log_of(part, folder).open("w") as output:
        return run(part, folder, output)


def log_of(part: Part, folder: Path) -> Path:
    return folder / f"{part.name}.log"


def run_checks() -> bool:
    print("=== checks", flush=True)
    checks = [*PATIENT, "bash", "scripts/check.sh"]
    return subprocess.run(checks, cwd=ROOT, check=False).returncode == 0


def run_parts(folder: Path) -> tuple[bool, dict[str, Count]]:
    """Whether the checks found nothing, and what each part counted."""
    counts = {}
    beside = ThreadPoolExecutor(max_workers=1)  # one after the other
    try:
        waiting = [(p, beside.submit(run_quietly, p, folder)) for p in WAITING]
        is_clean = run_checks()
        for part in COMPUTING:
            print(f"\n=== {part.name}", flush=True)
            counts[part.name] = run(part, folder)
        for part, running in waiting:
            counts[part.name] = running.result()
            print(f"\n=== {part.name}", log_of(part, folder).read_text(), sep="\n")
    finally:
        beside.shutdown(cancel_futures=True)
    return is_clean, counts


def is_covered(folder: Path) -> bool:
    print("\n=== coverage of branches", flush=True)
    coverage = [sys.executable, "-m", "coverage"]
    combine = [*coverage, "combine", "--quiet", str(folder)]
    return all(
        subprocess.run(command, cwd=ROOT, check=False).returncode == 0
        for command in (combine, [*coverage, "report"])
    )


def main() -> int:
    start = time.monotonic()
    have_parts()
    if sys.argv[1:] == ["parts"]:
        return 0
    with tempfile.TemporaryDirectory(dir=quick_folder()) as name:
        is_clean, counts = run_parts(Path(name))
        troubles = [] if is_clean else ["make check"]
        if not is_covered(Path(name)):
            troubles.append("coverage")
    total = sum(counts.values(), Count())
    if total.skipped:
        troubles.append(f"{total.skipped} skipped")
    if troubles:
        print(f"\nNot as it must be: {', '.join(troubles)}.")
    by_part = ", ".join(f"{name} {count.passed}" for name, count in counts.items())
    print(f"\nTests per backend: {by_part}; {time.monotonic() - start:.0f} s.")
    failed = total.failed + len(troubles)
    print(f"{total.passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
