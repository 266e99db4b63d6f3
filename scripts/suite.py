"""Run the checks and every test with real parts; count them; skip nothing.

Called by ``make test`` with the locked development packages installed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from packages import apt_install

ROOT = Path(__file__).resolve().parent.parent
NEEDED = {  # a program, and the Debian package that brings it
    "chromium": "chromium",
    "redis-server": "redis-server",
    "pg_virtualenv": "postgresql-common",
    "/usr/lib/postgresql": "postgresql",
}
NOT_OURS = ("DATABASE_URL", "DATA_DIR", "DEBUG", "EMAIL_URL", "REDIS_URL", "SECRET_KEY")
FAST_POSTGRES = [
    option
    for setting in ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
    for option in ("-o", setting)
]


@dataclass(frozen=True)
class Part:
    """One run of pytest."""

    name: str
    marks: str
    before: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    database: str = ""


MEASURE = ("--cov", "--cov-fail-under=0")  # judged once, at the end
PARTS = [
    Part("SQLite", "not worker and not e2e", options=("-n", "2", *MEASURE)),
    Part("worker", "worker and not e2e", options=(*MEASURE, "--cov-append")),
    Part(
        "PostgreSQL",
        "not e2e",
        before=("pg_virtualenv", *FAST_POSTGRES),
        options=("-n", "2"),
        database="postgres:///postgres",
    ),
    Part("browser", "e2e", options=("-n", "2", "--dist", "worksteal")),
]


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


def run(part: Part, folder: Path) -> Count:
    """Run one part and count; a part that broke, or ran nothing, counts as failed."""
    print(f"\n=== {part.name}", flush=True)
    report = folder / f"{part.name}.xml"
    env = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    env["COVERAGE_FILE"] = str(ROOT / ".coverage")
    if part.database:
        env["DATABASE_URL"] = part.database
    pytest = [sys.executable, "-m", "pytest", "-q", "-m", part.marks, *part.options]
    done = subprocess.run(
        [*part.before, *pytest, "--cov-report=", f"--junit-xml={report}"],
        cwd=ROOT,
        env=env,
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


def is_covered() -> bool:
    print("\n=== coverage of branches", flush=True)
    command = [sys.executable, "-m", "coverage", "report"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    start = time.monotonic()
    have_parts()
    print("=== checks", flush=True)
    checks = subprocess.run(["bash", "scripts/check.sh"], cwd=ROOT, check=False)
    troubles = ["make check"] if checks.returncode else []
    with tempfile.TemporaryDirectory() as folder:
        counts = {part.name: run(part, Path(folder)) for part in PARTS}
    if not is_covered():
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
