"""The parts that other tests stand on do stand."""

import os
import signal
import smtplib
import sys
from email.message import EmailMessage
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.urls import reverse

from notifications.models import Heartbeat
from notifications.tasks import beat_heartbeat
from tests.factories.accounts import UserFactory
from tests.parts import Process, eventually

BEFORE_THE_FIRST_TICK = 28  # seconds: beat's own comes after 30

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_hears_the_bell_on_redis(start_worker):
    start_worker()

    beat_heartbeat.delay()

    assert eventually(Heartbeat.objects.filter(name="worker").exists)


def test_all_is_ready_as_soon_as_beat_and_worker_are(
    client, environment, start_worker, real_broker, tmp_path
):
    assert client.get("/readyz/").status_code == 503
    start_worker()
    beat = Process(
        [
            *(sys.executable, "-m", "celery", "--app", "hackathon", "beat"),
            *("--pidfile=", "--schedule", str(tmp_path / "schedule")),
        ],
        log=tmp_path / "beat.log",
        env={**environment, "REDIS_URL": real_broker},
    )
    try:
        assert eventually(
            lambda: client.get("/readyz/").status_code == 200,
            within=BEFORE_THE_FIRST_TICK,
            what=beat.log,
        )
    finally:
        beat.stop()


def test_a_worker_alone_does_without_redis(client, environment, tmp_path):
    worker = Process(
        [
            *(sys.executable, "-m", "celery", "--app", "hackathon", "--quiet"),
            *("worker", "--without-gossip", "--without-mingle"),
        ],
        log=tmp_path / "log",
        env={**environment, "DATA_DIR": str(tmp_path / "data")},
    )
    worker.wait_for(" ready.")
    try:
        assert eventually(
            lambda: client.get("/readyz/").status_code == 200,
            within=BEFORE_THE_FIRST_TICK,
            what=worker.log,
        )
    finally:
        worker.stop()

    assert worker.popen.returncode == 0
    assert not (tmp_path / "data" / "broker").exists()


def has_died(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def programs(tmp_path):
    """Two programs that write their numbers down, kept running."""
    procfile = tmp_path / "Procfile"
    procfile.write_text(
        "".join(
            f"{name}: echo $$ >> {tmp_path / name}; exec sleep 600\n"
            for name in ("web", "worker")
        )
    )
    process = Process(
        [sys.executable, "-u", "scripts/processes.py", str(procfile)],
        log=tmp_path / "log",
    )

    def numbers(name):
        path = tmp_path / name
        return [int(n) for n in path.read_text().split()] if path.exists() else []

    yield process, numbers
    process.stop()


def test_a_program_that_falls_is_started_again_and_takes_no_other_with_it(programs):
    _process, numbers = programs
    eventually(lambda: numbers("web") and numbers("worker"), what="both")

    os.kill(numbers("worker")[0], signal.SIGKILL)

    eventually(lambda: len(numbers("worker")) == 2, what="another worker")
    assert len(numbers("web")) == 1
    assert not has_died(numbers("web")[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_all_programs_end_when_they_are_told_to(programs, number):
    process, numbers = programs
    eventually(lambda: numbers("web") and numbers("worker"), what="both")

    process.popen.send_signal(number)

    assert process.popen.wait(10) == 0
    assert all(has_died(numbers(name)[-1]) for name in ("web", "worker"))
    assert "killed" not in process.output


def test_the_mailroom_keeps_what_it_takes(smtp_server):
    mail = EmailMessage()
    mail["To"], mail["From"], mail["Subject"] = "ada@x.test", "menlo@x.test", "Hello"

    with smtplib.SMTP("127.0.0.1", smtp_server.port) as sender:
        sender.send_message(mail)
        smtp_server.refuse = "451 later"
        with pytest.raises(smtplib.SMTPDataError):
            sender.send_message(mail)

    assert smtp_server.addresses == ["ada@x.test"]


def test_the_site_serves_the_test_database(start_site):
    site = start_site()

    with urlopen(f"{site.url}{reverse('account_login')}") as page:  # noqa: S310
        assert page.status == 200


def test_the_browser_shows_the_admin_as_its_policy_allows(start_site, open_page):
    boss = UserFactory(is_staff=True, is_superuser=True)
    site = start_site()
    page = open_page()
    site.sign_in(page, boss)

    for path in ("", "events/event/", "events/event/add/"):
        page.goto(f"{site.url}/admin/{path}", wait_until="networkidle")

        assert page.locator("h1").first.is_visible()
