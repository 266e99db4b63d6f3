"""The image that ``make image`` built, run as docker-compose.yml says.

In a network of its own, so that every service has the port and the name that the file
gives it: nothing of the file is changed. The containers are made by hand: no engine.
"""

import json
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import yaml

from tests.parts import ROOT, Mailroom, Process, eventually

OURS = ("web", "worker", "worker-files", "beat")
HOST = "localhost"  # for which Caddy makes a certificate by itself
TOKEN = "let-me-see"
# What the manual tells to write into .env.
DOT_ENV = {
    "SITE_HOST": HOST,
    "SECRET_KEY": secrets.token_urlsafe(48),
    "POSTGRES_PASSWORD": "of-postgres",
    "REDIS_PASSWORD": "of-redis",
    "EMAIL_URL": "smtp://mailpit:1025",
    "HEALTH_TOKEN": TOKEN,
}
# As compose does: a root that is read only, memory for /tmp, nothing else of the host.
ENTER = """
hostname "$SERVICE"
mount --bind "$IMAGE_ROOT" "$IMAGE_ROOT"
mount -o remount,bind,ro "$IMAGE_ROOT"
cd "$IMAGE_ROOT"
mount --bind "$DATA" data
mount -t tmpfs tmpfs tmp
mount -t proc proc proc
mount --rbind /dev dev
mount --bind /etc/hosts etc/hosts
exec chroot . setpriv --reuid "$RUN_AS" --regid "$RUN_AS" --clear-groups \
  --no-new-privs --bounding-set=-all --inh-caps=-all \
  env -i --chdir "$WORKING_DIR" "$@"
"""
UNSHARE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc")


def config():
    return json.loads(os.environ["IMAGE_CONFIG"])["Docker"]["config"]


def compose_file(folder):
    """docker-compose.yml as compose itself reads it, with that ``.env``."""
    dot_env = folder / ".env"
    dot_env.write_text("".join(f"{k}={v}\n" for k, v in DOT_ENV.items()))
    command = ["docker-compose", "--file", str(ROOT / "docker-compose.yml")]
    command += ["--env-file", str(dot_env), "config"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout.replace("$$", "$"))


class Compose:
    """What ``docker compose`` does with the services of one file."""

    def __init__(self, folder):
        self.folder = folder
        self.services = compose_file(folder)["services"]
        self.data = folder / "data"
        self.data.mkdir()
        shutil.chown(self.data, int(RUN_AS), int(RUN_AS))
        self.running = {}

    def command(self, service):
        """What the service runs, as the file writes it."""
        said = self.services[service].get("command")
        if isinstance(said, str):
            return shlex.split(said)
        return said or config()["Cmd"]

    def check(self, service):
        """What finds out whether the service is well."""
        own = self.services[service].get("healthcheck", {})
        test = own.get("test") or config()["Healthcheck"]["Test"]
        kind, *command = test if isinstance(test, list) else ["CMD-SHELL", test]
        return ["sh", "-c", *command] if kind == "CMD-SHELL" else command

    def inside(self, service, command):
        """How to run a command in a container of the service."""
        described = self.services[service]
        environment = dict(pair.split("=", 1) for pair in config()["Env"])
        environment |= {k: str(v) for k, v in described["environment"].items()}
        environment |= {"HOSTNAME": service, "HOME": "/data"}
        variables = [f"{name}={value}" for name, value in environment.items()]
        return [*UNSHARE, "sh", "-ec", ENTER, "sh", *variables, *command]

    def outside(self, service):
        return {
            **os.environ,
            "SERVICE": service,
            "DATA": str(self.data),
            "RUN_AS": RUN_AS,
            "WORKING_DIR": config()["WorkingDir"],
        }

    def run(self, service, *command, check=True, **options):
        """``docker compose run --rm``: wait for it, give what it said."""
        done = subprocess.run(
            self.inside(service, command or self.command(service)),
            env=self.outside(service),
            stdin=options.pop("stdin", subprocess.DEVNULL),
            capture_output=True,
            check=False,
            **options,
        )
        if check:
            assert done.returncode == 0, (done.stdout + done.stderr).decode()
        return done

    def up(self, service):
        """``docker compose up --detach``."""
        process = Process(
            self.inside(service, self.command(service)),
            log=self.folder / f"{service}.log",
            env=self.outside(service),
        )
        self.running[service] = process
        return process

    def is_well(self, service):
        done = self.run(service, *self.check(service), check=False)
        return done.returncode == 0

    def stop(self, service):
        """``docker compose stop``: seconds until it has ended by itself."""
        process = self.running.pop(service)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        [first] = children.read_text().split()
        start = time.monotonic()
        os.kill(int(first), signal.SIGTERM)
        try:
            process.popen.wait(60)
        finally:
            process.kill()
        return time.monotonic() - start

    def down(self):
        for process in self.running.values():
            process.kill()


RUN_AS = "10001"


def as_user(name, *command):
    return ["setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups", *command]


@pytest.fixture(scope="session")
def postgres():
    """Debian's, as compose's service has it: this user, this database, this port."""
    versions = Path("/usr/lib/postgresql").iterdir()
    programs = max(versions, key=lambda path: int(path.name)) / "bin"
    folder = Path("/tmp/menlo-image-postgres")  # noqa: S108 -- short, for its socket
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    password = folder / "password"
    password.write_text(DOT_ENV["POSTGRES_PASSWORD"])
    for path in (folder, password):
        shutil.chown(path, "postgres", "postgres")
    make = [str(programs / "initdb"), "--username=menlo", f"--pwfile={password}"]
    make += ["--auth=scram-sha-256", "--auth-local=trust", "-D", f"{folder}/data"]
    subprocess.run(as_user("postgres", *make), check=True, cwd="/", capture_output=True)
    serve = [str(programs / "postgres"), "-D", f"{folder}/data", "-k", str(folder)]
    process = Process(
        as_user("postgres", *serve, "-c", "fsync=off"), log=folder / "log"
    )
    process.wait_for("ready to accept connections")
    client = ["createdb", "--host", str(folder), "--username", "menlo", "menlo"]
    subprocess.run(client, check=True, cwd="/")
    yield folder
    process.kill()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def redises(composition, tmp_path_factory):
    """Debian's, by the commands that compose gives them, each at the port it says."""
    processes = []
    for name in ("redis", "cache"):
        folder = tmp_path_factory.mktemp(name)
        process = Process(
            composition.command(name),
            log=folder / "log",
            env={**os.environ, "REDIS_PASSWORD": DOT_ENV["REDIS_PASSWORD"]},
            cwd=folder,
        )
        process.wait_for("Ready to accept connections")
        processes.append(process)
    yield
    for process in processes:
        process.kill()


@pytest.fixture(scope="session")
def composition(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compose")
    for path in (folder, *folder.parents):
        if path.owner() == "root" and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    composition = Compose(folder)
    yield composition
    composition.down()


@pytest.fixture(scope="session")
def mails():
    mailroom = Mailroom(port=1025)
    mailroom.start()
    yield mailroom.mails
    mailroom.stop()


@pytest.fixture(scope="session")
def site(composition, postgres, redises, mails):
    """All services of ours, started in compose's order."""
    composition.run("migrate")
    for service in OURS:
        composition.up(service)
    web = composition.running["web"]

    def answers():
        assert web.popen.poll() is None, web.output
        try:
            return urlopen("http://127.0.0.1:8000/healthz/", timeout=2)
        except URLError as error:
            return getattr(error, "code", None) == 400

    eventually(answers, within=60, what="the web service")
    return composition


@pytest.fixture(scope="session")
def proxy(site, tmp_path_factory):
    """Debian's Caddy with the Caddyfile of the proxy."""
    folder = tmp_path_factory.mktemp("caddy")
    process = Process(
        ["caddy", "run", "--config", str(ROOT / "deploy" / "Caddyfile")],
        log=folder / "log",
        env={**os.environ, "SITE_HOST": HOST, "HOME": str(folder)},
    )
    process.wait_for("serving initial configuration")
    yield process
    process.stop()
