"""Organisers' own words, and mails that wait for their word."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from events.models import Phase
from events.planning import copy_event
from notifications import actions, composing, delivery, reminders
from notifications.models import MailText, Notification, Topic
from notifications.outbox import notify, notify_address
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.notifications import NotificationFactory

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
        body="{event} <b>waits</b>. {link}",
    )
    text = MailText.objects.get()
    url = reverse("admin:notifications_mailtext_change", args=[text.pk])

    html = client.get(url).content.decode()
    assert "No team, Ada Lovelace?" in html
    assert f"{event} &lt;b&gt;waits&lt;/b&gt;." in html
    assert event.get_absolute_url() in html
    assert "You are registered for {event}" in html

    client.get(url.replace("/change/", "/send-me/"))
    row = Notification.objects.get()
    assert row.recipient == organiser
    subject, body = composing.words_of(row)
    assert subject == f"No team, {organiser}?"
    assert f"{event} <b>waits</b>." in body


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"subject": "Hi {user.password}"}, "{user.password} is not known"),
        ({"body": "Hi {first_name}"}, "{first_name} is not known"),
        ({"body": "You and {team}"}, "{team} is not known in this mail"),
        ({"subject": "Before {deadline}"}, "{deadline} is not known in this mail"),
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


LAST_CALL = "notifications/email/registration_closes"


def earlier_than(event):
    """One of the same series, which is over."""
    day = event.starts_at - timedelta(weeks=20)
    return EventFactory(
        series=event.series, starts_at=day, ends_at=day + timedelta(hours=8)
    )


@pytest.mark.parametrize("is_full", [False, True])
def test_last_call_goes_to_those_who_came_while_there_is_room(db, is_full):
    event = EventFactory(phases=[Phase.REGISTRATION], capacity=1)
    event.windows.update(closes_at=timezone.now() + timedelta(days=1))
    earlier = earlier_than(event)
    people = {
        status: RegistrationFactory(event=earlier, status=status).user
        for status in ("pending", "waitlisted", "confirmed")  # the last stayed away
    }
    came = RegistrationFactory(
        event=earlier, status="checked_in", checked_in_at=earlier.starts_at
    ).user
    later = EventFactory(
        series=event.series,
        phases=[],
        starts_at=event.ends_at + timedelta(weeks=9),
        ends_at=event.ends_at + timedelta(weeks=10),
    )
    people["later"] = RegistrationFactory(event=later).user
    if is_full:
        RegistrationFactory(event=event)

    reminders.queue_due()

    told = {row.recipient for row in Notification.objects.filter(template=LAST_CALL)}
    assert told == (set() if is_full else {came})


def test_last_call_that_waited_is_not_sent_to_a_full_house(db):
    event = EventFactory(phases=[Phase.REGISTRATION], capacity=1)
    event.windows.update(closes_at=timezone.now() + timedelta(days=1))
    RegistrationFactory(event=earlier_than(event))
    reminders.queue_due()
    row = Notification.objects.get(template=LAST_CALL)
    assert delivery.unwanted(row) == ""

    RegistrationFactory(event=event)

    assert delivery.unwanted(row)


def test_who_came_before_is_told_that_registration_closes(db):
    now = timezone.now()
    event = EventFactory(phases=[Phase.REGISTRATION])
    event.windows.update(closes_at=now + timedelta(days=1))
    earlier = earlier_than(event)
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


def test_a_message_to_people_speaks_to_each_of_them(event, attendee, organiser):
    message = event.broadcasts.create(
        segment="everybody", subject="{name}, news!", body="See {link} of {event}."
    )

    actions.send_broadcast(message, organiser)

    mail = composing.compose(Notification.objects.get())
    assert mail.subject == "Ada Attendee, news!"
    page = f"{settings.SITE_URL}{event.get_absolute_url()}"
    assert f"See {page} of {event.name}." in mail.body


def test_a_message_is_looked_at_as_it_reads_and_can_be_changed(
    sign_in, event, attendee, organiser
):
    client = sign_in(organiser)
    mail = reverse("notifications:mail", args=[event.slug])
    assert "Everybody who takes part (1)" in client.get(mail).content.decode()

    look = client.post(
        mail, {"segment": "everybody", "subject": "Hi {name}", "body": "At {event}"}
    ).url

    page = client.get(look).content.decode()
    assert "Hi Olga Organiser" in page
    assert f"At {event.name}" in page
    assert "Send it to 1 person" in page
    draft = event.broadcasts.get()
    again = f"{mail}?draft={draft.pk}"
    assert again in page
    assert "At {event}" in client.get(again).content.decode()
    client.post(again, {"segment": "came", "subject": "Hi", "body": "Better"})
    draft = event.broadcasts.get()
    assert (draft.segment, draft.body) == ("came", "Better")


@pytest.mark.parametrize("wrong", ["", "x", "0", "9" * 30, "sent"])
def test_what_is_no_draft_of_this_event_is_a_new_message(
    sign_in, event, attendee, organiser, wrong
):
    sent = event.broadcasts.create(
        segment="everybody", subject="Old", body="Old", status="sent"
    )
    mail = reverse("notifications:mail", args=[event.slug])

    sign_in(organiser).post(
        f"{mail}?draft={sent.pk if wrong == 'sent' else wrong}",
        {"segment": "everybody", "subject": "New", "body": "New"},
    )

    sent.refresh_from_db()
    assert (sent.subject, event.broadcasts.count()) == ("Old", 2)


def test_organisers_drop_what_has_not_left(sign_in, event, attendee, organiser):
    kept = NotificationFactory(event=event, status=Status.SENT, sent_at=timezone.now())
    elsewhere = NotificationFactory(event=EventFactory())
    owed = [
        NotificationFactory(event=event, status=status)
        for status in (Status.QUEUED, Status.HELD, Status.FAILED)
    ]

    page = sign_in(organiser).post(
        reverse("admin:notifications_notification_changelist"),
        {
            "action": "drop",
            "_selected_action": [kept.pk, elsewhere.pk, *(o.pk for o in owed)],
        },
        follow=True,
    )

    assert "3 mails are dropped." in page.content.decode()
    states = dict(Notification.objects.values_list("pk", "status"))
    assert states[kept.pk] == Status.SENT
    assert states[elsewhere.pk] == Status.QUEUED
    assert {states[row.pk] for row in owed} == {Status.CANCELLED}
    entry = event.audit_entries.get(verb="notifications.dropped")
    assert (entry.actor, entry.details) == (organiser, {"recipients": 3})


def test_our_usual_words_have_placeholders_and_gaps():
    subject, body = composing.usual_words("notifications/email/registration_confirmed")

    assert subject == "You have a place at {event}"
    assert "Hello {name}" in body
    assert "…" in body  # the date and the place


@pytest.mark.parametrize("template", composing.known_templates())
def test_every_mail_has_a_title(template):
    assert re.fullmatch(r"\S.*\S", composing.title_of(template))
    assert "  " not in composing.title_of(template)


@pytest.mark.parametrize(
    "template", [*composing.known_templates(), composing.BROADCAST]
)
def test_no_placeholder_that_a_mail_knows_leaves_a_hole(template, event, attendee):
    """Known is what its own words say, and those are filled where it is owed."""
    for name in composing.placeholders_of(template):
        composing.check_placeholders(f"{{{name}}}", template)
    for name in set(composing.PLACEHOLDERS) - set(composing.placeholders_of(template)):
        with pytest.raises(ValidationError, match=f"{{{name}}}"):
            composing.check_placeholders(f"{{{name}}}", template)


def test_lists_name_a_mail_as_people_read_it(sign_in, event, organiser, attendee):
    title = composing.title_of("notifications/email/registration_confirmed")
    assert title == "You have a place at your event"
    for name in composing.known_templates():
        assert "{" not in composing.title_of(name)
    notify([attendee], "notifications/email/registration_confirmed", key="k",
           event=event, context={"event_name": event.name})  # fmt: skip
    Notification.objects.update(status=Notification.Status.FAILED)
    client = sign_in(organiser)

    for url in (
        reverse("notifications:mail", args=[event.slug]),
        reverse("admin:notifications_notification_changelist"),
        reverse("admin:events_event_change", args=[event.pk]),
        reverse("admin:notifications_mailtext_add"),
    ):
        page = client.get(url).content.decode()
        assert not re.search(r" at {event}|{team} says", page), url
    stuck = client.get(reverse("notifications:mail", args=[event.slug]))
    assert f"You have a place at {event}" in stuck.content.decode()


def test_a_code_in_a_subject_is_nobody_elses(sign_in, stranger, db):
    admin = UserFactory(is_staff=True, is_superuser=True)
    notify_address(
        "ada@example.org", composing.ACCOUNT, key="k",
        context={"subject": "KLVJ-JZTW is your code", "text": "KLVJ-JZTW"},
    )  # fmt: skip

    page = sign_in(admin).get(reverse("admin:notifications_notification_changelist"))

    assert "An account" in page.content.decode()
    assert "KLVJ" not in page.content.decode()
