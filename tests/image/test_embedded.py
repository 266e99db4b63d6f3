"""docs/operations.md, embedded: what it says is typed, word by word."""

import http.client
import lzma
import secrets
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.image.manual import APP, Machine, blocks
from tests.parts import ROOT, eventually

DATA = Path("/srv/menlo/data")
HOST = "menlo.example.org"
DUMP = Path(__file__).with_name("before.sql.xz")


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """The commit at hand, on a branch that can be pulled from."""
    folder = tmp_path_factory.mktemp("git") / "menlo.git"
    trust = ["git", "-c", "safe.directory=*"]
    subprocess.run([*trust, "clone", "-q", "--bare", ROOT, folder], check=True)
    for command in (
        ["branch", "--force", "manual", "HEAD"],
        ["symbolic-ref", "HEAD", "refs/heads/manual"],
    ):
        subprocess.run([*trust, "-C", folder, *command], check=True)
    return folder


@pytest.fixture(scope="module")
def machine(tmp_path_factory, repository, mails):
    """Installed as the manual says; the packages are those of this checkout."""
    venv = (ROOT / ".venv").resolve()
    packages = "python3 scripts/packages.py base"
    machine = Machine(
        tmp_path_factory.mktemp("machine"),
        {
            "<this repository>": str(repository),
            packages: f"mkdir -p .venv; mount --bind {venv} .venv; {packages}",
            "createsuperuser": "createsuperuser --noinput",
        },
    )
    first, *rest = blocks("Embedded")
    machine.type(first)
    [variables] = blocks("Embedded", kind="ini")
    variables = variables.replace(
        "SECRET_KEY=…", f"SECRET_KEY={secrets.token_urlsafe(48)}"
    )
    variables = variables.replace(
        "submission://user:password@mail.example.org:587", "smtp://mailpit:1025"
    )
    Path("/etc/menlo.env").write_text(variables)
    for block in rest:
        machine.type(block)
    wait_for_the_site()
    yield machine
    machine.switch_off()
    subprocess.run(["/bin/umount", APP / ".venv"], check=True)


def get(path):
    headers = {
        "Host": HOST,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.7",
    }
    with closing(http.client.HTTPConnection("127.0.0.1", 8000, timeout=30)) as site:
        site.request("GET", path, headers=headers)
        answer = site.getresponse()
        return answer.status, answer.read().decode()


def wait_for_the_site():
    def is_ready():
        try:
            return get("/readyz/")[0] == 200
        except OSError:
            return False

    eventually(is_ready, within=90, what="/readyz/")


def test_the_site_is_there_with_its_tools(machine):
    status, page = get("/")

    assert status == 200
    assert "There is no event yet." in page
    said = machine.type(
        "deploy/manage shell -v0 -c "
        "'from submissions.models import Tool; print(Tool.objects.count())'"
    )
    assert int(said) > 50


def test_only_its_user_may_read_what_people_gave(machine):
    for path in (DATA, DATA / "menlo.sqlite3", DATA / "media"):
        assert path.stat().st_mode & 0o077 == 0, path
        assert path.owner() == "menlo"


def test_a_folder_that_others_may_enter_is_named(machine):
    DATA.chmod(0o755)
    try:
        with pytest.raises(AssertionError, match="W001"):
            machine.type("deploy/manage check --deploy --fail-level WARNING")
    finally:
        DATA.chmod(0o700)
    machine.type("deploy/manage check --deploy --fail-level WARNING")


ASK = "deploy/manage shell -v0 -c '{}'"
OWE = """
from accounts.hooks import postmen
from datetime import timedelta
for post in postmen: post("owner@menlo.test", "Of old", "Hello", timedelta(hours=1))
"""
STATE = """
from notifications.models import Notification
print(*Notification.objects.values_list("status", flat=True))
"""


def ask(machine, code):
    return machine.type(ASK.format(code.replace("'", '"').strip()))


def test_a_backup_is_restored_and_mails_nobody_twice(machine, mails):
    _compose, _restore, backup, restore = blocks("Backup and restore")
    machine.systemctl("stop", "menlo-worker")
    machine.type(
        "cd /srv/menlo/app\n"
        "runuser --user menlo -- touch /srv/menlo/data/media/of-nobody\n"
    )
    ask(machine, OWE)
    machine.type(backup)
    machine.systemctl("start", "menlo-worker")
    eventually(lambda: len(mails) == 1, within=90, what="the mail that was owed")

    shutil.rmtree(DATA)
    machine.type(f"install --directory --owner menlo --group menlo --mode 0700 {DATA}")
    said = machine.type(restore)

    wait_for_the_site()
    assert "1 mails are marked as perhaps sent." in said
    assert "of-nobody belongs to nothing." in said
    assert ask(machine, STATE).split() == ["unknown"]
    assert len(mails) == 1
    assert (DATA / "menlo.sqlite3").stat().st_mode & 0o077 == 0


def test_a_site_of_before_is_upgraded(machine):
    """Its tables are those of the demo before the wall clock and the former slugs."""
    machine.systemctl("stop", "menlo-web", "menlo-worker")
    for file in DATA.glob("menlo.sqlite3*"):
        file.unlink()
    with closing(sqlite3.connect(DATA / "menlo.sqlite3")) as database:
        database.executescript(lzma.decompress(DUMP.read_bytes()).decode())
    shutil.chown(DATA / "menlo.sqlite3", "menlo", "menlo")
    machine.systemctl("start", "menlo-web", "menlo-worker")
    embedded, _compose = blocks("Upgrade")

    machine.type(embedded)

    wait_for_the_site()
    assert "as they were written" in machine.type("deploy/manage verify_audit")
    assert get("/events/")[0] == 200
