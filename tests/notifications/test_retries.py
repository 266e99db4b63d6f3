"""A mail server may be away, slow, full or strict; what is owed outlives it."""

import logging
import smtplib
from datetime import timedelta
from itertools import pairwise

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from notifications import actions, delivery
from notifications.composing import ACCOUNT
from notifications.models import MAX_ATTEMPTS, Broadcast, Notification
from tests.factories.events import RegistrationFactory
from tests.factories.notifications import NotificationFactory
from tests.parts import broker_at, free_port

pytestmark = pytest.mark.django_db
Status = Notification.Status
WORDS = {"subject": "Hi", "text": "Hi"}
ADDRESS = "somebody@example.org"
AWAY = ConnectionRefusedError(111, "Connection refused")

NOT_FINAL = [
    (550, b"5.4.5 Daily user sending quota exceeded"),
    (550, b"5.4.6 Routing loop detected"),
    (554, b"Message refused, try again later"),
    (554, b"5.7.1 Temporarily blocked for too many messages"),
    (552, b"5.2.2 Mailbox is over its limit"),
    (552, b"Requested mail action aborted: exceeded storage allocation"),
    (552, b"hourly limit reached"),
    (550, b"5.3.2 System is not accepting network messages"),
    (550, b"rate limited"),
    (550, b"Greylisted, please wait"),
    (451, b"4.7.1 greylisted"),
    (421, b"too many connections"),
    (452, b"insufficient storage"),
]
FINAL = [
    (550, b"5.1.1 no such user"),
    (550, b"no such person"),
    (551, b"user not local"),
    (553, b"5.1.3 bad address"),
    (554, b"5.6.0 not a mail"),
    (552, b"5.3.4 message is bigger than this server takes"),
]


def at_recipient(answer):
    return smtplib.SMTPRecipientsRefused({ADDRESS: answer})


def at_data(answer):
    return smtplib.SMTPDataError(*answer)


def at_sender(answer):
    return smtplib.SMTPSenderRefused(*answer, "menlo@example.org")


def at_sign_in(answer):
    return smtplib.SMTPAuthenticationError(*answer)


@pytest.mark.parametrize("answer", NOT_FINAL)
@pytest.mark.parametrize("where", [at_recipient, at_data, at_sender, at_sign_in])
def test_what_may_pass_is_not_final_wherever_it_is_said(answer, where):
    assert not delivery.is_permanent(where(answer))


@pytest.mark.parametrize("answer", FINAL)
def test_what_is_final_is_so_for_the_mail_and_not_for_us(answer):
    assert delivery.is_permanent(at_recipient(answer))
    assert delivery.is_permanent(at_data(answer))
    # Our own account or address is wrong: somebody will mend that.
    assert not delivery.is_permanent(at_sender(answer))
    assert not delivery.is_permanent(at_sign_in(answer))


def tries(row, clock, error):
    """When it was tried, in seconds after the first time, until it came to an end."""
    start, moments = timezone.now(), []
    while (claimed := Notification.objects.claim(row.pk)) is not None:
        moments.append((timezone.now() - start).total_seconds())
        if delivery.unwanted(claimed):
            return moments[:-1]
        delivery.after_failure(claimed, error)
        row.refresh_from_db()
        if row.status != Status.QUEUED:
            return moments
        clock.move_to(row.send_after, tick=False)
    return moments


def pauses(moments):
    return [b - a for a, b in pairwise(moments)]


@pytest.mark.parametrize(
    "error", [AWAY, TimeoutError("timed out"), at_data(NOT_FINAL[0])]
)
def test_a_server_is_asked_for_about_a_day(time_machine, error):
    time_machine.move_to(timezone.now(), tick=False)
    row = NotificationFactory(context=WORDS)

    moments = tries(row, time_machine, error)

    assert row.status == Status.FAILED
    assert len(moments) == MAX_ATTEMPTS
    assert 16 * 3600 < moments[-1] < 36 * 3600
    assert pauses(moments)[0] <= 15
    assert max(pauses(moments)) <= 1.5 * 3600


@pytest.mark.parametrize("minutes", [10, 60, 24 * 60])
def test_what_has_a_deadline_is_tried_until_it_and_expires(time_machine, minutes):
    time_machine.move_to(timezone.now(), tick=False)
    expires = timezone.now() + timedelta(minutes=minutes)
    row = NotificationFactory(template=ACCOUNT, context=WORDS, expires_at=expires)

    moments = tries(row, time_machine, AWAY)

    assert row.status in {Status.SENDING, Status.QUEUED}  # cancelled, not failed
    # A server that takes it after a while gets it while it is of use.
    assert max(pauses(moments)) <= minutes * 60 / 2
    assert minutes * 60 - moments[-1] < 30


def test_a_code_is_there_soon_after_a_greylist_lets_it_through(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    life = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    row = NotificationFactory(
        template=ACCOUNT, context=WORDS, expires_at=timezone.now() + life
    )

    moments = tries(row, time_machine, at_recipient((450, b"greylisted")))

    after = [moment for moment in moments if moment >= 300]
    assert after[0] < life.total_seconds() - 60


@pytest.mark.parametrize(
    ("page", "data", "life"),
    [
        ("account_request_login_code", {}, timedelta(minutes=10)),
        ("account_reset_password", {}, timedelta(days=1)),
    ],
)
def test_a_code_is_owed_for_its_minutes_and_a_link_for_a_day(
    client, attendee, page, data, life
):
    attendee.emailaddress_set.create(email=attendee.email, verified=True, primary=True)

    client.post(reverse(page), {"email": attendee.email, **data})

    row = Notification.objects.get(template=ACCOUNT)
    left = row.expires_at - timezone.now()
    assert life - timedelta(minutes=1) < left <= life


def broadcast_to(event):
    return Broadcast.objects.create(
        event=event, segment="everybody", subject="News", body="Hello"
    )


@pytest.mark.parametrize("answer", NOT_FINAL)
def test_nobody_is_left_out_for_what_the_server_has_too_much_of(event, answer):
    person = RegistrationFactory(event=event).user
    row = NotificationFactory(
        recipient=person, context=WORDS, attempts=MAX_ATTEMPTS - 1
    )

    error = smtplib.SMTPRecipientsRefused({person.email: answer})
    delivery.after_failure(Notification.objects.claim(row.pk), error)

    row.refresh_from_db()
    assert row.status == Status.FAILED
    assert list(actions.recipients(broadcast_to(event))) == [person]


@pytest.mark.parametrize("answer", FINAL)
def test_who_is_refused_for_good_is_left_out(event, answer):
    person = RegistrationFactory(event=event).user
    row = NotificationFactory(recipient=person, context=WORDS)

    error = smtplib.SMTPRecipientsRefused({person.email: answer})
    delivery.after_failure(Notification.objects.claim(row.pk), error)

    assert list(actions.unreachable(broadcast_to(event))) == [person]


@pytest.mark.parametrize("refuse", ["550 5.1.1 <{}> unknown", "451 <{}>: later"])
def test_the_log_names_no_address(smtp_server, settings, caplog, refuse):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_server.port
    row = NotificationFactory(context=WORDS, recipient__email=ADDRESS)
    smtp_server.refuse = refuse.format(ADDRESS)

    with caplog.at_level(logging.DEBUG, logger="notifications"):
        delivery.deliver(row.pk)

    said = "\n".join(
        logging.Formatter("%(message)s").format(record)
        for record in caplog.records
        if record.name.startswith("notifications")
    )
    assert f"Notification {row.pk} was not sent: SMTPDataError {refuse[:3]}" in said
    assert ADDRESS not in said


def test_a_server_that_was_away_for_an_hour_gets_all_of_it(
    smtp_server, settings, time_machine
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    NotificationFactory.create_batch(10, context=WORDS)

    def go_on():
        due = Notification.objects.filter(status=Status.QUEUED).order_by("send_after")
        row = due.first()
        time_machine.move_to(max(row.send_after, timezone.now()), tick=False)
        delivery.deliver(row.pk)

    while timezone.now() - start < timedelta(hours=1):
        go_on()
    settings.EMAIL_PORT = smtp_server.port
    while Notification.objects.filter(status=Status.QUEUED).exists():
        go_on()

    assert len(set(smtp_server.addresses)) == len(smtp_server.mails) == 10


@pytest.mark.django_db(transaction=True)
def test_mail_can_be_sent_by_hand_while_redis_is_away(smtp_server, settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_server.port
    with broker_at(f"redis://127.0.0.1:{free_port()}/0", max_retries=1):
        NotificationFactory.create_batch(12, context=WORDS)
        later = timezone.now() + timedelta(hours=1)
        waits = NotificationFactory(context=WORDS, send_after=later)
        NotificationFactory(status=Status.FAILED)

        call_command("send_due_mail")

    assert len(smtp_server.mails) == 12
    assert "Late or given up: 1." in capsys.readouterr().out
    waits.refresh_from_db()
    assert waits.status == Status.QUEUED
