"""What a mail opened is forgotten when it was sent; the mail itself after 90 days."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.db import connection
from django.utils import timezone

from notifications import actions, delivery
from notifications.composing import ACCOUNT, BROADCAST, known_templates
from notifications.models import (
    KEPT_FOR,
    KEPT_OF_CONTEXT,
    LEASE,
    Notification,
    Preference,
    Topic,
)
from notifications.tasks import forget_old_mails
from tests.factories.events import EventFactory
from tests.factories.notifications import NotificationFactory

pytestmark = pytest.mark.django_db
Status = Notification.Status
CANARY = "opens-the-door"
TEMPLATES = [*known_templates(), ACCOUNT, BROADCAST]


def names_in(template):
    """What one template says of its context, such as ``team``."""
    text = (settings.BASE_DIR / "templates" / template).read_text()
    return set(re.findall(r"{{ *([a-z_]+)", text))


def with_canaries(template, **fields):
    """A mail all of whose links, codes and texts hold the canary."""
    said = names_in(f"{template}_message.txt") | {"path", "code", "text"}
    if template == ACCOUNT:
        said |= {"subject"}
    context = {name: f"/{CANARY}/{name}/" for name in said - {"team", "event"}}
    return NotificationFactory(template=template, context=context, **fields)


def kept_of(row):
    row.refresh_from_db()
    return {name for name, value in row.context.items() if CANARY in str(value)}


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_a_mail_opened_is_forgotten_once_it_was_sent(template, event):
    row = with_canaries(template, event=event)

    delivery.deliver(row.pk)

    row.refresh_from_db()
    assert row.status == Status.SENT
    assert CANARY in str(mail.outbox[0].message())
    assert set(row.context) <= KEPT_OF_CONTEXT
    assert not {"path", "code", "text"} & set(row.context)
    if template == ACCOUNT:
        assert row.context == {}


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_is_kept_is_enough_for_the_subject_in_lists(template):
    said = names_in(f"{template}_subject.txt")

    assert template == ACCOUNT or said <= KEPT_OF_CONTEXT


def dropped_by_its_deadline(row, _organiser):
    Notification.objects.update(expires_at=timezone.now())
    delivery.deliver(row.pk)


def dropped_by_its_reader(row, _organiser):
    Preference.objects.create(user=row.recipient, topic=row.topic)
    delivery.deliver(row.pk)


def dropped_in_the_admin(_row, organiser):
    actions.drop_mails(Notification.objects.all(), organiser)


def dropped_while_held(row, organiser):
    Notification.objects.update(status=Status.HELD)
    actions.answer_held(row.event, organiser, row.template, send=False)


def left_as_perhaps_sent(row, organiser):
    Notification.objects.update(
        status=Status.SENDING, claimed_at=timezone.now() - LEASE
    )
    Notification.objects.park()
    assert kept_of(row)  # or it could not be sent again
    actions.decide(row, organiser, again=False)


@pytest.mark.parametrize(
    "drop",
    [
        dropped_by_its_deadline,
        dropped_by_its_reader,
        dropped_in_the_admin,
        dropped_while_held,
        left_as_perhaps_sent,
    ],
)
def test_what_a_mail_would_have_opened_is_forgotten_with_it(drop, event, organiser):
    row = with_canaries("feedback/email/survey_open", event=event, topic=Topic.SURVEY)

    drop(row, organiser)

    assert not kept_of(row)
    assert (row.status, mail.outbox) == (Status.CANCELLED, [])


def test_a_mail_that_failed_can_still_be_sent_again(event, smtp_refusal):
    row = with_canaries("feedback/email/survey_open", event=event)
    delivery.deliver(row.pk)
    row.refresh_from_db()
    assert row.status == Status.FAILED

    assert kept_of(row)


@pytest.fixture
def smtp_refusal(smtp_server, settings):
    smtp_server.refuse = "550 5.1.1 no such person"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", smtp_server.port


def test_what_was_sent_before_is_forgotten_by_the_migration(event):
    sent = {"status": Status.SENT, "sent_at": timezone.now()}
    old = with_canaries("judging/email/judge_invited", event=event, **sent)
    code = NotificationFactory(template=ACCOUNT, context={"subject": CANARY}, **sent)
    due = with_canaries("judging/email/judge_invited", event=event)
    Notification.objects.filter(pk=old.pk).update(
        context={**old.context, "event_name": "Day"}
    )
    migration = import_module("notifications.migrations.0004_forget_what_was_sent")

    for _twice in range(2):
        migration.forget(apps, connection.schema_editor())

    assert not kept_of(old)
    assert old.context["event_name"] == "Day"
    assert not kept_of(code)
    assert kept_of(due)
    assert KEPT_OF_CONTEXT == migration.KEPT


def test_mails_are_pruned_90_days_after_mail_and_event():
    long_ago = timezone.now() - KEPT_FOR - timedelta(minutes=1)
    over = EventFactory(starts_at=long_ago - timedelta(days=1), ends_at=long_ago)
    running = EventFactory()

    def mail_of(event, *, at=long_ago, **fields):
        row = NotificationFactory(event=event, **fields)
        Notification.objects.filter(pk=row.pk).update(
            created_at=at, sent_at=at if fields["status"] == Status.SENT else None
        )
        return row

    now = timezone.now()
    gone = [
        mail_of(over, status=Status.SENT, sent_at=now),
        mail_of(None, status=Status.SENT, sent_at=now),
        mail_of(over, status=Status.CANCELLED),
    ]
    stay = [
        mail_of(running, status=Status.SENT, sent_at=now),
        mail_of(over, status=Status.SENT, sent_at=now, at=now),
        mail_of(over, status=Status.FAILED),
        mail_of(over, status=Status.QUEUED),
    ]

    forget_old_mails()

    left = set(Notification.objects.values_list("pk", flat=True))
    assert left == {row.pk for row in stay}
    assert not left & {row.pk for row in gone}
