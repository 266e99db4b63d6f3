import smtplib
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events.models import Phase
from notifications import delivery, reminders
from notifications.actions import AlreadySent, NobodyThere, send_broadcast
from notifications.composing import (
    check_placeholders,
    compose,
    fill,
    read_unsubscribe_token,
    render_text,
    unsubscribe_token,
)
from notifications.models import (
    LEASE,
    MAX_ATTEMPTS,
    Broadcast,
    CaughtMail,
    MailText,
    Notification,
    Preference,
    ReminderRule,
    Topic,
)
from notifications.outbox import notify, notify_address
from tests.bad_input.forms import save
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.notifications import NotificationFactory
from tests.races import race

Status = Notification.Status
TEXT = {"subject": "Hello there", "text": "Some <b>words</b> & more"}


@pytest.fixture
def row(db):
    return NotificationFactory(context=TEXT)


def fresh(row):
    return Notification.objects.select_related("recipient", "event").get(pk=row.pk)


def test_notify_owes_each_person_one_mail_per_occasion(event, attendee, stranger):
    for _twice in range(2):
        notify([attendee, stranger], "x/y", key="occasion", event=event)
    notify_address("judge@example.org", "x/y", key="other", context={"n": event})

    assert Notification.objects.count() == 3
    assert Notification.objects.get(key="other").context == {"n": event.name}


def test_deliver_sends_once(row, mailoutbox):
    for _twice in range(2):
        delivery.deliver(row.pk)

    assert [mail.to for mail in mailoutbox] == [
        [f"{row.recipient} <{row.recipient.email}>"]
    ]
    assert fresh(row).status == Status.SENT


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda r: UserFactory._meta.model.objects.update(is_active=False), "closed"),
        (
            lambda r: Notification.objects.update(
                expires_at=timezone.now() - timedelta(seconds=1)
            ),
            "deadline",
        ),
        (
            lambda r: Preference.objects.create(user=r.recipient, topic=Topic.NEWS),
            "switched",
        ),
        (
            lambda r: Notification.objects.update(
                event=EventFactory(is_published=False)
            ),
            "published",
        ),
    ],
)
def test_what_the_world_no_longer_needs_is_not_sent(row, mailoutbox, spoil, reason):
    Notification.objects.update(topic=Topic.NEWS)
    spoil(row)

    delivery.deliver(row.pk)

    assert fresh(row).status == Status.CANCELLED
    assert reason in fresh(row).error
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("clock", "until"),
    [
        ("2026-11-23T21:30Z", "2026-11-24T06:00Z"),
        ("2026-11-24T03:00Z", "2026-11-24T06:00Z"),
        ("2026-11-24T06:00Z", None),
        ("2026-11-23T20:59Z", None),
    ],
)
def test_quiet_hours_run_over_midnight_in_ones_own_zone(
    row, mailoutbox, time_machine, clock, until
):
    row.recipient.time_zone = "Europe/Berlin"
    row.recipient.quiet_from, row.recipient.quiet_until = time(22), time(7)
    row.recipient.save()
    Notification.objects.update(
        topic=Topic.NEWS, send_after=datetime(2026, 1, 1, tzinfo=UTC)
    )
    time_machine.move_to(datetime.fromisoformat(clock), tick=False)

    delivery.deliver(row.pk)

    if until is None:
        assert fresh(row).status == Status.SENT
    else:
        assert fresh(row).send_after == datetime.fromisoformat(until)
        assert (fresh(row).status, fresh(row).attempts) == (Status.QUEUED, 0)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConnectionRefusedError("no"), Status.QUEUED),
        (smtplib.SMTPDataError(451, b"later"), Status.QUEUED),
        (smtplib.SMTPDataError(550, b"never"), Status.FAILED),
        (smtplib.SMTPRecipientsRefused({"a@b.c": (550, b"no")}), Status.FAILED),
        (smtplib.SMTPRecipientsRefused({"a@b.c": (450, b"no")}), Status.QUEUED),
    ],
)
def test_failures_are_tried_again_unless_they_are_final(row, error, status):
    claimed = Notification.objects.claim(row.pk)

    delivery.after_failure(claimed, error)

    assert fresh(row).status == status
    assert type(error).__name__ in fresh(row).error


def test_after_many_failures_it_is_given_up(row):
    Notification.objects.update(attempts=MAX_ATTEMPTS - 1)
    claimed = Notification.objects.claim(row.pk)

    delivery.after_failure(claimed, OSError("still no"))

    assert fresh(row).status == Status.FAILED


def test_a_broken_template_harms_only_its_own_row(row):
    Notification.objects.update(template="no/such/template")

    delivery.deliver(row.pk)

    assert "TemplateDoesNotExist" in fresh(row).error


def test_a_worker_that_lost_its_lease_writes_nothing(row):
    slow = Notification.objects.claim(row.pk)
    Notification.objects.update(claimed_at=timezone.now() - LEASE)
    Notification.objects.claim(row.pk)

    delivery.settle(slow, Status.FAILED, error="too late")

    assert fresh(row).status == Status.SENDING


@pytest.mark.django_db(transaction=True)
def test_one_of_many_workers_claims_a_row():
    row = NotificationFactory()

    answers = race(*(partial(Notification.objects.claim, row.pk) for _ in range(4)))

    assert sum(answer is not None for answer in answers) == 1


def test_a_mail_is_text_and_escaped_html_with_a_stable_id(row):
    first, second = compose(fresh(row)), compose(fresh(row))

    html = first.alternatives[0][0]
    assert first.subject == "Hello there"
    assert "Some <b>words</b> & more" in first.body
    assert "Some &lt;b&gt;words&lt;/b&gt; &amp; more" in html
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert "List-Unsubscribe" not in first.extra_headers


@pytest.mark.parametrize(
    "name",
    [
        "Eve\r\nBcc: all@example.org",
        "{{ 7*7 }}{% debug %}",
        "{event.owner.password}",
        "%(x)s {0.__class__}",
        "<script>alert(1)</script>",
    ],
)
def test_names_are_only_ever_words(row, name):
    row.recipient.display_name = name
    row.recipient.save()
    Notification.objects.update(context={"subject": name, "text": name})

    message = compose(fresh(row)).message()

    assert message["Bcc"] is None
    assert "\n" not in str(message["Subject"]).strip()
    assert "49" not in str(message["Subject"])
    assert "<script>" not in compose(fresh(row)).alternatives[0][0]


def test_organisers_own_words_know_a_few_placeholders(row, event):
    Notification.objects.update(event=event)
    MailText.objects.create(
        event=event,
        template=row.template,
        subject="{event}: hello {name}",
        body="{unknown} {name.__class__}",
    )

    mail = compose(fresh(row))

    assert mail.subject == f"{event}: hello {row.recipient}"
    assert "{name.__class__}" in mail.body
    assert fill("{event}", {"event": "x"}) == "x"
    with pytest.raises(ValidationError, match="unknown"):
        check_placeholders("{unknown}", row.template)


def test_every_mail_of_ours_renders():
    found = sorted(Path(settings.BASE_DIR, "templates").glob("*/email/*_message.txt"))
    assert len(found) > 15
    for path in found:
        name = f"{path.parent.parent.name}/email/{path.name}"
        assert render_text(name, {"name": "Ada", "event": "Day", "text": "x"}).strip()
        subject = render_text(name.replace("_message", "_subject"), {"subject": "x"})
        assert len(subject.strip().splitlines()) == 1


def test_unsubscribing_takes_a_post_and_nothing_else(row, settings):
    Notification.objects.update(topic=Topic.NEWS)
    url = reverse("notifications:unsubscribe", args=[unsubscribe_token(fresh(row))])
    assert url in compose(fresh(row)).extra_headers["List-Unsubscribe"]
    stranger = Client(enforce_csrf_checks=True)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key"

    for read in (stranger.get, stranger.head):
        assert read(url).status_code == 200
    assert not Preference.objects.exists()
    for _twice in range(2):
        assert stranger.post(url).status_code == 200

    off = Preference.objects.get()
    assert (off.user, off.topic) == (row.recipient, Topic.NEWS)
    assert stranger.get("/notifications/unsubscribe/x:y/").status_code == 404
    assert read_unsubscribe_token("cut") is None


def remind(who, *, before=timedelta(days=1)):
    reminder = reminders.Reminder(
        "teams.x", "teams/email/find_a_team", Phase.HACKING, before, Topic.REMINDER, who
    )
    reminders.register["teams.x"] = reminder
    return reminder


@pytest.fixture
def only_ours():
    before = dict(reminders.register)
    reminders.register.clear()
    yield
    reminders.register.clear()
    reminders.register.update(before)


def test_a_reminder_goes_once_per_person_and_deadline(only_ours, event, attendee):
    judge = reminders.Addressee("j@example.org", "Judy", "/judge/")
    remind(lambda _event: [attendee, judge])

    for _sweep in range(3):
        reminders.queue_reminders()

    rows = Notification.objects.order_by("pk")
    assert [row.recipient or row.address for row in rows] == [attendee, "j@example.org"]
    window = event.windows.get(phase=Phase.HACKING)
    assert {row.expires_at for row in rows} == {window.closes_at}
    window.closes_at += timedelta(minutes=30)
    window.save()
    reminders.queue_reminders()
    assert Notification.objects.count() == 4


def test_a_reminder_waits_for_its_time_and_obeys_the_event(only_ours, event, attendee):
    remind(lambda _event: [attendee], before=timedelta(hours=1))
    reminders.queue_reminders()
    assert not Notification.objects.exists()

    rule = ReminderRule.objects.create(event=event, kind="teams.x", hours_before=48)
    rule.is_on = False
    rule.save()
    reminders.queue_reminders()
    assert not Notification.objects.exists()
    rule.is_on = True
    rule.save()
    reminders.queue_reminders()

    assert Notification.objects.count() == 1


def test_a_broadcast_goes_to_its_segment_once(event, attendee, organiser):
    RegistrationFactory(event=event, status="waitlisted")
    broadcast = Broadcast.objects.create(
        event=event, segment="everybody", subject="News", body="Hello {name}"
    )

    assert send_broadcast(broadcast, organiser) == 1
    with pytest.raises(AlreadySent):
        send_broadcast(broadcast, organiser)

    assert Notification.objects.get().recipient == attendee
    empty = Broadcast.objects.create(
        event=event, segment="came", subject="News", body="Hello"
    )
    with pytest.raises(NobodyThere):
        send_broadcast(empty, organiser)


def test_organisers_write_preview_and_send(sign_in, event, attendee, organiser, row):
    Notification.objects.update(event=event, status=Status.FAILED, error="550 no")
    client = sign_in(organiser)
    url = reverse("notifications:mail", args=[event.slug])
    assert "550 no" in client.get(url).content.decode()
    bad = client.post(url, {"segment": "everybody", "subject": "{x}", "body": "Hello"})
    assert "{x} is not known" in bad.content.decode()

    made = client.post(url, {"segment": "everybody", "subject": "Hi", "body": "Hello"})
    assert "1 person" in client.get(made.url).content.decode()
    assert "on its way" in client.post(made.url, follow=True).content.decode()
    assert "already" in client.post(made.url, follow=True).content.decode()
    client.post(reverse("notifications:send_again", args=[event.slug, row.pk]))
    assert fresh(row).status == Status.QUEUED


def test_people_choose_what_they_are_mailed(sign_in, stranger):
    client = sign_in(stranger)
    url = reverse("notifications:preferences")

    half = client.post(url, {"topics": ["team"], "quiet_from": "22:00"})
    assert "a beginning and an end" in half.content.decode()
    hours = {"topics": ["team"], "quiet_from": "22:00", "quiet_until": "07:00"}
    save(client, url, hours)

    stranger.refresh_from_db()
    assert stranger.quiet_from == time(22)
    off = set(stranger.switched_off.values_list("topic", flat=True))
    assert off == {"reminder", "news", "survey"}
    save(client, url, {"topics": ["team", "news"]})
    assert not stranger.switched_off.filter(topic="news").exists()


def test_the_demo_keeps_its_mails_to_be_read(row, client, settings):
    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
    User.objects.filter(pk=row.recipient_id).update(display_name="Sofía Castillo")

    delivery.deliver(row.pk)

    mail = CaughtMail.objects.get()
    assert mail.to == f"Sofía Castillo <{row.recipient.email}>"
    assert "Hello there" in client.get("/mail/").content.decode()
    page = client.get(f"/mail/{mail.pk}/").content.decode()
    assert "Some &lt;b&gt;words&lt;/b&gt;" in page


def test_whoever_answers_a_mail_of_an_event_writes_to_its_organisers(row, event):
    assert not compose(fresh(row)).reply_to
    event.contact_email = "hosts@example.org"
    event.save()
    Notification.objects.update(event=event)

    assert compose(fresh(row)).reply_to == ["hosts@example.org"]
