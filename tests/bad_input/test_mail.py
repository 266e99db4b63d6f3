"""B140 to B145 that have no test beside their action: mails and their reminders.

B144 is tried in tests/feedback, B143 in tests/notifications/test_delivery.py.
"""

import os

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events.models import Registration
from notifications.composing import compose
from notifications.models import Broadcast, MailText, Notification, ReminderRule
from tests.bad_input.forms import forms_of
from tests.factories.events import RegistrationFactory
from tests.factories.notifications import NotificationFactory

FIND_A_TEAM = "teams/email/find_a_team"
KIND = "feedback.survey_last_call"


def page_of(client, url):
    """The admin's form as a browser would send it back."""
    forms = forms_of(url, client.get(url).content.decode())
    form = max(forms, key=lambda form: len(form.values))
    return {name: value for name, value in form.values if value is not None}


@pytest.mark.parametrize(
    "subject", ["Hi\nBcc: all@example.org", "x" * 2000, "Hi\x00", "Hi\u2028there"]
)
def test_b140_a_subject_is_one_short_line(sign_in, event, organiser, subject):
    url = reverse("admin:notifications_mailtext_add")
    client = sign_in(organiser)
    sent = page_of(client, url) | {
        "event": str(event.pk), "template": FIND_A_TEAM,
        "subject": subject, "body": "Typed text",
    }  # fmt: skip

    answer = client.post(url, sent)

    if answer.status_code == 200:
        assert "Typed text" in answer.content.decode()
        assert not MailText.objects.exists()
    for text in MailText.objects.all():  # what was kept was made one line
        mail = compose(
            Notification(event=event, recipient=organiser, template=text.template)
        )
        assert len(mail.subject.splitlines()) == 1
        assert len(mail.subject) <= 200
        assert "Bcc" not in mail.message()


@pytest.mark.parametrize(
    "text", ["{user.password}", "{event.owner.email}", "{0}", "{name!r}", "{__class__}"]
)
def test_b141_a_placeholder_that_is_not_known_is_named(sign_in, event, organiser, text):
    url = reverse("admin:notifications_mailtext_add")
    client = sign_in(organiser)
    sent = page_of(client, url) | {
        "event": str(event.pk), "template": FIND_A_TEAM, "subject": "Hi", "body": text,
    }  # fmt: skip

    answer = client.post(url, sent)

    assert f"{text} is not known" in answer.content.decode()
    assert not MailText.objects.exists()


def test_b142_nobody_is_refused_and_each_is_mailed_once(sign_in, event, organiser):
    client = sign_in(organiser)
    broadcast = Broadcast.objects.create(
        event=event, segment="everybody", subject="News", body="Hello"
    )
    url = reverse("notifications:broadcast", args=[event.slug, broadcast.pk])

    client.post(url)
    assert not Notification.objects.exists()

    for _person in range(3):
        RegistrationFactory(event=event)
    assert client.get(url).context["number"] == 3
    for _twice in range(2):
        client.post(url)
    assert Notification.objects.count() == 3


def failed(
    user, address, error="SMTPRecipientsRefused: {'%s': (550, b'no such user')}"
):
    return NotificationFactory(
        recipient=user,
        status="failed",
        error=error % address if "%" in error else error,
    )


def test_b142_who_is_refused_for_good_is_left_out_and_said(sign_in, event, organiser):
    gone, moved, back, unlucky, fine = (
        RegistrationFactory(event=event).user for _person in range(5)
    )
    failed(gone, gone.email)
    failed(moved, "old@example.org")
    failed(back, back.email)
    NotificationFactory(recipient=back, status="sent", sent_at=timezone.now())
    failed(unlucky, unlucky.email, "TimeoutError: timed out")
    broadcast = Broadcast.objects.create(
        event=event, segment="everybody", subject="News", body="Hello"
    )
    url = reverse("notifications:broadcast", args=[event.slug, broadcast.pk])
    client = sign_in(organiser)

    page = client.get(url).content.decode()
    assert "1 person is left out" in page
    assert "Send it to 4 people" in page
    client.post(url)

    owed = Notification.objects.filter(event=event, topic="news")
    told = set(owed.values_list("recipient", flat=True))
    assert told == {user.pk for user in (moved, back, unlucky, fine)}


def test_b142_many_are_mailed_in_a_few_statements(
    sign_in, event, organiser, django_assert_max_num_queries
):
    """``RECIPIENTS=20000`` asks for as many as the list of bad inputs does."""
    many = int(os.environ.get("RECIPIENTS", "400"))
    people = User.objects.bulk_create(
        User(email=f"p{n}@example.org", display_name=f"P {n}") for n in range(many)
    )
    Registration.objects.bulk_create(
        Registration(event=event, user=person, status="confirmed") for person in people
    )
    broadcast = Broadcast.objects.create(
        event=event, segment="everybody", subject="News", body="Hello"
    )
    url = reverse("notifications:broadcast", args=[event.slug, broadcast.pk])
    client = sign_in(organiser)

    with django_assert_max_num_queries(30 + many // 20):
        client.post(url)

    assert Notification.objects.filter(topic="news").count() == many


def test_b145_a_reminder_before_nothing_or_ages_ago_is_refused(
    sign_in, event, organiser
):
    url = reverse("admin:events_event_change", args=[event.pk])
    client = sign_in(organiser)
    sent = page_of(client, url) | {
        "reminder_rules-TOTAL_FORMS": "1",
        "reminder_rules-0-kind": KIND,
        "reminder_rules-0-is_on": "on",
    }

    for hours in ("-24", "0", str(400 * 24), "1.5", "soon", ""):
        answer = client.post(url, sent | {"reminder_rules-0-hours_before": hours})

        assert answer.status_code == 200, hours
        said = str(answer.context_data["errors"])
        assert "reminder_rules-0-hours_before_error" in said, hours
        assert not ReminderRule.objects.exists(), hours


@pytest.mark.parametrize("hours", [0, 31 * 24])
def test_b145_nor_does_the_database_take_it(event, hours):
    with pytest.raises(IntegrityError), transaction.atomic():
        event.reminder_rules.create(kind=KIND, hours_before=hours)


def test_a_reminder_within_bounds_is_kept(sign_in, event, organiser):
    url = reverse("admin:events_event_change", args=[event.pk])
    client = sign_in(organiser)
    sent = page_of(client, url) | {
        "reminder_rules-TOTAL_FORMS": "1",
        "reminder_rules-0-kind": KIND,
        "reminder_rules-0-hours_before": "36",
        "reminder_rules-0-is_on": "on",
    }

    assert client.post(url, sent).status_code == 302
    assert event.reminder_rules.get().hours_before == 36
