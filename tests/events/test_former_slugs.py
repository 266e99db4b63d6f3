"""Links in mails and on tickets outlive a new address of the event."""

import re

import pytest
from django.urls import URLPattern, get_resolver, reverse

from events.models import Event, FormerSlug
from events.planning import copy_event
from tests.factories.events import EventFactory, RegistrationFactory


def rename(event, slug, **changed):
    """As the admin does it: on a row that was read."""
    row = Event.objects.get(pk=event.pk)
    row.slug = slug
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    return row


def paths_of_events(patterns=None, prefix=""):
    """Every address below an event's, with something in the place of its parts."""
    for pattern in patterns or get_resolver().url_patterns:
        path = prefix + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from paths_of_events(pattern.url_patterns, path)
        elif "<slug:event_slug>/" in path and path.startswith("events/"):
            tail = path.split("<slug:event_slug>/", 1)[1]
            yield re.sub(r"\(\?P<[^()]*\)|<[^>]*>|[$^]", "7", tail)


def test_there_are_pages_to_lead_on_to():
    assert len(set(paths_of_events())) > 60


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_of_a_renamed_event_leads_on(client, event, organiser, method):
    old = event.slug
    rename(event, "pi-day")
    client.force_login(organiser)

    for tail in sorted(set(paths_of_events())):
        answer = getattr(client, method)(f"/events/{old}/{tail}?page=2")

        if method == "post" and answer.status_code == 405:
            continue  # a page that is only read
        expected = {"get": 302, "post": 307}[method]
        assert answer.status_code == expected, tail
        assert answer.headers["Location"] == f"/events/pi-day/{tail}?page=2"


def test_a_mailed_ticket_leads_on_through_the_sign_in(client, event, attendee):
    link = reverse("events:registration", args=[event.slug])
    rename(event, "pi-day")
    rename(event, "tau-day")

    first = client.get(link)
    assert first.headers["Location"].startswith("/accounts/login/")
    client.force_login(attendee)

    assert client.get(link, follow=True).redirect_chain == [
        ("/events/tau-day/registration/", 302)
    ]


def test_what_was_typed_is_sent_again_to_the_new_address(client, event, stranger):
    old = reverse("events:register", args=[event.slug])
    rename(event, "pi-day")
    client.force_login(stranger)

    client.post(old, {"pitch": "Maps"}, follow=True)

    assert event.registrations.get(user=stranger).pitch == "Maps"


def test_the_address_of_a_draft_is_nobodys_business(client, event, organiser):
    old = event.get_absolute_url()
    rename(event, "secret-day", is_published=False)

    assert client.get(old).status_code == 404
    client.force_login(organiser)
    assert client.get(old).headers["Location"] == "/events/secret-day/"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("is_published", [True, False])
def test_no_kept_page_answers_at_the_old_address(
    client, signed_in, is_published, settings
):
    event = EventFactory()
    if signed_in:
        client.force_login(RegistrationFactory(event=event).user)
    pages = [event.get_absolute_url(), reverse("events:conduct", args=[event.slug])]
    for page in pages:
        assert client.get(page).status_code == 200

    rename(event, "pi-day", is_published=is_published)

    expected = 302 if is_published else 404
    assert [client.get(page).status_code for page in pages] == [expected] * 2


def test_an_event_may_go_back_to_its_own_address(client, event):
    old = event.slug
    rename(event, "pi-day")

    rename(event, old)

    assert client.get(f"/events/{old}/").status_code == 200
    assert client.get("/events/pi-day/").headers["Location"] == f"/events/{old}/"


def test_no_other_event_takes_an_address_that_leads_on(event, organiser):
    rename(event, "pi-day")
    renamed = rename(event, "tau-day")
    renamed.full_clean()

    copy = copy_event(renamed, organiser, name="Pi Day", starts_at=event.starts_at)

    assert copy.slug == "pi-day-2"
    assert {row.slug: row.event for row in FormerSlug.objects.all()} == {
        event.slug: event,
        "pi-day": event,
    }
    copy.slug = "pi-day"
    with pytest.raises(Exception, match="Links that people have"):
        copy.full_clean()


def test_saving_parts_of_a_row_renames_nothing(event):
    row = Event.objects.get(pk=event.pk)
    row.slug = "pi-day"

    row.save(update_fields=["name"])

    assert not FormerSlug.objects.exists()
