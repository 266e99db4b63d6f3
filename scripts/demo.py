"""The living demo: web, worker and beat on SQLite, in the folder var/.

    .venv/bin/python scripts/demo.py          start it; Ctrl-C stops all of it
    .venv/bin/python scripts/demo.py reset    forget its data

``PORT=8080`` asks for a port. ``HOST=192.168.1.20``, an address of this machine, lets
phones in the same network in.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("DATA_DIR") or ROOT / "var")
BIN = Path(sys.executable).parent
LOOPBACK = "127.0.0.1"
PORTS_TO_TRY = 50
PATIENCE = 60  # seconds
NOT_OURS = (
    "ALLOWED_HOSTS", "CACHE_URL", "DATABASE_URL", "DEBUG", "EMAIL_URL", "REDIS_URL",
    "SECRET_KEY", "TRUSTED_PROXY_COUNT",
)  # fmt: skip


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose_port(host: str, wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TO_TRY):
        if is_free(host, port):
            if port != wanted:
                print(f"Port {wanted} is taken, so this is on {port}.")
            return port
    sys.exit(f"Every port from {wanted} to {port} is taken. Try: make demo PORT=9000")


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the data folder, so that two demos or a reset cannot meet in it."""
    DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (DATA / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("The demo is running already. Stop it with Ctrl-C first.")
        yield


def environment(host: str, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    return kept | {
        "BIND": LOOPBACK if host == LOOPBACK else "0.0.0.0",  # noqa: S104 -- was asked for
        "DATA_DIR": str(DATA),
        "DJANGO_SETTINGS_MODULE": "hackathon.settings",
        "MENLO_DEMO": "true",
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        # By its name: a passkey belongs to one, and no address can have any.
        "SITE_URL": f"http://{'localhost' if host == LOOPBACK else host}:{port}",
    }


def manage(env: dict[str, str], *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=False
    )
    if done.returncode:
        sys.exit(done.returncode)


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2):  # noqa: S310 -- our own address
            return True
    except (OSError, URLError):
        return False


def wait_for(processes: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and processes.poll() is None:
        if answers(url):
            return True
        time.sleep(0.2)
    return False


def run(env: dict[str, str]) -> int:
    """Start all processes; return when they have ended."""
    command = [sys.executable, "scripts/processes.py", "Procfile.demo"]
    processes = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: processes.terminate())
    is_up = wait_for(processes, f"{env['SITE_URL']}/healthz/")
    if is_up:
        manage(env, "demo_sign_in", "--wait", "30")
        print("Ctrl-C stops everything. The data stays; make demo-reset forgets it.")
    elif processes.poll() is None:
        processes.terminate()
    processes.wait()
    print("Stopped." if is_up else "The demo did not start; the lines above say why.")
    return 0 if is_up else 1


def start() -> int:
    host = os.environ.get("HOST") or LOOPBACK
    with only_one():
        port = choose_port(host, int(os.environ.get("PORT") or 8000))
        env = environment(host, port)
        is_new = not (DATA / "menlo.sqlite3").exists()
        if is_new:
            print("Making the demo; the first time this takes a minute or two.")
        print("Tables …", flush=True)
        manage(env, "migrate", "--verbosity", "0")
        print("Style sheets and scripts …", flush=True)
        manage(env, "collectstatic", "--noinput", "--verbosity", "0")
        print("People, teams and their work …" if is_new else "Data …", flush=True)
        manage(env, "loaddemo")
        print("Web and worker …", flush=True)
        return run(env)


def reset() -> int:
    with only_one():
        for path in DATA.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != "demo.lock":
                path.unlink()
    print("The demo's data is gone. make demo starts afresh.")
    return 0


if __name__ == "__main__":
    sys.exit(reset() if sys.argv[1:] == ["reset"] else start())
