"""G22: what nobody wants twice waits for a person when a worker dies at the moment."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.models import AuditEntry
from notifications import delivery
from notifications.models import LEASE, Notification, Topic
from notifications.tasks import deliver_due
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.notifications import NotificationFactory
from tests.parts import eventually

Status = Notification.Status
WORDS = {"subject": "Hi", "text": "Hi"}
CONCURRENCY = 2  # children of one worker, as start_worker() asks


def die_while_sending(**fields):
    row = NotificationFactory(context=WORDS, **fields)
    Notification.objects.claim(row.pk)
    Notification.objects.filter(pk=row.pk).update(
        claimed_at=timezone.now() - LEASE - timedelta(seconds=1)
    )
    return row


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_doubles_no_news_and_what_it_held_waits_for_a_person(
    start_worker, smtp_server, real_broker
):
    NotificationFactory.create_batch(60, context=WORDS, topic=Topic.NEWS)
    must = NotificationFactory.create_batch(20, context=WORDS)
    smtp_server.delay = 0.1  # so that the kill comes while mails are being sent
    doomed = start_worker(EMAIL_URL=smtp_server.url)
    deliver_due.delay()
    eventually(lambda: len(smtp_server.mails) >= 10, what="some mails")

    smtp_server.delay = 2  # and no child is between two of them
    sending = Notification.objects.filter(status=Status.SENDING)
    eventually(sending.exists, what="a mail on its way")
    doomed.kill()
    smtp_server.delay = 0
    held = set(
        Notification.objects.filter(status=Status.SENDING).values_list("pk", flat=True)
    )
    Notification.objects.filter(pk__in=held).update(
        claimed_at=timezone.now() - LEASE - timedelta(seconds=1)
    )
    start_worker(EMAIL_URL=smtp_server.url)
    deliver_due.delay()
    eventually(
        lambda: (
            not Notification.objects.exclude(
                status__in=[Status.SENT, Status.UNKNOWN]
            ).exists()
        ),
        within=60,
        what="every mail sent or set aside",
    )

    news = Notification.objects.filter(topic=Topic.NEWS)
    unknown = set(
        news.filter(status=Status.UNKNOWN).values_list("recipient__email", flat=True)
    )
    counts = Counter(smtp_server.addresses)
    urgent = {row.recipient.email for row in must}
    assert 0 < len(held) <= CONCURRENCY
    assert {row.pk for row in news.filter(status=Status.UNKNOWN)} <= held
    assert not Notification.objects.exclude(topic=Topic.NEWS).exclude(
        status=Status.SENT
    )
    assert all(n == 1 for to, n in counts.items() if to not in urgent)
    assert set(counts) | unknown == {row.recipient.email for row in news} | urgent


@pytest.mark.django_db
@pytest.mark.parametrize("topic", Topic)
def test_only_what_nobody_wants_twice_is_set_aside(topic, event, mailoutbox):
    row = die_while_sending(topic=topic, event=event)

    assert Notification.objects.park() == (topic in {Topic.NEWS, Topic.SURVEY})
    delivery.deliver(row.pk)

    row.refresh_from_db()
    if topic in {Topic.NEWS, Topic.SURVEY}:
        assert (row.status, mailoutbox) == (Status.UNKNOWN, [])
        assert not Notification.objects.due().exists()
    else:
        assert row.status == Status.SENT
        message_id = mailoutbox[0].extra_headers["Message-ID"]
        assert message_id.startswith(f"<{row.message_id}@")


@pytest.mark.django_db
def test_news_that_a_worker_holds_right_now_are_not_set_aside():
    row = NotificationFactory(topic=Topic.NEWS)
    Notification.objects.claim(row.pk)

    assert Notification.objects.park() == 0


@pytest.mark.django_db
def test_a_slow_worker_that_was_given_up_still_says_how_it_ended():
    row = NotificationFactory(context=WORDS, topic=Topic.NEWS)
    held = Notification.objects.claim(row.pk)
    held.claimed_at -= LEASE + timedelta(seconds=1)
    Notification.objects.filter(pk=row.pk).update(claimed_at=held.claimed_at)
    Notification.objects.park()

    delivery.settle(held, Status.SENT, sent_at=timezone.now())

    row.refresh_from_db()
    assert row.status == Status.SENT


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("button", "status", "verb"),
    [
        ("send_again", Status.QUEUED, "notifications.sent_again"),
        ("leave", Status.CANCELLED, "notifications.left"),
    ],
)
def test_the_organiser_decides_once(
    sign_in, event, organiser, attendee, button, status, verb
):
    row = die_while_sending(topic=Topic.NEWS, event=event, recipient=attendee)
    Notification.objects.park()
    client = sign_in(organiser)
    page = client.get(reverse("notifications:mail", args=[event.slug]))
    url = reverse(f"notifications:{button}", args=[event.slug, row.pk])
    assert f'action="{url}"' in page.content.decode()
    assert "Perhaps sent" in page.content.decode()

    client.post(url)
    client.post(url)

    row.refresh_from_db()
    assert row.status == status
    entry = AuditEntry.objects.get(verb=verb)
    assert (entry.actor, entry.target) == (organiser, str(attendee))


@pytest.mark.django_db
def test_the_admin_shows_them_and_decides_for_many(sign_in, event, organiser):
    elsewhere = die_while_sending(topic=Topic.NEWS, event=EventFactory())
    rows = [die_while_sending(topic=Topic.NEWS, event=event) for _ in range(3)]
    Notification.objects.park()
    url = reverse("admin:notifications_notification_changelist")
    client = sign_in(organiser)
    assert (
        client.get(url, {"status__exact": "unknown"})
        .content.decode()
        .count("Perhaps sent")
        >= 3
    )

    def act(name, *chosen):
        pks = [row.pk for row in chosen]
        client.post(url, {"action": name, "_selected_action": pks})

    act("send_again", rows[0], elsewhere)
    act("leave", rows[1], elsewhere)

    statuses = [Notification.objects.get(pk=r.pk).status for r in (*rows, elsewhere)]
    assert statuses == ["queued", "cancelled", "unknown", "unknown"]


# --- What one person was mailed -------------------------------------------------------


@pytest.fixture
def mails_of(event):
    def mails_of(user):
        place = event.registrations.get(user=user)
        return reverse("notifications:person_mail", args=[event.slug, place.pk])

    return mails_of


@pytest.mark.django_db
def test_organisers_see_what_a_person_was_mailed_and_why_it_failed(
    sign_in, event, organiser, attendee, mails_of
):
    NotificationFactory(
        event=event,
        recipient=attendee,
        template="teams/email/find_a_team",
        status=Status.FAILED,
        error="550 mailbox full",
    )
    NotificationFactory(event=event, recipient=attendee)
    client = sign_in(organiser)
    listed = client.get(reverse("events:registrations", args=[event.slug]))
    assert mails_of(attendee) in listed.content.decode()

    page = client.get(mails_of(attendee)).content.decode()

    assert "550 mailbox full" in page
    assert f"No team yet? {event} is near" in page
    assert "Failed 1" in page
    assert "Queued 1" in page
    assert page.count("Send again") == 1


@pytest.mark.django_db
def test_mails_of_another_series_or_person_or_account_are_not_shown(
    sign_in, event, organiser, attendee, mails_of
):
    sister = EventFactory(series=event.series, name="The sister")
    RegistrationFactory(event=sister, user=attendee)
    NotificationFactory(event=sister, recipient=attendee, error="of the sister")
    for other in (
        {"event": EventFactory(), "recipient": attendee},
        {"event": None, "recipient": attendee},
        {"event": event, "recipient": UserFactory()},
    ):
        NotificationFactory(**other, error="not for you", status=Status.FAILED)

    page = sign_in(organiser).get(mails_of(attendee)).content.decode()

    assert "of the sister" in page
    assert "not for you" not in page


@pytest.mark.django_db
def test_links_in_mails_are_nobody_elses_business(
    sign_in, event, organiser, attendee, mails_of
):
    NotificationFactory(
        event=event, recipient=attendee, context={"path": "/survey/secret/", **WORDS}
    )

    assert "secret" not in sign_in(organiser).get(mails_of(attendee)).content.decode()


@pytest.mark.django_db
def test_many_mails_are_as_many_queries_as_one(
    sign_in, event, organiser, attendee, mails_of
):
    client = sign_in(organiser)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(mails_of(attendee))
        return len(asked)

    NotificationFactory(event=event, recipient=attendee)
    queries()  # whatever is kept from now on
    few = queries()
    NotificationFactory.create_batch(20, event=event, recipient=attendee)

    assert queries() == few
