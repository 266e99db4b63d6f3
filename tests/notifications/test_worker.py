"""A real worker, sending to a server that speaks SMTP.

On a real Redis, which carries nudges; and alone, without any messages.
"""

import os
import signal
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from notifications.models import ACCOUNT_MAIL, LEASE, Notification, Topic
from notifications.outbox import notify_address, nudge
from submissions.actions import add_dataset
from submissions.files import check_dataset
from submissions.models import Dataset
from tests.factories.notifications import NotificationFactory
from tests.factories.teams import MembershipFactory
from tests.parts import Process, eventually

Status = Notification.Status
WORDS = {"subject": "Hi", "text": "Hi"}


def owe_a_code():
    notify_address("ada@code.example", ACCOUNT_MAIL, key="code", context=WORDS)


def all_settled():
    return not Notification.objects.exclude(status=Status.SENT).exists()


@pytest.mark.django_db(transaction=True)
def test_150_mails_leave_in_half_a_minute_and_a_code_overtakes_them(
    start_worker, smtp_server, either_broker
):
    NotificationFactory.create_batch(150, context=WORDS, topic=Topic.NEWS)
    smtp_server.delay = 0.05
    start_worker(EMAIL_URL=smtp_server.url)
    nudge()
    eventually(lambda: smtp_server.mails, what="the first mail")

    owe_a_code()

    eventually(
        lambda: "ada@code.example" in smtp_server.addresses, within=5, what="the code"
    )
    assert len(smtp_server.mails) < 150
    eventually(all_settled, within=30, what="every mail sent")
    assert len(smtp_server.addresses) == len(set(smtp_server.addresses)) == 151


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_end_does_so_and_loses_nothing(
    start_worker, smtp_server, either_broker
):
    """As systemd does it: with ``KillMode=mixed`` the main process alone is told."""
    NotificationFactory.create_batch(60, context=WORDS)
    smtp_server.delay = 0.1
    worker = start_worker(EMAIL_URL=smtp_server.url)
    nudge()
    eventually(lambda: len(smtp_server.mails) >= 5, what="some mails")

    worker.popen.terminate()

    assert worker.popen.wait(20) == 0
    smtp_server.delay = 0
    start_worker(EMAIL_URL=smtp_server.url)
    nudge()
    eventually(all_settled, what="every mail sent")
    assert len(smtp_server.addresses) == len(set(smtp_server.addresses)) == 60


@pytest.mark.django_db(transaction=True)
def test_a_worker_alone_ends_in_seconds_with_its_whole_group(
    environment, smtp_server, tmp_path
):
    """As Ctrl-C does it. What old versions left in the broker's folder is nothing."""
    queue = tmp_path / "data" / "broker" / "queue"
    queue.mkdir(parents=True)
    (queue / "1_torn.celery.msg").write_text('{"body": "WyJ')
    NotificationFactory.create_batch(30, context=WORDS)
    smtp_server.delay = 0.1
    worker = Process(
        [sys.executable, "-m", "celery", "--app", "hackathon", "--quiet", "worker"],
        log=tmp_path / "log",
        env={
            **environment,
            "DATA_DIR": str(tmp_path / "data"),
            "EMAIL_URL": smtp_server.url,
        },
    )
    eventually(lambda: len(smtp_server.mails) >= 5, what="some mails")

    os.killpg(worker.pid, signal.SIGTERM)

    assert worker.popen.wait(10) == 0
    assert len(list(queue.iterdir())) == 1
    assert not Notification.objects.filter(status=Status.SENDING).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_on_redis_ends_in_seconds_with_its_whole_group(
    start_worker, smtp_server, real_broker
):
    """Its children are told as well, in the middle of a mail, and before it is done."""
    NotificationFactory.create_batch(60, context=WORDS)
    smtp_server.delay = 0.3
    worker = start_worker(EMAIL_URL=smtp_server.url)
    nudge()
    eventually(lambda: len(smtp_server.mails) >= 5, what="some mails")

    os.killpg(worker.pid, signal.SIGTERM)

    worker.popen.wait(15)  # three on an idle machine
    smtp_server.delay = 0
    Notification.objects.filter(status=Status.SENDING).update(
        claimed_at=timezone.now() - LEASE
    )
    start_worker(EMAIL_URL=smtp_server.url)
    nudge()
    eventually(all_settled, what="every mail sent")
    counts = Counter(smtp_server.addresses)
    assert len(counts) == 60
    assert sum(counts.values()) <= 60 + CONCURRENCY


@pytest.mark.django_db(transaction=True)
def test_a_worker_alone_does_whatever_the_site_asks_of_workers(environment, tmp_path):
    """A profile of a dataset and a look at its link, with no message about either."""
    team = MembershipFactory().team
    upload = check_dataset(SimpleUploadedFile("a.csv", b"a,b\n1,2\n"))
    dataset = add_dataset(
        team, team.memberships.get().user, upload=upload, title="Ours",
        licence="MIT", provenance="x", sensitivity="event",
        link="https://192.0.2.1/",
    )  # fmt: skip
    Dataset.objects.update(link_status=Dataset.LinkStatus.WAITING)

    worker = Process(
        [sys.executable, "-m", "celery", "--app", "hackathon", "--quiet", "worker"],
        log=tmp_path / "log",
        env=environment,
    )

    def done():
        dataset.refresh_from_db()
        return dataset.profile_status == "done" and dataset.link_status != "waiting"

    try:
        eventually(done, what="the profile and the link")
    finally:
        worker.stop()


CONCURRENCY = 3  # mails that one worker sends at a time, at most


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_no_mail_and_doubles_at_most_what_it_held(
    start_worker, smtp_server, either_broker
):
    NotificationFactory.create_batch(200, context={"subject": "Hi", "text": "Hi"})
    smtp_server.delay = 0.01
    doomed = start_worker(EMAIL_URL=smtp_server.url)
    nudge()
    eventually(lambda: len(smtp_server.mails) >= 40, what="some mails")

    doomed.kill()
    # What the dead worker held is due again when its lease has run out.
    Notification.objects.filter(status=Status.SENDING).update(
        claimed_at=timezone.now() - LEASE - timedelta(seconds=1)
    )
    start_worker(EMAIL_URL=smtp_server.url)
    nudge()
    eventually(
        lambda: not Notification.objects.exclude(status=Status.SENT).exists(),
        within=60,
        what="every mail sent",
    )

    counts = Counter(smtp_server.addresses)
    doubled = sum(counts.values()) - len(counts)
    assert len(counts) == 200
    assert doubled <= CONCURRENCY


@pytest.mark.django_db(transaction=True)
def test_a_server_that_says_later_is_asked_later(
    celery_worker, smtp_server, either_broker
):
    smtp_server.refuse = "451 come back later"
    row = NotificationFactory(context={"subject": "Hi", "text": "Hi"})

    nudge()

    def tried():
        row.refresh_from_db()
        return row.error

    eventually(tried, what="an error in the row")
    assert (row.status, row.attempts) == (Status.QUEUED, 1)
    assert row.send_after > timezone.now()
    smtp_server.refuse = ""
    Notification.objects.update(send_after=timezone.now())
    nudge()
    eventually(lambda: len(smtp_server.mails) == 1, what="the mail")


@pytest.mark.django_db(transaction=True)
def test_a_server_that_says_never_is_believed(
    celery_worker, smtp_server, either_broker
):
    smtp_server.refuse = "550 no such person"
    row = NotificationFactory(context={"subject": "Hi", "text": "Hi"})

    nudge()

    def settled():
        row.refresh_from_db()
        return row.status == Status.FAILED

    eventually(settled, what="a failed row")
    assert "550" in row.error
    assert Notification.objects.retry() == 1
