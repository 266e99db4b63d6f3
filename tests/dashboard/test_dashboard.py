import re
import time
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from dashboard.demo import load
from dashboard.todo import my_events
from events.models import Event, Phase, Registration
from feedback.models import Response
from judging.models import Judge, PublishedResult, Scorecard
from notifications.models import Heartbeat, Notification
from submissions.models import Dataset, Project, Tool
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.feedback import InvitationFactory
from tests.factories.judging import JudgeFactory
from tests.factories.submissions import ProjectFactory
from tests.factories.teams import JoinRequestFactory


def steps(user):
    return [step.text for item in my_events(user) for step in item.steps]


def test_the_next_step_follows_the_day(event, attendee, team, captain):
    assert steps(attendee) == ["Find or found a team"]
    assert steps(captain) == ["Start your project page"]
    project = ProjectFactory(team=team)
    JoinRequestFactory(team=team)
    assert steps(captain) == ["Somebody asks to join your team", "Hand in your project"]

    Project.objects.update(status="withdrawn")

    assert steps(captain) == ["Somebody asks to join your team"]
    assert project.event == event


def test_who_waits_is_told_so(event, attendee):
    Registration.objects.update(status="waitlisted")
    assert "waiting list" in steps(attendee)[0]
    Registration.objects.update(status="pending")
    assert "organisers look" in steps(attendee)[0]


def test_an_open_survey_comes_first(db):
    invitation = InvitationFactory()
    RegistrationFactory(event=invitation.survey.event, user=invitation.user)

    assert steps(invitation.user)[0].startswith("Tell us about the tools")


def test_home_is_for_each(client, sign_in, event, attendee, organiser):
    EventFactory(name="Secret draft", is_published=False)
    assert event.name in client.get("/").content.decode()
    assert "Secret draft" not in client.get("/").content.decode()
    assert "Find or found a team" in sign_in(attendee).get("/").content.decode()
    assert "You organise" in sign_in(organiser).get("/").content.decode()
    judge = JudgeFactory(user=attendee)
    assert judge.event.name in sign_in(attendee).get("/").content.decode()


def test_the_admins_home_counts_for_its_organisers_only(
    sign_in, event, team, captain, organiser, other_organiser, attendee
):
    html = sign_in(organiser).get("/admin/").content.decode()
    assert event.name in html
    assert "Teams without a project" in html
    assert event.name not in sign_in(other_organiser).get("/admin/").content.decode()
    assert sign_in(attendee).get("/admin/").status_code == 302


def test_an_event_is_made_in_the_admin(sign_in, organiser, event):
    client = sign_in(organiser)
    add = reverse("admin:events_event_add")
    form = {
        "name": "New Day",
        "slug": "new-day",
        "series": event.series.pk,
        "starts_at_0": "2027-03-06",
        "starts_at_1": "09:00",
        "time_zone": "Europe/Berlin",
        "min_team_size": 1,
        "max_team_size": 5,
        "privacy_k": 5,
    }
    assert (
        "New Day"
        in client.post(
            add, {**form, "ends_at_0": "2027-03-05", "ends_at_1": "09:00"}
        ).content.decode()
    )
    assert not Event.objects.filter(slug="new-day").exists()
    foreign = EventFactory()
    client.post(add, {**form, "series": foreign.series.pk})
    assert not Event.objects.filter(slug="new-day").exists()

    client.post(add, form)

    made = Event.objects.get(slug="new-day")
    assert made.starts_at.isoformat() == "2027-03-06T08:00:00+00:00"
    assert {w.phase for w in made.windows.all()} >= {Phase.HACKING, Phase.SURVEY}
    assert made.rounds.get().criteria.count() == 4
    change = reverse("admin:events_event_change", args=[made.pk])
    assert "New Day" in client.get(change).content.decode()
    copy = reverse("admin:events_event_copy", args=[made.pk])
    assert "Copy of New Day" in client.get(copy).content.decode()
    client.post(
        copy, {"name": "Next Day", "starts_at_0": "2028-03-04", "starts_at_1": "09:00"}
    )
    again = Event.objects.get(slug="next-day")
    assert (again.is_published, again.rounds.get().criteria.count()) == (False, 4)
    elsewhere = reverse("admin:events_event_change", args=[foreign.pk])
    assert client.get(elsewhere).status_code == 302


def test_every_list_of_the_admin_is_cut_to_ones_series(sign_in, organiser, event):
    from django.contrib import admin  # noqa: PLC0415

    foreign = EventFactory(name="Foreign Affair")
    RegistrationFactory(event=foreign)
    client = sign_in(organiser)
    seen = 0
    for model in admin.site._registry:
        meta = model._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        page = client.get(url)
        assert "Foreign Affair" not in page.content.decode(), url
        seen += page.status_code == 200
    assert seen > 12


def test_the_stage_shows_what_is_on(client, event):
    event.announcements.create(text="Pizza!")
    event.agenda.create(title="Demos", starts_at=event.ends_at)

    html = client.get(reverse("dashboard:stage", args=[event.slug])).content.decode()

    assert "Pizza!" in html
    assert "Demos" in html


SCHEDULE = (
    (Phase.REGISTRATION, -48, -2),
    (Phase.HACKING, 0, 24),
    (Phase.JUDGING, 24, 27),
    (Phase.RESULTS, 28, 400),
    (Phase.SURVEY, 28, 60),
)


@pytest.mark.parametrize("is_published", [False, True])
def test_no_clock_stands_at_nought_in_any_phase(client, db, time_machine, is_published):
    """A second before and at each boundary, on the screen and on every header."""
    event = EventFactory(phases=[])
    start = event.starts_at
    for phase, opens, closes in SCHEDULE:
        event.windows.create(
            phase=phase,
            opens_at=start + timedelta(hours=opens),
            closes_at=start + timedelta(hours=closes),
        )
    moments = {start + timedelta(hours=hours) for _p, *two in SCHEDULE for hours in two}
    is_over = start + timedelta(hours=27)
    seen = set()
    for moment in sorted({m + timedelta(seconds=s) for m in moments for s in (-1, 0)}):
        time_machine.move_to(moment, tick=False)
        if is_published and moment == is_over:
            PublishedResult.objects.create(
                event=event, snapshot={"rounds": [], "awards": []}, digest="0" * 64
            )
        for name in ("dashboard:stage", "events:detail"):
            url = reverse(name, args=[event.slug])
            html = client.get(url).content.decode()
            for until in re.findall(r'data-countdown="([^"]+)"', html):
                assert datetime.fromisoformat(until) > moment, (moment, name)
            assert "Results ends" not in html
            assert "Results closes" not in html
            if is_published and moment >= is_over:
                assert "Results opens" not in html
            seen |= {said for said in ENDINGS if said in html}
    assert seen == {*ENDINGS[:2], ENDINGS[2 + is_published]}


ENDINGS = (
    "Hacking ends in",
    "Judging ends in",
    "Judging is closed",
    "The results are public",
)


def test_the_live_view_counts(sign_in, organiser, team, captain):
    url = reverse("dashboard:live", args=[team.event.slug])

    assert team.name in sign_in(organiser).get(url).content.decode()


@pytest.fixture
def demo(db, settings):
    settings.DEMO = True
    call_command("loaddemo")


def test_the_demos_scores_are_what_arrived(demo):
    output = StringIO()

    call_command("verify_audit", stdout=output)
    for event in Event.objects.filter(published_results__isnull=False):
        call_command("recompute", event.slug, from_log=True, stdout=output)

    assert "cannot be checked" not in output.getvalue()
    assert output.getvalue().count("the same to the last digit") == 1


def test_the_demo_has_something_on_every_page(demo, client, settings):
    assert [e.current_phase for e in Event.objects.order_by("starts_at")] == [
        Phase.ARCHIVE,
        Phase.JUDGING,
        Phase.REGISTRATION,
    ]
    assert Dataset.objects.filter(profile_status="done").count() == 12
    assert Dataset.objects.count() == 13
    assert Registration.objects.filter(event__slug="bring-your-own-data").count() == 38
    assert Response.objects.count() == 30
    assert Tool.objects.count() >= 80
    before = Notification.objects.count()
    assert load.load() is False
    assert Notification.objects.count() == before
    for event in Event.objects.all():
        for tab in (
            "",
            "teams/",
            "ideas/",
            "datasets/",
            "projects/",
            "results/",
            "tools/",
        ):
            assert client.get(event.get_absolute_url() + tab).status_code == 200
    finished = Event.objects.get(slug="retrieval-night")
    recap = client.get(finished.get_absolute_url() + "recap/").content.decode()
    assert recap.count("<figure>") == 3
    assert "A night about finding" in recap
    assert finished.certificates.count() > 34
    assert finished.talk_proposals.count() == 2
    running = Event.objects.get(slug="bring-your-own-data")
    assert running.help_requests.open().count() == 2
    done = Scorecard.objects.filter(round__event=running, status="done").count()
    assert 0 < done < Scorecard.objects.filter(round__event=running).count()
    stage = client.get(reverse("dashboard:stage", args=[running.slug]))
    assert "A sommelier for chemists" in stage.content.decode()
    call_command("demo_sign_in", wait=0.1)  # no worker comes
    Heartbeat.objects.create(name="worker", beat_at=timezone.now())
    started = time.monotonic()
    call_command("demo_sign_in", wait=60)
    assert time.monotonic() - started < 30
    Judge.objects.update(revoked_at=timezone.now())
    call_command("demo_sign_in")


@override_settings(DEMO=False, DEBUG=False)
@pytest.mark.parametrize("command", ["loaddemo", "demo_sign_in"])
def test_there_is_no_demo_in_production(command):
    with pytest.raises(CommandError):
        call_command(command)


def test_search_engines_are_told_where_there_is_nothing_for_them(client, db):
    response = client.get("/robots.txt")

    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().split()
    assert lines[:2] == ["User-agent:", "*"]
    assert not {"/", "/events/", "/static/"} & set(lines)
