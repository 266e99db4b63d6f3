from datetime import timedelta

from events import actions
from events.models import Announcement, AuditEntry, Registration
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
