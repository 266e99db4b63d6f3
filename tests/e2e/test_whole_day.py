"""A whole hackathon with four people in real browsers, real workers and real mail.

Olga organises on a laptop, Ada and Ben take part, Judy judges on a phone that loses its
network in the middle. The organiser moves the phases on in the admin, as one would.
"""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import User
from events.models import Event, Phase, Registration, Series, SeriesOrganiser
from feedback.tasks import open_and_close_surveys
from hackathon.environment import beside
from judging.models import Judge, PublishedResult, Score
from submissions import catalogue
from submissions.models import Dataset, Project
from teams.models import Team
from tests.parts import eventually
from tests.phones import Phone
from tests.wire import DEAD, UP


def person(name, **fields):
    address = f"{name.lower()}@example.org"
    user = User.objects.create_user(address, display_name=name, **fields)
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    return user


def move_phase(event, phase, *, opens, closes):
    """What an organiser does in the “Phases” tab; minutes from now."""
    now = timezone.now()
    window = event.windows.get(phase=phase)
    window.opens_at = now + timedelta(minutes=opens)
    window.closes_at = now + timedelta(minutes=closes)
    window.save()


def mail_to(smtp_server, address, words):
    def arrived():
        return next(
            (
                text
                for mail in smtp_server.mails
                if address in mail.rcpt_tos
                and words in (text := mail.content.decode(errors="replace"))
            ),
            None,
        )

    return eventually(arrived, what=f"a mail to {address} with {words!r}")


@pytest.mark.django_db(transaction=True)
def test_a_whole_hackathon_from_the_admin_to_the_landscape(
    start_site,
    start_worker,
    smtp_server,
    real_broker,
    open_page,
    tmp_path,
    settings,
    line,
):
    # What is changed here, as from another process, must renew the site's pages.
    redis = {"LOCATION": beside(real_broker), "KEY_PREFIX": "menlo"}
    settings.CACHES = {"default": {"BACKEND": "core.connections.RedisCache", **redis}}
    catalogue.load()
    olga = person("Olga", is_staff=True)
    series = Series.objects.create(name="Garage", slug="garage")
    SeriesOrganiser.objects.create(series=series, user=olga, role="admin")
    ada, ben = person("Ada"), person("Ben")
    site = start_site(REDIS_URL=real_broker, EMAIL_URL=smtp_server.url)
    start_worker(EMAIL_URL=smtp_server.url, SITE_URL=site.url)

    # Olga makes the event in the admin.
    laptop = open_page(width=1280)
    site.sign_in(laptop, olga)
    laptop.goto(f"{site.url}/admin/events/event/add/")
    laptop.fill("#id_name", "Garage Day")
    laptop.locator("#id_name").blur()  # the address follows the name until then
    laptop.fill("#id_slug", "garage-day")
    laptop.fill("#id_starts_at_0", timezone.now().strftime("%Y-%m-%d"))
    laptop.fill("#id_starts_at_1", "00:00:01")
    laptop.fill("#id_time_zone", "UTC")
    laptop.locator("#id_is_published").check(force=True)
    laptop.get_by_role("button", name="Save", exact=True).click()
    laptop.wait_for_url(re.compile(r"/admin/events/event/\d+/change/"))
    event = Event.objects.get()
    assert event.windows.count() == 6
    assert event.rounds.get().criteria.count() == 4
    move_phase(event, Phase.REGISTRATION, opens=-10, closes=60)
    move_phase(event, Phase.TEAM_FORMATION, opens=-10, closes=60)
    move_phase(event, Phase.HACKING, opens=-10, closes=60)
    move_phase(event, Phase.JUDGING, opens=60, closes=120)
    move_phase(event, Phase.RESULTS, opens=120, closes=9000)
    move_phase(event, Phase.SURVEY, opens=120, closes=9000)
    base = f"{site.url}{event.get_absolute_url()}"

    # Ada and Ben register; Ada founds a team, Ben joins by her link.
    phones = {}
    for user in (ada, ben):
        page = phones[user] = open_page(width=390)
        site.sign_in(page, user)
        page.goto(f"{base}register/")
        for box in page.locator("main form input[type=checkbox]").all():
            box.check()  # the code of conduct, and to be found by others
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_url(f"{base}registration/")
    places = Registration.objects.filter(status=Registration.Status.CONFIRMED)
    assert {place.user for place in places} == {ada, ben}
    mail_to(smtp_server, "ada@example.org", "Garage Day")
    page = phones[ada]
    page.goto(f"{base}teams/new/")
    page.get_by_label("name").fill("Two Birds")
    page.get_by_role("button", name="Found the team").click()
    team = eventually(Team.objects.first, what="the team")
    page = phones[ben]
    page.goto(f"{base}teams/{team.slug}/join/{team.join_code}/")
    page.get_by_role("button", name="Join this team").click()
    page.wait_for_url(f"{base}teams/{team.slug}/")
    assert {seat.user for seat in team.memberships.all()} == {ada, ben}
    mail_to(smtp_server, "ada@example.org", "Ben has joined")

    # Olga checks Ada in at the door.
    laptop.goto(f"{base}desk/{places.get(user=ada).ticket}/")
    laptop.locator("main form button[type=submit]").first.click()
    eventually(
        lambda: Registration.objects.filter(user=ada, status="checked_in").exists(),
        what="Ada checked in",
    )

    # Their idea, data and project.
    page = phones[ada]
    page.goto(f"{base}ideas/new/")
    page.get_by_label("title").fill("Birds that talk")
    page.get_by_label("pitch").fill("Let birds talk.")
    page.locator("main form button[type=submit]").last.click()
    page.get_by_role("heading", name="Birds that talk").wait_for()
    birds = tmp_path / "birds.csv"
    birds.write_text("bird,weight\nwren,9\nrobin,18\n")
    page.goto(f"{base}datasets/new/")
    page.get_by_label("title").fill("Two birds")
    page.set_input_files("input[type=file]", birds)
    page.select_option("#id_licence", "CC0-1.0")
    page.get_by_label("where it comes from").fill("Our garden.")
    page.locator("main form button[type=submit]").last.click()
    page.get_by_role("heading", name="Two birds").wait_for()
    eventually(
        lambda: Dataset.objects.filter(profile_status="done").exists(),
        what="the dataset's profile",
    )
    page.reload()
    assert "robin" in page.inner_text("main")
    page.goto(f"{base}projects/new/")
    page.get_by_label("title").fill("Birdsong")
    page.get_by_role("button", name="Start").click()
    page.get_by_label("one sentence about it").fill("Birds, talking.")
    page.get_by_label("story").fill("We made **birds** talk.")
    page.locator("#id_repository_url").fill("https://code.example.org/birds")
    page.get_by_label("Find a tool").fill("polars")
    page.locator("[data-search^=polars] [type=checkbox]").check()
    page.get_by_label("What you used Polars for").fill("the table")
    page.get_by_role("button", name="Save and hand in").click()
    page.get_by_text("Handed in. Well done!").wait_for()
    project = Project.objects.get(status=Project.Status.SUBMITTED)
    assert [use.tool.name for use in project.tool_uses.all()] == ["Polars"]
    mail_to(smtp_server, "ben@example.org", "handed in")

    # Judging opens. Olga invites Judy, who judges on a phone without Wi-Fi.
    move_phase(event, Phase.HACKING, opens=-30, closes=-1)
    move_phase(event, Phase.JUDGING, opens=-1, closes=60)
    judge = Judge.objects.create(event=event, name="Judy", email="judy@example.org")
    laptop.goto(f"{site.url}/admin/judging/judge/")
    laptop.locator("input.action-select").first.check()
    laptop.select_option("select[name=action]", "invite")
    laptop.get_by_role("button", name="Run").click()
    invitation = mail_to(smtp_server, "judy@example.org", "/judge/enter/")
    assert judge.get_link_path() in invitation.replace("=\r\n", "").replace("=3D", "=")
    phone = open_page(width=390)
    line.port = site.port
    phone.goto(f"{line.url}{judge.get_link_path()}")
    phone.locator("#judge-status", has_text="All saved").wait_for()
    hand = Phone(phone, line)
    hand.wait_for_shell()
    phone.get_by_role("link", name=re.compile("Birdsong")).click()
    phone.locator("#card-title", has_text="Birdsong").wait_for()
    line.let(DEAD)
    for fieldset in phone.locator("fieldset.judge-criterion").all():
        fieldset.locator("input[value='4']").check()
    phone.locator("#judge-status", has_text="1 waiting for Wi-Fi").wait_for()
    assert not Score.objects.exists()
    phone.reload()
    phone.locator("#judge-status", has_text="1 waiting for Wi-Fi").wait_for()
    line.let(UP)
    hand.hurry()
    eventually(lambda: Score.objects.count() == 4, what="four scores")
    assert set(Score.objects.values_list("value", flat=True)) == {4}
    phone.locator("#judge-status", has_text="All saved").wait_for()

    # Judging closes, Olga publishes, everybody reads it.
    move_phase(event, Phase.JUDGING, opens=-30, closes=-1)
    laptop.goto(f"{base}judging/results/")
    laptop.get_by_role("link", name="Look through it, then publish").click()
    laptop.get_by_label("Now.").check()
    laptop.get_by_role("button", name="Publish the results").click()
    laptop.get_by_text("Version 1 of the results is public.").wait_for()
    mail_to(smtp_server, "ben@example.org", "results of")
    stranger = open_page(width=390, dark=True)
    stranger.goto(f"{base}results/")
    assert "Birdsong" in stranger.inner_text("main")
    assert PublishedResult.objects.get().snapshot["rounds"][0]["projects"][0][
        "mean"
    ] == pytest.approx(75)

    # The event ends; the survey asks Ada about the tool that she used.
    now = timezone.now()
    event.refresh_from_db()
    event.starts_at, event.ends_at = (
        now - timedelta(hours=2),
        now - timedelta(minutes=1),
    )
    event.save()
    move_phase(event, Phase.SURVEY, opens=-1, closes=60)
    open_and_close_surveys.delay()
    letter = mail_to(smtp_server, "ada@example.org", "/survey/")
    path = re.search(r"/survey/[\w-]+/", letter.replace("=\r\n", ""))[0]
    page = phones[ada]
    page.goto(f"{site.url}{path}")
    assert "Polars" in page.inner_text("main")
    page.goto(f"{base}tools/")
    assert "Polars" in page.inner_text("main")
