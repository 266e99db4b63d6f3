"""G23, G24, G26: what is wrong with one mail, or one machine, harms nobody else."""

import random
import threading
import time

import pytest
import redis
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.broker import MOMENT, NAME, Nudge
from notifications import delivery
from notifications.models import MAX_ATTEMPTS, Notification, Topic
from notifications.outbox import notify
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory
from tests.factories.notifications import NotificationFactory
from tests.parts import broker_at, eventually, free_port

Status = Notification.Status
WORDS = {"subject": "Hi", "text": "Hi"}
REFUSALS = {"never": "550 no such person", "later": "451 come back later"}


@pytest.fixture
def by_smtp(smtp_server, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_server.port
    return smtp_server


def sweep():
    """What a worker does, until nothing is due now."""
    while delivery.deliver_due():
        pass


def poison():
    """Twenty rows that cannot be sent, in five ways; the way is in the key."""
    for number in range(4):
        NotificationFactory(
            recipient=None,
            address=f"a{number}@example.org\nBcc: b@example.org",
            context=WORDS,
            key=f"bad {number}",
        )
        NotificationFactory(
            key=f"gone {number}", template="notifications/email/is_no_more"
        )
        NotificationFactory(
            key=f"broken {number}", template="../settings", context=WORDS
        )
        for word in REFUSALS:
            NotificationFactory(
                key=f"{word} {number}",
                recipient=UserFactory(email=f"{word}{number}@example.org"),
                context=WORDS,
            )


@pytest.mark.django_db(transaction=True)
def test_twenty_poison_rows_among_five_hundred(by_smtp, sign_in):
    by_smtp.refuse = lambda address: REFUSALS.get(address[:5], "")
    NotificationFactory.create_batch(240, context=WORDS)
    poison()
    NotificationFactory.create_batch(240, context=WORDS)

    for _attempt in range(MAX_ATTEMPTS + 2):
        Notification.objects.filter(status=Status.QUEUED).update(
            send_after=timezone.now()
        )
        sweep()

    assert Notification.objects.filter(status=Status.SENT).count() == 480
    assert len(by_smtp.mails) == len(set(by_smtp.addresses)) == 480
    failed = Notification.objects.filter(status=Status.FAILED)
    assert failed.count() == 20
    for row in failed:
        assert row.error
        asked_once = row.key.startswith("never")
        assert row.attempts == (1 if asked_once else MAX_ATTEMPTS)

    # An organiser of everything sees why, and sends them once more in one click.
    client = sign_in(UserFactory(is_superuser=True, is_staff=True))
    row = failed.get(key="never 1")
    page = client.get(
        reverse("admin:notifications_notification_change", args=[row.pk])
    ).content.decode()
    assert "550" in page
    by_smtp.refuse = ""
    client.post(
        reverse("admin:notifications_notification_changelist"),
        {"action": "send_again", "_selected_action": [str(r.pk) for r in failed]},
    )
    sweep()

    assert Notification.objects.filter(status=Status.SENT).count() == 488


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_sent_and_what_is_committed_is(by_smtp):
    """G23."""
    rng = random.Random(7)
    person = UserFactory()
    committed = set()
    for number in range(300):
        key = f"occasion-{number}"
        with transaction.atomic():
            notify([person], "notifications/email/account", key=key, context=WORDS)
            if rng.random() < 0.5:
                transaction.set_rollback(True)
            else:
                committed.add(f"{key}:{person.pk}")

    sweep()

    sent = Notification.objects.filter(status=Status.SENT)
    assert set(sent.values_list("key", flat=True)) == committed
    assert len(by_smtp.mails) == len(committed) > 100


@pytest.mark.django_db(transaction=True)
def test_no_broker_and_no_mail_server_are_no_trouble_for_people(
    settings, monkeypatch, smtp_server
):
    """G24: pages answer, rows wait, and all is sent when the servers are back."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    monkeypatch.setattr(Nudge, "paused_until", 0.0)
    event = EventFactory()
    with broker_at(f"redis://127.0.0.1:{free_port()}/0", max_retries=1):
        for _person in range(10):
            client = Client(raise_request_exception=True)
            client.force_login(UserFactory())
            answer = client.post(
                reverse("events:register", args=[event.slug]), {"accept_conduct": "on"}
            )
            assert answer.status_code == 302
        sweep()
    rows = Notification.objects.filter(template__contains="registration")
    assert rows.filter(status=Status.QUEUED).count() == 10
    assert all("refused" in row.error.lower() for row in rows)

    settings.EMAIL_PORT = smtp_server.port
    Notification.objects.update(send_after=timezone.now())
    sweep()

    assert rows.filter(status=Status.SENT).count() == len(smtp_server.mails) == 10


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_many_mails_of_one_request_are_one_nudge(real_broker, monkeypatch):
    """Else a worker is woken for each, and what came later waits behind."""
    eventually(lambda: NAME not in {thread.name for thread in threading.enumerate()})
    monkeypatch.setattr(Nudge, "paused_until", 0.0)
    people = [UserFactory()]

    def owe(times, key):
        with transaction.atomic():
            for number in range(times):
                notify(people, "notifications/email/account", key=f"{key}-{number}")

    with redis.Redis.from_url(real_broker) as client:

        def nudges():
            return client.llen("menlo:mail")

        owe(100, "first")
        eventually(lambda: nudges() == 1, what="a nudge")
        owe(100, "second")
        eventually(lambda: nudges() == 2, what="another")
        time.sleep(4 * MOMENT)
        assert nudges() == 2


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_breaks_the_sweep_itself_holds_nobody_up(by_smtp, monkeypatch):
    """Such as a check of an app above that fails."""

    def doubt(row):
        if row.key.startswith("bad"):
            raise RuntimeError("a bug")
        return ""

    monkeypatch.setattr(delivery, "doubts", [doubt])
    for key in ("bad", "good"):
        NotificationFactory(key=key, context=WORDS, topic=Topic.TEAM)

    delivery.deliver_due()

    statuses = dict(Notification.objects.values_list("key", "status"))
    assert statuses == {"bad": Status.SENDING, "good": Status.SENT}
