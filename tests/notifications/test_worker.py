"""A real worker on a real Redis, sending to a server that speaks SMTP."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import LEASE, Notification
from notifications.tasks import deliver_due
from tests.factories.notifications import NotificationFactory
from tests.parts import eventually

Status = Notification.Status
CONCURRENCY = 2  # children of one worker, as start_worker() asks


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_no_mail_and_doubles_at_most_what_it_held(
    start_worker, smtp_server, real_broker
):
    NotificationFactory.create_batch(200, context={"subject": "Hi", "text": "Hi"})
    smtp_server.delay = 0.01
    doomed = start_worker(EMAIL_URL=smtp_server.url)
    deliver_due.delay()
    eventually(lambda: len(smtp_server.mails) >= 40, what="some mails")

    doomed.kill()
    # What the dead worker held is due again when its lease has run out.
    Notification.objects.filter(status=Status.SENDING).update(
        claimed_at=timezone.now() - LEASE - timedelta(seconds=1)
    )
    start_worker(EMAIL_URL=smtp_server.url)
    deliver_due.delay()
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
    celery_worker, smtp_server, real_broker
):
    smtp_server.refuse = "451 come back later"
    row = NotificationFactory(context={"subject": "Hi", "text": "Hi"})

    deliver_due.delay()

    def tried():
        row.refresh_from_db()
        return row.error

    eventually(tried, what="an error in the row")
    assert (row.status, row.attempts) == (Status.QUEUED, 1)
    assert row.send_after > timezone.now()
    smtp_server.refuse = ""
    Notification.objects.update(send_after=timezone.now())
    deliver_due.delay()
    eventually(lambda: len(smtp_server.mails) == 1, what="the mail")


@pytest.mark.django_db(transaction=True)
def test_a_server_that_says_never_is_believed(celery_worker, smtp_server, real_broker):
    smtp_server.refuse = "550 no such person"
    row = NotificationFactory(context={"subject": "Hi", "text": "Hi"})

    deliver_due.delay()

    def settled():
        row.refresh_from_db()
        return row.status == Status.FAILED

    eventually(settled, what="a failed row")
    assert "550" in row.error
    assert Notification.objects.retry() == 1
