from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from events import actions
from events.models import Announcement, AuditEntry, Event, Registration
from notifications.models import Notification, Topic
from tests.factories.events import RegistrationFactory


def announce(event, organiser, **changes):
    said = {"text": "Pizza is here.", "on_stage": True, "by_mail": False, **changes}
    return actions.publish_announcement(event, organiser, **said)


def test_announce_puts_news_on_the_page_and_in_the_log(event, organiser):
    announcement = announce(event, organiser, on_stage=False)

    assert Announcement.objects.get() == announcement
    assert (announcement.author, announcement.on_stage) == (organiser, False)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.details) == ("events.announced", {"by_mail": False})
    assert not Notification.objects.exists()


def test_announce_by_mail_reaches_those_who_take_part(event, attendee, organiser):
    RegistrationFactory(event=event, status=Registration.Status.WAITLISTED)

    announce(event, organiser, by_mail=True)

    notification = Notification.objects.get()
    assert notification.recipient == attendee
    assert notification.topic == Topic.NEWS
    assert notification.context["text"] == "Pizza is here."


def test_a_second_click_announces_nothing_more(event, organiser):
    first = announce(event, organiser)

    assert announce(event, organiser) == first
    assert announce(event, organiser, text="Pizza is gone.") != first
    assert Announcement.objects.count() == 2


def test_the_same_words_count_again_later(event, organiser, time_machine):
    first = announce(event, organiser)
    time_machine.move_to(first.published_at + timedelta(minutes=2))

    assert announce(event, organiser) != first


def test_news_reaches_the_pages_of_an_event_that_is_on(client, event, organiser):
    ask = reverse("events:news", args=[event.slug])
    assert client.get(ask).content.strip() == b""

    said = announce(event, organiser, text="Pizza is **here**.")

    answer = client.get(ask).content.decode()
    assert f'data-news="{said.pk}"' in answer
    assert "Pizza is <strong>here</strong>." in answer
    team_board = client.get(reverse("teams:list", args=[event.slug])).content.decode()
    assert "Pizza is <strong>here</strong>." in team_board
    assert f'data-news-seen="{said.pk}"' in team_board


def test_news_grows_old(client, event, organiser, time_machine):
    said = announce(event, organiser)
    time_machine.move_to(said.published_at + timedelta(minutes=61))

    assert b"Pizza" not in client.get(reverse("events:news", args=[event.slug])).content


def test_nobody_is_shouted_at_before_or_after(client, event, organiser, time_machine):
    announce(event, organiser)
    Event.objects.update(starts_at=timezone.now() + timedelta(minutes=1))

    page = client.get(reverse("teams:list", args=[event.slug])).content
    assert b"Pizza" not in page
    assert b"data-news-url" not in page


def test_too_long_news_is_refused_with_what_was_pasted(sign_in, event, organiser):
    client, url = sign_in(organiser), reverse("events:announce", args=[event.slug])
    pasted = "word " * 300
    assert "maxlength" not in client.get(url).content.decode()

    answer = client.post(url, {"text": pasted})

    page = answer.content.decode()
    assert "at most 1000 characters" in page
    assert pasted.strip() in page
    assert not Announcement.objects.exists()


def test_news_by_mail_shows_no_signs_of_markdown(event, attendee, organiser):
    announce(event, organiser, text="**Pizza**, see [menu](/menu)", by_mail=True)

    assert Notification.objects.get().context["text"] == "Pizza, see menu (/menu)"
