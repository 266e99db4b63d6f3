import re
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from events import actions
from events.models import AuditEntry, Event, Phase, Registration, RegistrationQuestion
from notifications.models import Notification
from tests.bad_input.forms import save
from tests.factories.accounts import UserFactory
from tests.factories.events import (
    EventFactory,
    RegistrationFactory,
    RegistrationQuestionFactory,
)
from tests.races import race

Status = Registration.Status
Kind = RegistrationQuestion.Kind
pytestmark = pytest.mark.django_db


def url(name, event, *args):
    return reverse(f"events:{name}", args=[event.slug, *args])


def shown(response):
    return response.content.decode()


def post_form(client, event, **data):
    data.setdefault("conduct_digest", actions.conduct_digest(event))
    return client.post(url("register", event), data)


def own(event, user):
    return event.registrations.filter(user=user).first()


def test_pages_of_a_place_are_for_people_who_are_signed_in(client, event):
    for name in ("register", "registration", "cancel", "ticket", "people", "desk"):
        response = client.get(url(name, event))
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


def test_register_and_see_the_ticket(sign_in, stranger, event):
    client = sign_in(stranger)
    assert "Register for" in shown(client.get(url("register", event)))

    response = post_form(client, event, in_directory="on", pitch="Penguins")

    assert response["Location"] == url("registration", event)
    registration = own(event, stranger)
    assert registration.status == Status.CONFIRMED
    assert (registration.in_directory, registration.pitch) == (True, "Penguins")
    html = shown(client.get(response["Location"]))
    assert "You have a place" in html
    assert registration.ticket in html
    assert client.get(url("register", event))["Location"] == url("registration", event)


@pytest.mark.parametrize(
    ("came_from", "status", "leads_on"),
    [
        ("/events/x/teams/y/join/z/", Status.CONFIRMED, True),
        ("/events/x/teams/y/join/z/", Status.WAITLISTED, False),
        ("https://evil.example/", Status.CONFIRMED, False),
        ("//evil.example/", Status.CONFIRMED, False),
    ],
)
def test_registering_leads_back_to_where_one_came_from(
    sign_in, stranger, came_from, status, leads_on
):
    event = EventFactory(capacity=1)
    if status == Status.WAITLISTED:
        RegistrationFactory(event=event)
    address = f"{url('register', event)}?next={came_from}"
    client = sign_in(stranger)
    client.get(address)

    answers = [client.post(address), client.get(address), client.post(address)]

    expected = came_from if leads_on else url("registration", event)
    assert [answer["Location"] for answer in answers] == [expected] * 3
    assert own(event, stranger).status == status


def test_register_page_when_it_is_closed(sign_in, stranger):
    for phases, words in [
        ([], "no registration"),
        ([Phase.HACKING], "no registration"),
    ]:
        event = EventFactory(phases=phases)
        assert words in shown(sign_in(stranger).get(url("register", event)))


@pytest.mark.parametrize(
    ("days", "words"), [(2, "Registration opens"), (-2, "Registration closed")]
)
def test_register_page_says_when(sign_in, stranger, time_machine, days, words):
    event = EventFactory(phases=[Phase.REGISTRATION])
    window = event.windows.get()
    time_machine.move_to(window.opens_at)
    shift = (window.closes_at - window.opens_at) * days
    window.opens_at += shift
    window.closes_at += shift
    window.save()

    html = shown(sign_in(stranger).get(url("register", event)))
    assert words in html
    assert "<form method" not in html[html.index("<h1") :]

    response = post_form(sign_in(stranger), event)
    assert "Registration is not open now." in shown(response)
    assert own(event, stranger) is None


def test_register_page_for_who_was_declined(sign_in, event):
    declined = RegistrationFactory(event=event, status=Status.DECLINED)

    assert "could not give you a place" in shown(
        sign_in(declined.user).get(url("register", event))
    )


def test_register_asks_and_keeps_the_organisers_questions(sign_in, stranger, event):
    ask = partial(RegistrationQuestionFactory, event=event)
    line = ask(kind=Kind.LINE, label="Anything to eat?", is_required=True)
    text = ask(kind=Kind.TEXT)
    one = ask(kind=Kind.CHOICE, options="S\nM\nL")
    some = ask(kind=Kind.CHOICES, options="Python\nRust\nGo")
    yes = ask(kind=Kind.YES_NO, label="First time?")

    response = post_form(
        sign_in(stranger),
        event,
        **{
            f"question_{line.pk}": "  vegan \u202e ",
            f"question_{text.pk}": "a\r\nb",
            f"question_{one.pk}": "M",
            f"question_{some.pk}": ["Python", "Go"],
            f"question_{yes.pk}": "on",
        },
    )

    assert response.status_code == 302
    assert own(event, stranger).answers == {
        str(line.pk): "vegan",
        str(text.pk): "a\nb",
        str(one.pk): "M",
        str(some.pk): ["Python", "Go"],
        str(yes.pk): True,
    }
    html = shown(sign_in(stranger).get(url("registration", event)))
    assert "Python, Go" in html
    assert re.search(r"<dd>\s*Yes\s*</dd>", html)


BAD_ANSWERS = [
    (Kind.LINE, ""),
    (Kind.LINE, "   "),
    (Kind.LINE, "\u200b"),
    (Kind.LINE, "a\0b"),
    (Kind.LINE, "x" * 201),
    (Kind.LINE, "x" * 1_000_000),
    (Kind.LINE, "e" + "\u0301" * 10_000),
    (Kind.TEXT, "x" * 5_000),
    (Kind.CHOICE, "XXL"),
    (Kind.CHOICE, ""),
    (Kind.CHOICES, ["S", "XXL"]),
    (Kind.CHOICES, [str(number) for number in range(500)]),
    (Kind.CHOICES, []),
    (Kind.YES_NO, ""),
]


@pytest.mark.parametrize(("kind", "answer"), BAD_ANSWERS)
def test_register_refuses_bad_answers_and_keeps_what_was_typed(
    sign_in, stranger, event, kind, answer
):
    question = RegistrationQuestionFactory(
        event=event, kind=kind, options="S\nM", is_required=True
    )

    response = post_form(
        sign_in(stranger),
        event,
        pitch="I typed this",
        **{f"question_{question.pk}": answer},
    )

    assert response.status_code == 200
    assert own(event, stranger) is None
    assert 'value="I typed this"' in shown(response)
    assert response.context["form"].errors


def test_register_refuses_questions_of_another_event(sign_in, stranger, event):
    foreign = RegistrationQuestionFactory()

    response = post_form(
        sign_in(stranger), event, **{f"question_{foreign.pk}": "hello"}
    )

    assert "The questions have changed." in shown(response)
    assert own(event, stranger) is None


def test_register_refuses_a_file_for_an_answer(sign_in, stranger, event, tmp_path):
    question = RegistrationQuestionFactory(event=event)
    file = tmp_path / "answer.txt"
    file.write_text("vegan")

    with file.open() as answer:
        response = post_form(
            sign_in(stranger), event, **{f"question_{question.pk}": answer}
        )

    assert "The questions have changed." in shown(response)
    assert own(event, stranger) is None


def test_register_ignores_what_it_did_not_ask(sign_in, caplog):
    stranger = UserFactory()
    full = EventFactory(capacity=1)
    RegistrationFactory(event=full)

    post_form(
        sign_in(stranger),
        full,
        status="checked_in",
        role="mentor",
        is_staff="1",
        ticket="AAAA",
    )

    registration = own(full, stranger)
    assert (registration.status, registration.role) == (
        Status.WAITLISTED,
        Registration.Role.ATTENDEE,
    )
    assert registration.ticket != "AAAA"
    stranger.refresh_from_db()
    assert not stranger.is_staff
    assert "'is_staff'" in caplog.text


def test_register_asks_for_consent(sign_in, stranger):
    event = EventFactory(code_of_conduct="Be kind.")

    response = post_form(sign_in(stranger), event)

    assert "Please read and accept the code of conduct" in shown(response)
    assert own(event, stranger) is None


def test_register_shows_the_new_text_when_it_changed_meanwhile(sign_in, stranger):
    event = EventFactory(code_of_conduct="Be kind.")
    client = sign_in(stranger)
    digest = actions.conduct_digest(event)
    Event.objects.update(code_of_conduct="Be *very* kind.")

    response = post_form(client, event, conduct="on", conduct_digest=digest)
    html = shown(response)

    assert "The code of conduct has changed" in html
    assert "Be <em>very</em> kind." in html
    assert own(event, stranger) is None

    new = re.search(r'name="conduct_digest" value="(\w+)"', html)[1]
    assert not re.search(r'name="conduct"[^>]*checked', html)
    response = post_form(client, event, conduct="on", conduct_digest=new)
    assert response.status_code == 302
    assert own(event, stranger).conduct_digest == new


def test_register_says_when_the_rules_were_dropped_meanwhile(sign_in, stranger, event):
    response = post_form(sign_in(stranger), event, conduct_digest="0" * 64)

    assert "The code of conduct has changed" in shown(response)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"capacity": 1}, "number 1 on the waiting list"), ({"needs_approval": True}, "")],
)
def test_registration_page_says_where_one_stands(sign_in, changes, words):
    event = EventFactory(**changes)
    stranger = UserFactory()
    if "capacity" in changes:
        RegistrationFactory(event=event)
    client = sign_in(stranger)

    html = shown(client.post(url("register", event), {}, follow=True))

    assert words in html
    assert own(event, stranger).ticket not in html
    assert client.get(url("ticket", event)).status_code == 404


@pytest.mark.parametrize("status", [Status.DECLINED, Status.CANCELLED])
def test_registration_page_after_the_end(sign_in, event, status):
    registration = RegistrationFactory(event=event, status=status)

    html = shown(sign_in(registration.user).get(url("registration", event)))

    assert registration.ticket not in html
    assert ("Register again" in html) == (status == Status.CANCELLED)


def test_registration_page_without_a_registration_leads_to_the_form(
    sign_in, stranger, event
):
    response = sign_in(stranger).get(url("registration", event))

    assert response["Location"] == url("register", event)


def test_what_others_see_can_be_changed(sign_in, attendee, event):
    client = sign_in(attendee)

    response = save(
        client,
        url("registration", event),
        {"in_directory": "on", "looking_for_team": "on", "pitch": "Whales"},
    )

    assert response.status_code == 302
    registration = own(event, attendee)
    assert (registration.in_directory, registration.looking_for_team) == (True, True)
    assert registration.pitch == "Whales"


def test_who_hides_cannot_be_found(sign_in, attendee, event):
    response = sign_in(attendee).post(
        url("registration", event), {"looking_for_team": "on"}
    )

    assert "Teams can only find you" in shown(response)
    assert not own(event, attendee).looking_for_team


def test_ticket_is_a_picture_that_opens_the_desk(sign_in, attendee, event):
    response = sign_in(attendee).get(url("ticket", event))

    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "private, no-store"
    body = shown(response)
    assert body.startswith("<svg")
    assert "style=" not in body
    assert "<script" not in body


def test_cancel_asks_first(sign_in, attendee, event):
    client = sign_in(attendee)

    assert "Give up your place?" in shown(client.get(url("cancel", event)))
    assert own(event, attendee).status == Status.CONFIRMED

    for _click in range(2):
        response = client.post(url("cancel", event))
        assert response["Location"] == url("registration", event)
    assert own(event, attendee).status == Status.CANCELLED
    assert AuditEntry.objects.filter(verb="events.cancelled").count() == 1


def test_cancel_after_check_in_says_why_not(sign_in, attendee, organiser, event):
    actions.check_in(own(event, attendee), organiser)

    html = shown(sign_in(attendee).post(url("cancel", event), follow=True))

    assert "checked in already" in html
    assert own(event, attendee).status == Status.CHECKED_IN


def test_cancel_is_for_ones_own_place(sign_in, stranger, attendee, event):
    assert sign_in(stranger).post(url("cancel", event)).status_code == 404
    assert own(event, attendee).status == Status.CONFIRMED


def test_looking_for_a_team_by_button(sign_in, attendee, event):
    client = sign_in(attendee)

    client.post(url("looking", event), {"looking_for_team": "on"})
    assert own(event, attendee).looking_for_team

    client.post(url("looking", event))
    assert not own(event, attendee).looking_for_team


@pytest.mark.django_db(transaction=True)
def test_a_double_submit_makes_one_registration(event, stranger):
    def submit():
        client = Client()
        client.force_login(stranger)
        return post_form(client, event).status_code

    assert race(submit, submit, submit) == [302, 302, 302]
    assert event.registrations.count() == 1
    assert Notification.objects.count() == 1


def test_a_question_that_is_asked_no_more_keeps_its_answers(
    sign_in, event, attendee, stranger
):
    asked = RegistrationQuestionFactory(event=event, label="Any allergies?")
    place = event.registrations.get(user=attendee)
    place.answers = {str(asked.pk): "Nuts"}
    place.save()
    asked.is_asked = False
    asked.save()

    page = sign_in(stranger).get(reverse("events:register", args=[event.slug]))
    own = sign_in(attendee).get(reverse("events:registration", args=[event.slug]))

    assert "Any allergies?" not in page.content.decode()
    assert "Nuts" in own.content.decode()
