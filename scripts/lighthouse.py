"""Google's Lighthouse on the pages that most people see first, on a phone.

Starts the demo's data on a server as in production (gunicorn, DEBUG off, https with a
certificate made for this run), audits four pages as a mid-range phone on a slow network
would see them, several times each, and prints the medians. Ends with 1 if a category is
below 95.

For measuring only: Menlo itself needs no Node (docs/adr/0012). Needs npm and Chromium,
and fetches Lighthouse, in the version below, into a folder of its own.
"""

import json
import os
import secrets
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
VERSION = "12.8.2"  # the last one for Node 20
TOOL = ROOT / "var" / f"lighthouse-{VERSION}"
CHROMIUM = os.environ.get("CHROME_PATH") or shutil.which("chromium")
CHROMIUM_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking "
    "--ignore-certificate-errors"
)
EVENT = "/events/bring-your-own-data/"
PAGES = {
    "home": "/",
    "event": EVENT,
    "gallery": f"{EVENT}projects/",
    "project": f"{EVENT}projects/a-sommelier-for-chemists/",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FIGURES = {
    "first paint": ("first-contentful-paint", 1000, "s"),
    "largest paint": ("largest-contentful-paint", 1000, "s"),
    "blocked": ("total-blocking-time", 1, "ms"),
    "shift": ("cumulative-layout-shift", 1, ""),
    "weight": ("total-byte-weight", 1024, "KiB"),
}
RUNS = 3
LEAST = 95
CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 "
    "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem"
)


def install() -> Path:
    program = TOOL / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        TOOL.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--no-fund", "--no-audit", "--ignore-scripts"]
        subprocess.run([*npm, f"lighthouse@{VERSION}"], cwd=TOOL, check=True)
    return program


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(stack: ExitStack) -> str:
    """Start the seeded site; return its address."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    address = f"https://127.0.0.1:{free_port()}"
    kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    production = {
        **kept,
        "DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "hackathon.settings",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "LOG_LEVEL": "WARNING",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": address,
    }
    as_demo = {**production, "MENLO_DEMO": "true", "SITE_URL": "http://127.0.0.1"}
    for command, env in (
        (("migrate", "-v0"), production),
        (("collectstatic", "--noinput", "-v0"), production),
        (("loaddemo",), as_demo),
    ):
        python = [sys.executable, "manage.py", *command]
        subprocess.run(python, cwd=ROOT, env=env, check=True)
    subprocess.run(CERTIFICATE.split(), cwd=folder, check=True, capture_output=True)
    certificate = f"{folder}/certificate.pem"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "hackathon.wsgi"),
            *("--config", "deploy/gunicorn.py", "--log-level", "warning"),
            *("--bind", address.removeprefix("https://")),
            *("--certfile", certificate, "--keyfile", f"{folder}/key.pem"),
        ],
        cwd=ROOT,
        env=production,
    )

    def stop() -> None:
        server.terminate()
        server.wait(30)

    stack.callback(stop)
    wait_for(f"{address}/healthz/", certificate)
    return address


def wait_for(url: str, certificate: str) -> None:
    trust = ssl.create_default_context(cafile=certificate)
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(url, timeout=5, context=trust):  # noqa: S310 -- ours
                return
        except OSError:
            if time.monotonic() > deadline:
                sys.exit(f"{url} did not come up")
            time.sleep(0.2)


def audit(program: Path, url: str) -> dict[str, float]:
    """One run with Lighthouse's own defaults: a mid-range phone, slow 4G."""
    out = subprocess.run(
        [
            *(str(program), url, "--quiet", "--output=json", "--output-path=stdout"),
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={CHROMIUM_FLAGS}",
        ],
        env={**os.environ, "CHROME_PATH": str(CHROMIUM)},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    report = json.loads(out)
    if "runtimeError" in report:
        sys.exit(f"{url}: {report['runtimeError']['message']}")
    complain(url, report)
    scores = {name: report["categories"][name]["score"] * 100 for name in CATEGORIES}
    figures = {
        name: report["audits"][audit]["numericValue"] / unit
        for name, (audit, unit, _sign) in FIGURES.items()
    }
    return scores | figures


def complain(url: str, report: dict[str, object]) -> None:
    """Say on the side what costs points."""
    audits = report["audits"]
    for name, category in report["categories"].items():  # type: ignore[attr-defined]
        for part in category["auditRefs"]:
            found = audits[part["id"]]  # type: ignore[index]
            if part["weight"] and found["score"] is not None and found["score"] < 0.9:  # noqa: PLR2004
                shown = found.get("displayValue", "")
                print(f"{url} {name}: {found['title']} {shown}", file=sys.stderr)


def main() -> int:
    if not CHROMIUM or not (shutil.which("npm") and shutil.which("openssl")):
        sys.exit("Lighthouse needs more: apt-get install npm chromium openssl")
    program = install()
    with ExitStack() as stack:
        address = serve(stack)
        results = {
            page: [audit(program, address + path) for _run in range(RUNS)]
            for page, path in PAGES.items()
        }
    print(
        f"Lighthouse {VERSION}, phone, medians of {RUNS} runs\n\n"
        f"| page | {' | '.join(CATEGORIES)} | {' | '.join(FIGURES)} |\n"
        f"|---{'|---:' * (len(CATEGORIES) + len(FIGURES))}|"
    )
    lowest = 100.0
    for page, runs in results.items():
        median = {
            name: statistics.median(run[name] for run in runs) for name in runs[0]
        }
        lowest = min(lowest, *(median[name] for name in CATEGORIES))
        scores = [f"{median[name]:.0f}" for name in CATEGORIES]
        figures = [
            f"{median[name]:.3g} {sign}".strip()
            for name, (_audit, _unit, sign) in FIGURES.items()
        ]
        print(f"| {page} | {' | '.join(scores + figures)} |")
    return 0 if lowest >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
