"""Organisers' own words, and mails that wait for their word."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import Phase
from events.planning import copy_event
from notifications import composing, reminders
from notifications.models import MailText, Notification, Topic
from notifications.outbox import notify
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory

Status = Notification.Status
TEMPLATE = "teams/email/find_a_team"


def owe(event, users, topic=Topic.REMINDER):
    notify(users, TEMPLATE, key=f"{topic}-occasion", event=event, topic=topic)


@pytest.fixture
def holding(event):
    event.holds_mail = True
    event.save()
    return event


def test_mails_to_many_wait_and_necessary_ones_do_not(holding, attendee):
    for topic in Topic:
        owe(holding, [attendee], topic)
    owe(None, [attendee], Topic.NEWS)

    held = set(Notification.objects.filter(status=Status.HELD).values_list("topic"))
    assert held == {("reminder",), ("survey",)}
    assert not set(Notification.objects.due()) & set(
        Notification.objects.filter(status=Status.HELD)
    )


@pytest.mark.parametrize(
    ("answer", "status", "verb", "says"),
    [
        ("send", Status.QUEUED, "notifications.released", "2 mails are on their way"),
        ("drop", Status.CANCELLED, "notifications.dropped", "2 mails are dropped"),
    ],
)
def test_the_organiser_sees_the_words_and_answers(
    sign_in, holding, organiser, attendee, answer, status, verb, says
):
    owe(holding, [attendee, UserFactory()])
    Notification.objects.update(context={"path": "/survey/secret-of-one-person/"})
    elsewhere = EventFactory(holds_mail=True)
    owe(elsewhere, [attendee], Topic.SURVEY)
    client = sign_in(organiser)

    page = client.get(reverse("notifications:mail", args=[holding.slug]))
    assert "Send it to 2 people" in page.content.decode()
    assert "no team yet" in page.content.decode()
    assert "secret-of-one-person" not in page.content.decode()
    answered = client.post(
        reverse("notifications:answer_held", args=[holding.slug]),
        {"template": TEMPLATE, "answer": answer},
        follow=True,
    )

    assert says in answered.content.decode()
    rows = Notification.objects.filter(event=holding)
    assert {row.status for row in rows} == {status}
    assert Notification.objects.get(event=elsewhere).status == Status.HELD
    assert holding.audit_entries.get(verb=verb).details == {"recipients": 2}


def test_answering_twice_is_answering_once(sign_in, holding, organiser, attendee):
    owe(holding, [attendee])
    client = sign_in(organiser)
    url = reverse("notifications:answer_held", args=[holding.slug])

    client.post(url, {"template": TEMPLATE, "answer": "drop"})
    client.post(url, {"template": TEMPLATE, "answer": "send"})

    assert Notification.objects.get().status == Status.CANCELLED
    assert holding.audit_entries.count() == 1


def add(client, event, **fields):
    fields = {"event": event.pk, "template": TEMPLATE, **fields}
    return client.post(reverse("admin:notifications_mailtext_add"), fields)


def test_every_mail_may_get_other_words():
    names = composing.known_templates()

    assert len(names) > 20
    for name in names:
        subject, body = composing.usual_words(name)
        assert subject, name
        assert body, name


def test_words_are_looked_at_and_sent_to_oneself(sign_in, event, organiser, attendee):
    client = sign_in(organiser)
    add(
        client,
        event,
        subject="No team, {name}?",
        body="{team} seeks <b>you</b>. {link}",
    )
    text = MailText.objects.get()
    url = reverse("admin:notifications_mailtext_change", args=[text.pk])

    html = client.get(url).content.decode()
    assert "No team, Ada Lovelace?" in html
    assert "The Wren Watchers seeks &lt;b&gt;you&lt;/b&gt;." in html
    assert event.get_absolute_url() in html
    assert "You are registered for {event}" in html

    client.get(url.replace("/change/", "/send-me/"))
    row = Notification.objects.get()
    assert row.recipient == organiser
    subject, body = composing.words_of(row)
    assert subject == f"No team, {organiser}?"
    assert "The Wren Watchers seeks <b>you</b>." in body


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"subject": "Hi {user.password}"}, "{user.password} is not known"),
        ({"body": "Hi {first_name}"}, "{first_name} is not known"),
        ({"subject": "x" * 2000}, "at most 150"),
        ({"subject": ""}, "required"),
        ({"template": "account/email/password_reset"}, "valid choice"),
    ],
)
def test_words_that_cannot_work_are_refused_by_name(
    sign_in, event, organiser, fields, sentence
):
    answer = add(
        sign_in(organiser), event, **{"subject": "Hi", "body": "Typed text", **fields}
    )

    assert sentence in answer.content.decode()
    assert "Typed text" in answer.content.decode() or "body" in fields
    assert not MailText.objects.exists()


def test_a_subject_stays_on_one_line(sign_in, event, organiser):
    add(sign_in(organiser), event, subject="Hi\r\nBcc: all@example.org", body="x")

    for text in MailText.objects.all():
        example = composing.example_of(event, text.template, organiser)
        assert "\n" not in composing.compose(example).subject


def test_who_came_before_is_told_that_registration_closes(db):
    now = timezone.now()
    event = EventFactory(phases=[Phase.REGISTRATION])
    event.windows.update(closes_at=now + timedelta(days=1))
    earlier = EventFactory(series=event.series)
    returning, coming, gone, other = UserFactory.create_batch(4)
    RegistrationFactory(event=earlier, user=returning)
    RegistrationFactory(event=earlier, user=coming)
    RegistrationFactory(event=event, user=coming)
    RegistrationFactory(event=earlier, user=gone, status="cancelled")
    RegistrationFactory(event=EventFactory(), user=other)

    for _sweep in range(2):
        reminders.queue_due()

    row = Notification.objects.get(template="notifications/email/registration_closes")
    assert (row.recipient, row.topic) == (returning, Topic.REMINDER)
    assert "closes" in composing.words_of(row)[1]


def test_a_copied_event_takes_its_words_and_reminders_along(event, organiser):
    event.mail_texts.create(template=TEMPLATE, subject="Yes!", body="You are in.")
    event.reminder_rules.create(kind="teams.find_a_team", hours_before=5)

    copy = copy_event(event, organiser, name="Again", starts_at=event.starts_at)

    assert copy.mail_texts.get().body == "You are in."
    assert copy.reminder_rules.get().hours_before == 5
    assert event.mail_texts.count() == event.reminder_rules.count() == 1
