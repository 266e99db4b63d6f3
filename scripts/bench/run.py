"""Requests per second beside the least that Django can do, in one run.

Starts PostgreSQL (a throw-away cluster), Redis, and gunicorn with two sync workers,
twice: for Menlo as in production and for floor.py. Loads both in turn with wrk on
loopback, several short rounds, and prints medians and the ratio to the floor. Ends by
itself after about two minutes.
"""

import json
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 5
SECONDS = 2
CONNECTIONS = 8
HOST = "menlo.bench.invalid"


@dataclass(frozen=True)
class Load:
    """One line of the table; ``floor`` names the line it is compared with."""

    name: str
    url: str
    cookie: str = ""
    floor: str = ""


@dataclass(frozen=True)
class Figures:
    rate: float
    p50: float
    p95: float
    p99: float


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


REPORT = """
done = function(summary, latency, requests)
  io.write(string.format("FIGURES %f %f %f %f %d\\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, latency:percentile(99) / 1000,
    summary.errors.status + summary.errors.connect + summary.errors.read))
end
"""


def load(item: Load, script: Path) -> Figures:
    """One bounded round of wrk; ends the run if anything but 200 came back."""
    headers = ["-H", f"Host: {HOST}", "-H", "Accept-Encoding: gzip"]
    headers += ["-H", "X-Forwarded-Proto: https"]
    if item.cookie:
        headers += ["-H", f"Cookie: {item.cookie}"]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script)]
    out = subprocess.run(
        [*command, *headers, item.url], capture_output=True, text=True, check=True
    ).stdout
    rate, p50, p95, p99, errors = map(float, out.split("FIGURES ")[1].split())
    if errors:
        sys.exit(f"{item.name}: {errors:.0f} requests failed\n{out}")
    return Figures(rate, p50, p95, p99)


def start(stack: ExitStack, command: list[str], env: dict[str, str]) -> None:
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def stop() -> None:
        process.terminate()
        process.wait(20)

    stack.callback(stop)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    request = Request(url, headers={"Host": HOST, "X-Forwarded-Proto": "https"})  # noqa: S310
    while True:
        try:
            with urlopen(request, timeout=2):  # noqa: S310
                return
        except OSError:
            if time.monotonic() > deadline:
                sys.exit(f"{url} did not come up")
            time.sleep(0.1)


def gunicorn(app: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", app, "--workers", "2"),
        *("--worker-class", "sync", "--bind", f"127.0.0.1:{port}"),
        *("--pythonpath", "scripts/bench", "--log-level", "warning"),
    ]


def production(stack: ExitStack) -> dict[str, str]:
    """Start Redis, migrate the database, gather the static files; as in production.

    Returns the environment in which to start what else is needed. Runs in a throw-away
    cluster of ``pg_virtualenv``'s.
    """
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    redis_port = free_port()
    login = f"{os.environ['PGUSER']}:{os.environ['PGPASSWORD']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hackathon.settings",
        "DATABASE_URL": f"postgres://{login}@127.0.0.1:{os.environ['PGPORT']}/postgres",
        "DATA_DIR": str(folder),
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": f"https://{HOST}",
        "TRUSTED_PROXY_COUNT": "1",
    }
    redis = ["redis-server", "--port", str(redis_port), "--save", ""]
    start(stack, [*redis, "--dir", str(folder)], env)
    for task in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        command = [sys.executable, "manage.py", *task]
        subprocess.run(command, check=True, cwd=ROOT, env=env)
    return env


def in_django(env: dict[str, str], script: str, *words: str) -> Any:
    """What a script of this folder printed, as JSON, when Django was set up for it."""
    done = subprocess.run(
        [sys.executable, f"scripts/bench/{script}", *words],
        cwd=ROOT,
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    for program in ("wrk", "redis-server", "pg_virtualenv"):
        if not shutil.which(program):
            sys.exit(
                f"{program} is missing: apt-get install wrk redis postgresql-common"
            )
    if "PGPORT" not in os.environ:
        os.execvp("pg_virtualenv", ["pg_virtualenv", "-t", sys.executable, __file__])
    with ExitStack() as stack:
        env = production(stack)
        script = Path(env["DATA_DIR"]) / "report.lua"
        script.write_text(REPORT)
        app_port, floor_port = free_port(), free_port()
        seeded = in_django(env, "seed.py")
        start(stack, gunicorn("hackathon.wsgi", app_port), env)
        start(
            stack,
            gunicorn("floor", floor_port),
            {k: v for k, v in env.items() if k != "DJANGO_SETTINGS_MODULE"},
        )
        app, floor = (f"http://127.0.0.1:{port}" for port in (app_port, floor_port))
        wait_for(f"{app}/healthz/")
        wait_for(f"{floor}/nothing/")
        loads = [
            Load("floor: no query", f"{floor}/nothing/"),
            Load("floor: one query, 20 rows", f"{floor}/rows/"),
            *(
                Load(f"{name}, anonymous", f"{app}{path}", "", "floor: no query")
                for name, path in seeded["pages"].items()
            ),
            *(
                Load(
                    f"{name}, signed in",
                    f"{app}{path}",
                    seeded["cookie"],
                    "floor: one query, 20 rows",
                )
                for name, path in seeded["pages"].items()
            ),
        ]
        report(measure(loads, script), loads)


def measure(loads: list[Load], script: Path) -> dict[str, list[Figures]]:
    rounds: dict[str, list[Figures]] = {item.name: [] for item in loads}
    for _round in range(ROUNDS):
        for item in loads:
            rounds[item.name].append(load(item, script))
    return rounds


def report(rounds: dict[str, list[Figures]], loads: list[Load]) -> None:
    """Print medians. A ratio compares two figures of one round: load comes and goes."""
    print(
        "| page | requests/s | p50 ms | p95 ms | p99 ms | ratio to its floor |\n"
        "|---|---:|---:|---:|---:|---:|"
    )
    for item in loads:
        own = rounds[item.name]
        rate, *times = (
            statistics.median(getattr(one, field) for one in own)
            for field in ("rate", "p50", "p95", "p99")
        )
        floors = rounds.get(item.floor, [])
        ratios = [
            one.rate / floor.rate for one, floor in zip(own, floors, strict=False)
        ]
        ratio = f"{statistics.median(ratios):.2f}" if ratios else ""
        shown = " | ".join(f"{time:.1f}" for time in times)
        print(f"| {item.name} | {rate:.0f} | {shown} | {ratio} |")


if __name__ == "__main__":
    main()
