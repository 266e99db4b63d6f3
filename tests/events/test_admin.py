"""What organisers do in the admin goes through the same actions as elsewhere."""

import re

import pytest
from django.urls import reverse

from events.models import Event, SeriesOrganiser
from notifications.models import Notification
from tests.bad_input.forms import save
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, SeriesOrganiserFactory


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


def test_a_new_event_begins_with_what_is_usual(sign_in, organiser):
    organiser.time_zone = "Europe/Paris"
    organiser.save()
    client = sign_in(organiser)
    add = reverse("admin:events_event_add")

    first = client.get(add).context_data["adminform"].form.initial
    assert (first["contact_email"], first["time_zone"]) == (
        organiser.email,
        "Europe/Paris",
    )
    assert first["code_of_conduct"].startswith("Be kind")
    assert first["starts_at"].weekday() == 5
    Event.objects.update(code_of_conduct="Our own rules.")

    assert (
        client.get(add).context_data["adminform"].form.initial["code_of_conduct"]
        == "Our own rules."
    )


def new_event(**changes):
    return {
        "name": "Spring Day",
        "slug": "spring-day",
        "starts_at_0": "2027-06-05",
        "starts_at_1": "09:00",
        "time_zone": "Europe/Berlin",
        "min_team_size": "1",
        "max_team_size": "5",
        "privacy_k": "5",
        **changes,
    }


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"ends_at_0": "2027-06-05", "ends_at_1": "08:00"},
            "The event ends before it starts.",
        ),
        ({"min_team_size": "6"}, "The largest team is smaller than the smallest."),
        ({"slug": "admin"}, "This address is taken by Menlo itself."),
        ({"time_zone": "Middle/Earth"}, "time zone"),
        ({"starts_at_0": "20270-06-05"}, "Enter a valid date"),
    ],
)
def test_a_bad_event_is_told_why_in_a_sentence(sign_in, organiser, wrong, sentence):
    series = SeriesOrganiser.objects.get(user=organiser).series_id
    before = Event.objects.count()

    page = sign_in(organiser).post(
        reverse("admin:events_event_add"), new_event(series=series, **wrong)
    )

    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert Event.objects.count() == before


def test_an_event_is_made_from_a_name_and_a_day(sign_in, organiser):
    series = SeriesOrganiser.objects.get(user=organiser).series_id

    page = sign_in(organiser).post(
        reverse("admin:events_event_add"), new_event(series=series), follow=True
    )

    event = Event.objects.get(slug="spring-day")
    assert page.redirect_chain[-1][0] == reverse(
        "admin:events_event_change", args=[event.pk]
    )
    assert event.starts_at.isoformat() == "2027-06-05T07:00:00+00:00"
    assert (event.ends_at - event.starts_at).total_seconds() == 10 * 3600
    assert event.windows.count() == 6
    assert event.rounds.get().criteria.count() == 4


def test_only_a_draft_that_nobody_joined_is_deleted(sign_in, event, organiser):
    event.series.organiser_roles.update(role="admin")
    client = sign_in(organiser)
    draft = EventFactory(series=event.series, is_published=False, name="Slip")

    for row in (event, draft):
        client.post(
            reverse("admin:events_event_delete", args=[row.pk]), {"post": "yes"}
        )

    assert list(Event.objects.filter(series=event.series)) == [event]


def test_who_is_named_organiser_finds_the_admin_and_who_is_not_loses_it(
    sign_in, event, organiser
):
    SeriesOrganiser.objects.filter(user=organiser).update(role="admin")
    newcomer = UserFactory(email="new@example.org")
    leaver = SeriesOrganiserFactory(series=event.series)
    own = SeriesOrganiser.objects.get(user=organiser)
    url = reverse("admin:events_series_change", args=[event.series_id])

    save(
        sign_in(organiser),
        url,
        {
            "name": event.series.name,
            "slug": event.series.slug,
            "organiser_roles-TOTAL_FORMS": "3",
            "organiser_roles-INITIAL_FORMS": "2",
            "organiser_roles-0-id": own.pk,
            "organiser_roles-0-role": "admin",
            "organiser_roles-1-id": leaver.pk,
            "organiser_roles-1-role": "organiser",
            "organiser_roles-1-DELETE": "on",
            "organiser_roles-2-email": "New@example.org",
            "organiser_roles-2-role": "organiser",
        },
    )

    assert set(event.series.organisers.all()) == {organiser, newcomer}
    newcomer.refresh_from_db()
    leaver.user.refresh_from_db()
    assert (newcomer.is_staff, leaver.user.is_staff) == (True, False)
    home = sign_in(newcomer).get("/").content.decode()
    assert f'href="{reverse("admin:index")}"' in home


def test_the_side_bar_names_every_window_once(sign_in, event, organiser):
    page = sign_in(organiser).get(reverse("admin:index")).content.decode()

    for path in ("events/event/", "teams/team/", "judging/round/", "feedback/survey/"):
        assert page.count(f'href="/admin/{path}"') == 1, path
    assert "/admin/accounts/user/" not in page
    boss = sign_in(UserFactory(is_superuser=True, is_staff=True))
    assert "/admin/accounts/user/" in boss.get(reverse("admin:index")).content.decode()
