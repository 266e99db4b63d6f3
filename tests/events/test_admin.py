"""What organisers do in the admin goes through the same actions as elsewhere."""

import re

import pytest
from django.urls import reverse

from notifications.models import Notification
from tests.bad_input.forms import save


def test_news_from_the_admin_is_logged_and_mailed(sign_in, event, organiser, attendee):
    sign_in(organiser).post(
        reverse("admin:events_announcement_add"),
        {"event": event.pk, "text": "Lunch is here", "by_mail": "on"},
    )

    news = event.announcements.get()
    assert (news.text, news.author, news.on_stage) == (
        "Lunch is here",
        organiser,
        False,
    )
    assert event.audit_entries.get(verb="events.announced").details == {"by_mail": True}
    assert attendee in {row.recipient for row in Notification.objects.all()}


def test_words_of_news_can_be_mended_and_nobody_is_mailed_again(
    sign_in, event, organiser, attendee
):
    news = event.announcements.create(text="Lnuch", author=organiser)
    url = reverse("admin:events_announcement_change", args=[news.pk])
    client = sign_in(organiser)
    assert "by_mail" not in client.get(url).content.decode()

    save(client, url, {"text": "Lunch", "on_stage": "on", "by_mail": "on"})

    news.refresh_from_db()
    assert (news.text, news.on_stage) == ("Lunch", True)
    assert not Notification.objects.exists()


@pytest.mark.parametrize(("role", "entries"), [("mentor", 1), ("attendee", 0)])
def test_a_changed_role_is_in_the_log(
    sign_in, event, organiser, attendee, role, entries
):
    place = event.registrations.get(user=attendee)
    url = reverse("admin:events_registration_change", args=[place.pk])

    save(sign_in(organiser), url, {"role": role, "status": "cancelled"})

    place.refresh_from_db()
    assert (place.role, place.status) == (role, "confirmed")
    assert event.audit_entries.filter(verb="events.role_changed").count() == entries


def test_an_event_leads_to_its_rounds(sign_in, event, organiser):
    client = sign_in(organiser)
    page = client.get(reverse("admin:events_event_change", args=[event.pk]))
    link = re.search(r'href="([^"]*/rounds/?)"', page.content.decode())[1]

    answer = client.get(link, follow=True)

    path, _status = answer.redirect_chain[-1]
    assert path == (
        f"{reverse('admin:judging_round_changelist')}?event__id__exact={event.pk}"
    )
    assert answer.status_code == 200
