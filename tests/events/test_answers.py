"""What people answered: yes and no, corrected, kept as it was asked."""

import importlib
import json
import re
from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.actions import export_data
from events import actions
from events.actions.registrations import NoLongerAsking
from events.models import (
    ConductText,
    Event,
    Phase,
    Registration,
    RegistrationQuestion,
    answer_in_words,
)
from tests.factories.events import (
    EventFactory,
    RegistrationFactory,
    RegistrationQuestionFactory,
)

Kind = RegistrationQuestion.Kind
Status = Registration.Status
pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(event):
    return partial(RegistrationQuestionFactory, event=event)


def url(name, event):
    return reverse(f"events:{name}", args=[event.slug])


def shown(response):
    return response.content.decode()


def name_of(question):
    return f"question_{question.pk}"


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', shown(page))[1]


def send(client, event, page="answers", **data):
    """The page as it comes, with these answers."""
    form = client.get(url(page, event))
    names = ["questions_digest", *(["as_read"] if page == "answers" else [])]
    return client.post(
        url(page, event), {**{name: hidden(form, name) for name in names}, **data}
    )


@pytest.mark.parametrize("is_required", [True, False])
@pytest.mark.parametrize(("sent", "kept"), [("on", True), ("off", False)])
def test_no_is_an_answer(sign_in, stranger, event, ask, is_required, sent, kept):
    question = ask(kind=Kind.YES_NO, is_required=is_required)

    answer = send(sign_in(stranger), event, "register", **{name_of(question): sent})

    assert answer.status_code == 302, shown(answer)
    assert event.registrations.get(user=stranger).answers == {str(question.pk): kept}


def test_who_skips_says_neither_yes_nor_no(sign_in, stranger, event, ask):
    question = ask(kind=Kind.YES_NO)

    send(sign_in(stranger), event, "register")

    place = event.registrations.get(user=stranger)
    assert place.answers == {str(question.pk): None}
    assert [answer_in_words(said) for _words, said in place.answered()] == ["—"]


def test_yes_and_no_are_two_radio_buttons(sign_in, stranger, event, ask):
    question = ask(kind=Kind.YES_NO, is_required=True)

    page = shown(sign_in(stranger).get(url("register", event)))

    assert len(re.findall(f'type="radio" name="{name_of(question)}"', page)) == 2


def test_a_consent_can_only_be_given(sign_in, stranger, event, ask):
    question = ask(kind=Kind.CONSENT, is_required=True)
    client = sign_in(stranger)

    assert send(client, event, "register").status_code == 200

    answer = send(client, event, "register", **{name_of(question): "on"})
    assert answer.status_code == 302


def test_a_long_consent_with_links_is_asked_and_can_be_followed(
    sign_in, stranger, event, ask
):
    words = "I agree to <pictures>, see https://example.org/privacy & more. " * 25
    assert len(words) > 1000
    question = ask(kind=Kind.CONSENT, label=words, help_text="www.example.org")
    question.full_clean()

    page = shown(sign_in(stranger).get(url("register", event)))

    assert '<a href="https://example.org/privacy" rel="nofollow">' in page
    assert "&lt;pictures&gt;" in page
    assert re.search(r'<a href="https?://www.example.org"', page)


def test_what_was_agreed_to_is_kept_in_the_words_of_then(sign_in, stranger, event, ask):
    question = ask(kind=Kind.CONSENT, label="You may print my name.")
    client = sign_in(stranger)
    send(client, event, "register", **{name_of(question): "on"})
    RegistrationQuestion.objects.update(label="You may sell my name.")

    page = shown(client.get(url("registration", event)))

    assert "You may print my name." in page
    assert "You may sell my name." not in page


def test_words_that_changed_while_one_read_are_not_agreed_to(
    sign_in, stranger, event, ask
):
    question = ask(kind=Kind.CONSENT, label="You may print my name.")
    client = sign_in(stranger)
    page = client.get(url("register", event))
    read = {"questions_digest": hidden(page, "questions_digest")}
    RegistrationQuestion.objects.update(label="You may sell my name.")

    answer = client.post(url("register", event), {**read, name_of(question): "on"})

    assert "The questions have changed." in shown(answer)
    assert "You may sell my name." in shown(answer)
    assert not event.registrations.exists()
    again = {"questions_digest": hidden(answer, "questions_digest")}
    answer = client.post(url("register", event), {**again, name_of(question): "on"})
    assert answer.status_code == 302


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.PENDING, "waitlisted"])
def test_an_answer_is_corrected_and_costs_nothing(
    sign_in, event, attendee, ask, status
):
    question = ask(kind=Kind.YES_NO, label="Vegan?")
    place = event.registrations.get(user=attendee)
    place.status, place.answers = status, {str(question.pk): True, "7777": "kept"}
    place.save()
    before = Registration.objects.values().get(pk=place.pk)
    client = sign_in(attendee)
    assert url("answers", event) in shown(client.get(url("registration", event)))
    page = shown(client.get(url("answers", event)))
    assert re.search(rf'name="{name_of(question)}" value="on"[^>]*checked', page)

    answer = send(client, event, **{name_of(question): "off"})

    assert answer["Location"] == url("registration", event)
    after = Registration.objects.values().get(pk=place.pk)
    assert after["answers"] == {str(question.pk): False, "7777": "kept"}
    assert {k: v for k, v in after.items() if k not in {"answers", "asked"}} == {
        k: v for k, v in before.items() if k not in {"answers", "asked"}
    }
    assert event.audit_entries.get().verb == "events.answers_changed"


def test_a_question_that_came_later_can_be_answered(sign_in, event, attendee, ask):
    client = sign_in(attendee)
    question = ask(label="T-shirt?", is_required=True)
    assert "T-shirt?" in shown(client.get(url("registration", event)))

    send(client, event, **{name_of(question): "XL"})

    assert event.registrations.get().answered() == [("T-shirt?", "XL")]


def test_answers_to_deleted_questions_stay_in_sight(sign_in, event, attendee, ask):
    question = ask(label="T-shirt?")
    client = sign_in(attendee)
    send(client, event, **{name_of(question): "XL"})
    question.delete()
    old = RegistrationFactory(event=event, answers={str(question.pk): "S"})

    assert "T-shirt?" in shown(client.get(url("registration", event)))
    assert old.answered() == [("An earlier question", "S")]


def test_a_second_tab_does_not_lose_its_answers(sign_in, stranger, event, ask):
    question = ask(label="T-shirt?")
    client = sign_in(stranger)
    forms = [client.get(url("register", event)) for _tab in range(2)]
    for form, size in zip(forms, ("M", "L"), strict=True):
        answer = client.post(
            url("register", event),
            {
                "questions_digest": hidden(form, "questions_digest"),
                name_of(question): size,
                "pitch": f"size {size}",
            },
        )

    place = event.registrations.get(user=stranger)
    assert (place.answered(), place.pitch) == ([("T-shirt?", "L")], "size L")
    page = shown(client.get(answer["Location"]))
    assert "You were registered already." in page


def test_answers_rest_when_registration_is_closed(sign_in, event, attendee, ask):
    question = ask(label="T-shirt?")
    client = sign_in(attendee)
    page = client.get(url("answers", event))
    event.windows.filter(phase=Phase.REGISTRATION).update(closes_at=timezone.now())

    answer = client.post(
        url("answers", event),
        {"as_read": hidden(page, "as_read"), name_of(question): "a long text"},
    )

    assert "Registration is not open now." in shown(answer)
    assert 'value="a long text"' in shown(answer)
    assert event.registrations.get().answers == {}
    Event.objects.get(pk=event.pk).save()  # pages are kept
    assert "Registration is closed." in shown(client.get(url("answers", event)))
    assert url("answers", event) not in shown(client.get(url("registration", event)))


def test_two_tabs_that_correct_the_same_answer_are_asked(sign_in, event, attendee, ask):
    question = ask(label="T-shirt?")
    client = sign_in(attendee)
    page = client.get(url("answers", event))
    send(client, event, **{name_of(question): "M"})

    answer = client.post(
        url("answers", event),
        {
            "as_read": hidden(page, "as_read"),
            "questions_digest": hidden(page, "questions_digest"),
            name_of(question): "L",
        },
    )

    assert answer.status_code == 409
    assert event.registrations.get().answers == {str(question.pk): "M"}


def test_who_gave_their_place_up_corrects_nothing(event, attendee):
    place = event.registrations.get()
    actions.cancel_registration(place, attendee)

    with pytest.raises(NoLongerAsking):
        actions.change_answers(place, attendee, actions.Wishes(answers={"1": "x"}))


def test_the_export_says_what_was_asked(event, attendee, ask):
    question = ask(label="T-shirt?")
    Registration.objects.update(answers={str(question.pk): "XL"})

    (place,) = export_data(attendee)["registrations"]

    assert place["answers"] == [{"question": "T-shirt?", "answer": "XL"}]
    json.dumps(place)


def test_the_accepted_code_of_conduct_stays_readable(sign_in, stranger):
    event = EventFactory(code_of_conduct="Be *kind*.")
    digest = actions.conduct_digest(event)
    wishes = actions.Wishes(conduct_digest=digest)
    actions.register_for_event(event, stranger, wishes)
    event.code_of_conduct = "Be loud."
    event.save()

    page = shown(sign_in(stranger).get(url("registration", event)))

    assert "Be <em>kind</em>." in page
    assert export_data(stranger)["registrations"][0]["conduct_accepted"] == "Be *kind*."


def test_what_was_accepted_before_is_kept_by_the_migration():
    event = EventFactory(code_of_conduct="Be kind.")
    digest = actions.conduct_digest(event)
    RegistrationFactory(event=event, conduct_digest=digest)
    changed = EventFactory(code_of_conduct="Be loud.")
    RegistrationFactory(event=changed, conduct_digest="0" * 64)
    keep = importlib.import_module("events.migrations.0010_accepted_conduct")

    for _attempt in range(2):
        keep.keep_texts(apps, connection.schema_editor())

    assert list(ConductText.objects.values_list("digest", "text")) == [
        (digest, "Be kind.")
    ]


def test_who_waits_keeps_the_turn(sign_in, ask, event, attendee):
    Event.objects.filter(pk=event.pk).update(
        capacity=1,
        starts_at=timezone.now() + timedelta(days=1),
        ends_at=timezone.now() + timedelta(days=2),
    )
    first, second = (
        RegistrationFactory(event=event, status=Status.WAITLISTED) for _one in "ab"
    )
    question = ask(label="T-shirt?")

    send(sign_in(first.user), event, **{name_of(question): "M"})
    actions.cancel_registration(event.registrations.get(user=attendee), attendee)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.CONFIRMED, Status.WAITLISTED)
