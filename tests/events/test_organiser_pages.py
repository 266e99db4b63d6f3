import pytest
from django.urls import reverse

from events.log import record
from events.models import Announcement, Registration
from notifications.models import Notification
from tests.factories.events import EventFactory, RegistrationFactory

Status = Registration.Status
pytestmark = pytest.mark.django_db
PAGES = ("log", "registrations", "announce", "desk")


def url(name, event, *args):
    return reverse(f"events:{name}", args=[event.slug, *args])


def shown(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_for_organisers(sign_in, event, attendee, other_organiser, name):
    for user in (attendee, other_organiser):
        assert sign_in(user).get(url(name, event)).status_code == 403
        draft = EventFactory(is_published=False)
        assert sign_in(user).get(url(name, draft)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_organisers(sign_in, event, organiser, name):
    shown(sign_in(organiser).get(url(name, event)))


def test_log_tells_who_did_what(sign_in, event, organiser):
    record(organiser, "teams.joined", "Rust Co", event=event, how="by code")
    record(None, "judging.conflict", "Penguins", event=event, actor_name="Judge Judy")
    record(organiser, "teams.joined", "Elsewhere", event=EventFactory())

    html = shown(sign_in(organiser).get(url("log", event)))

    for text in ("joined the team Rust Co", "Judge Judy", "interest with Penguins"):
        assert text in html
    assert "Elsewhere" not in html


def test_log_of_nothing_says_so(sign_in, event, organiser):
    assert "Nothing yet" in shown(sign_in(organiser).get(url("log", event)))


def test_registrations_can_be_filtered(sign_in, event, organiser, attendee):
    client = sign_in(organiser)
    waiting = RegistrationFactory(
        event=event, status=Status.WAITLISTED, user__display_name="Walt Waiting"
    )

    assert "Walt Waiting" in shown(client.get(url("registrations", event)))
    for query in ({"status": "waitlisted"}, {"q": waiting.user.email}, {"q": "walt"}):
        html = shown(client.get(url("registrations", event), query))
        assert "Walt Waiting" in html
        assert "Ada Attendee" not in html
    for query in ({"status": "x"}, {"q": "zz"}):
        html = shown(client.get(url("registrations", event), query))
        assert "Nobody fits" in html
        assert "Walt Waiting" not in html


@pytest.mark.parametrize(
    ("before", "answer", "after", "words"),
    [
        (Status.PENDING, "approve", Status.CONFIRMED, "has a place"),
        (Status.PENDING, "decline", Status.DECLINED, "Declined"),
        (Status.CONFIRMED, "cancel", Status.CANCELLED, "free again"),
        (Status.CONFIRMED, "decline", Status.CONFIRMED, "has a place already"),
    ],
)
def test_registrations_are_answered(
    sign_in, event, organiser, before, answer, after, words
):
    registration = RegistrationFactory(event=event, status=before)

    response = sign_in(organiser).post(
        url("answer", event, registration.pk, answer), follow=True
    )

    assert words in shown(response)
    registration.refresh_from_db()
    assert registration.status == after


def test_registrations_are_not_answered_by_others(
    sign_in, event, organiser, attendee, other_organiser
):
    registration = RegistrationFactory(event=event, status=Status.PENDING)
    address = url("answer", event, registration.pk, "approve")

    for user in (attendee, other_organiser, registration.user):
        assert sign_in(user).post(address).status_code == 403
    client = sign_in(organiser)
    assert client.get(address).status_code == 405
    assert client.post(url("answer", event, registration.pk, "x")).status_code == 404
    other = EventFactory(series=event.series)
    assert (
        client.post(url("answer", other, registration.pk, "approve")).status_code == 404
    )
    assert client.post(url("answer", event, 2**63, "approve")).status_code == 404
    registration.refresh_from_db()
    assert registration.status == Status.PENDING


def test_announce_and_mail(sign_in, event, organiser, attendee):
    response = sign_in(organiser).post(
        url("announce", event),
        {"text": "Pizza is **here**.", "on_stage": "on", "by_mail": "on"},
        follow=True,
    )

    assert "Pizza is <strong>here</strong>." in shown(response)
    announcement = Announcement.objects.get()
    assert (announcement.author, announcement.on_stage) == (organiser, True)
    assert [n.recipient for n in Notification.objects.all()] == [attendee]


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001, "a\0b"])
def test_announce_refuses_bad_words(sign_in, event, organiser, text):
    response = sign_in(organiser).post(url("announce", event), {"text": text})

    assert response.context["form"].errors
    assert not Announcement.objects.exists()


@pytest.mark.parametrize("name", ["registrations", "log"])
def test_lists_ask_the_same_few_questions_of_the_database(
    sign_in, event, organiser, name, django_assert_max_num_queries
):
    client = sign_in(organiser)

    def fill():
        for registration in RegistrationFactory.create_batch(3, event=event):
            record(registration.user, "events.registered", registration, event=event)

    fill()
    with django_assert_max_num_queries(10) as few:
        shown(client.get(url(name, event)))
    fill()
    with django_assert_max_num_queries(len(few)):
        shown(client.get(url(name, event)))
