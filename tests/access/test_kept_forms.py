"""What was typed into a form comes back: walked over every form of the site."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Skill, User
from core.kept import KEPT_FORMS, WRITER_COOKIE
from events.models import PhaseWindow
from submissions.models import Project
from tests.access.test_matrix import PRIVATE, address, read
from tests.access.writing import written
from tests.bad_input.forms import as_read, forms_of
from tests.factories.submissions import ProjectFactory, ToolFactory

WORDS = "what I wrote for an hour"
# Texts are typed here; all else (what was ticked and chosen) is sent as it came.
NOT_TYPED = {
    "csrfmiddlewaretoken",
    "as_read",
    "nonce",
    "password",
    "login",
    "take_theirs",
}
PEOPLE = ("attendee", "captain", "organiser")


def client_of(role, world):
    client = Client()
    client.force_login(world.users[role])
    return client


def texts_of(page):
    """The names of the fields of a page that somebody writes into."""
    areas = re.findall(r'<textarea[^>]*?\sname="([^"]+)"', page)
    lines = re.findall(r"<input(?=[^>]*type=\"text\")[^>]*?\sname=\"([^\"]+)\"", page)
    return {*areas, *lines} - NOT_TYPED


def written_forms(world):
    """``(role, address, what to send)`` of each form in which somebody writes."""
    seen = set()
    for role in PEOPLE:
        client = client_of(role, world)
        for name, words, _method, _expected in PRIVATE:
            url = address(name, words, world)
            _status, page = read(client.get(url))
            for form in forms_of(url, page):
                names = texts_of(page) & set(form.names)
                if form.method != "post" or not names or (role, form.action) in seen:
                    continue
                seen.add((role, form.action))
                values = {**dict(form.values), **dict.fromkeys(names, WORDS)}
                yield role, form.action.split("?")[0], values


@pytest.mark.crawl
def test_what_was_written_survives_the_way_through_signing_in(world):
    walked = set()
    for role, url, values in list(written_forms(world)):
        reader = client_of(role, world)
        reader.get(url)
        browser = Client()
        answer = browser.post(url, values)
        if url.startswith("/survey/"):  # its link is the key
            continue
        assert answer.status_code == 302, url
        assert answer["Location"].startswith("/accounts/login/?next="), url
        assert "is kept for an hour" in browser.get(answer["Location"]).content.decode()

        browser.force_login(world.users[role])
        with written() as tables:
            page = browser.get(url)

        assert page.status_code == 200, url
        assert WORDS in page.content.decode(), url
        # Checking a list of skills makes those that are new; that is undone.
        assert tables <= {"django_session", "accounts_skill"}, (url, tables)
        assert not Skill.objects.filter(name=WORDS).exists(), url
        walked.add(url)

    assert len(walked) > 15, walked


@pytest.mark.crawl
def test_what_comes_too_late_comes_back_with_the_reason(world):
    forms = list(written_forms(world))
    past = timezone.now() - timedelta(minutes=1)
    PhaseWindow.objects.filter(event=world.event).update(
        opens_at=past - timedelta(days=1), closes_at=past
    )
    their_own = f"/events/{world.event.slug}/projects/new/"
    for role, url, values in forms:
        if (role, url) == ("captain", their_own):  # leads to the page that is there
            continue
        client = client_of(role, world)
        with written() as tables:
            answer = client.post(url, values, follow=True)

        assert answer.status_code < 500, url
        saved = tables - {"django_session", "core_receipt"}
        assert saved or WORDS in answer.content.decode(), (role, url, tables)
        assert "this is for other people" not in answer.content.decode(), url


def test_whoever_is_refused_can_copy_what_they_wrote(sign_in, event, stranger):
    url = reverse("submissions:idea_create", args=[event.slug])

    answer = sign_in(stranger).post(url, {"title": "Birds", "pitch": WORDS})

    assert answer.status_code == 403
    page = answer.content.decode()
    assert WORDS in page
    assert "Please register first" in page


@pytest.fixture
def late(team, captain):
    ToolFactory()
    project = ProjectFactory(team=team, title="Birds")
    team.event.contact_email = "help@example.org"
    team.event.save()
    return project


def edit_of(project):
    return reverse("submissions:project_edit", args=[project.event.slug, project.slug])


def test_a_project_that_is_saved_too_late_says_when_it_closed(
    sign_in, late, captain, time_machine
):
    client = sign_in(captain)
    token = as_read(client, edit_of(late))
    closes = late.event.windows.get(phase="hacking").closes_at
    time_machine.move_to(closes + timedelta(seconds=4), tick=False)

    answer = client.post(
        edit_of(late), {"as_read": token, "title": "Birds", "story": WORDS}
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert WORDS in page
    assert f"closed on {closes:%a} {closes.day} {closes:%b, %H:%M:%S}" in page
    assert f"{closes + timedelta(seconds=4):%H:%M:%S}" in page
    assert "Nothing is handed in." in page
    assert "As an organiser" not in page
    assert "help@example.org" in page
    assert Project.objects.get(pk=late.pk).story == late.story
    gone = client.get(edit_of(late))
    assert gone.status_code == 403
    assert "The deadline has passed" in gone.content.decode()


def sent_without_a_session(client, late, **more):
    """The browser still has its other cookies."""
    client.get(edit_of(late))
    client.cookies.pop("sessionid")
    return client.post(edit_of(late), {"title": "Birds", "story": WORDS, **more})


def test_what_waited_until_its_page_was_closed_can_be_copied(
    sign_in, late, captain, time_machine
):
    client = sign_in(captain)
    closes = timezone.now() + timedelta(minutes=5)
    late.event.windows.filter(phase="hacking").update(closes_at=closes)
    sent_without_a_session(client, late)
    time_machine.move_to(closes + timedelta(seconds=4))
    client.force_login(captain)

    answer = client.get(edit_of(late))

    assert answer.status_code == 403
    assert "The deadline has passed" in answer.content.decode()
    assert WORDS in answer.content.decode()


def test_what_waited_for_a_page_that_leads_elsewhere_is_shown(sign_in, event, attendee):
    client = sign_in(attendee)
    url = reverse("events:registration", args=[event.slug])
    client.get(url)
    client.cookies.pop("sessionid")
    client.post(url, {"pitch": WORDS})
    event.registrations.filter(user=attendee).delete()
    client.force_login(attendee)

    page = client.get(url)

    assert page.status_code == 200
    assert WORDS in page.content.decode()
    assert "What you wrote is here again" not in client.get("/me/").content.decode()


def test_nobody_else_at_the_same_browser_reads_it(sign_in, late, captain, teammate):
    client = sign_in(captain)
    assert sent_without_a_session(client, late).status_code == 302

    client.force_login(teammate)
    assert WORDS not in client.get(edit_of(late)).content.decode()

    client.force_login(captain)


def test_it_is_the_writers_own_again(sign_in, late, captain):
    client = sign_in(captain)
    sent_without_a_session(client, late)
    client.force_login(captain)

    page = client.get(edit_of(late)).content.decode()

    assert WORDS in page
    assert "You were signed out. What you wrote is here again" in page
    client.post(edit_of(late), {"title": "Birds", "story": "Else"})
    assert WORDS not in client.get(edit_of(late)).content.decode()


def test_it_is_kept_for_an_hour_and_for_its_own_page(
    sign_in, late, captain, time_machine
):
    client = sign_in(captain)
    sent_without_a_session(client, late)
    client.force_login(captain)
    assert WORDS not in client.get(late.get_absolute_url()).content.decode()

    time_machine.move_to(timezone.now() + timedelta(minutes=61))

    assert WORDS not in client.get(edit_of(late)).content.decode()


def test_files_and_passwords_are_not_kept(client, team, captain):
    project = ProjectFactory(team=team)
    url = reverse("submissions:pictures", args=[team.event.slug, project.slug])
    picture = SimpleUploadedFile("bird.png", b"x")
    client.post(
        url, {"description": WORDS, "picture": picture, "new_password": "secret!"}
    )
    assert "secret!" not in str(client.session[KEPT_FORMS])

    client.force_login(captain)
    page = client.get(url).content.decode()

    assert WORDS in page
    assert "Files cannot be kept. Please choose them again: bird.png" in page


def test_what_is_too_long_to_keep_is_shown_at_once(client, late):
    answer = client.post(edit_of(late), {"title": "Birds", "story": WORDS * 10_000})

    assert answer.status_code == 403
    assert WORDS in answer.content.decode()
    assert KEPT_FORMS not in client.session


def test_a_browser_keeps_few_forms(client, event):
    paths = [f"/events/{event.slug}/{n}/" for n in ("ideas/new", "teams/new")]
    paths += [f"/events/{event.slug}/register/", "/me/"]
    for path in paths:
        client.post(path, {"text": WORDS})

    assert list(client.session[KEPT_FORMS]) == paths[1:]


def test_a_button_pressed_without_a_session_asks_once_more(client, team, attendee):
    team.join_policy = "open"
    team.save()
    url = reverse("teams:join", args=[team.event.slug, team.slug])
    client.post(url)
    client.force_login(attendee)

    page = client.get(url)

    assert page.status_code == 200
    assert "Do you still want it?" in page.content.decode()
    assert not team.memberships.exists()
    client.post(url)
    assert team.memberships.get().user == attendee


def test_htmx_is_sent_to_sign_in_as_a_whole_page(client, team):
    url = reverse("teams:join", args=[team.event.slug, team.slug])

    answer = client.post(url, headers={"HX-Request": "true"})

    assert answer["HX-Redirect"].startswith("/accounts/login/?next=")


def test_a_button_that_waited_too_long_leads_to_no_empty_page(
    client, captain, team, time_machine
):
    url = reverse("teams:leave", args=[team.event.slug, team.slug])
    client.post(url)
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    client.force_login(captain)

    answer = client.get(url)

    assert answer.status_code == 405
    assert "Nothing was done" in answer.content.decode()
    assert answer["Allow"] == "POST"
    assert team.memberships.exists()


HERE, ELSEWHERE = "http://testserver", "https://evil.example"


def test_a_page_from_before_one_signed_in_anew_can_be_sent_again(late, captain):
    client = Client(enforce_csrf_checks=True)
    client.force_login(captain)

    answer = client.post(edit_of(late), {"story": WORDS}, headers={"origin": HERE})

    assert answer.status_code == 403
    assert "Send it now" in answer.content.decode()
    assert f'<input type="hidden" name="story" value="{WORDS}">' in (
        answer.content.decode()
    )


def test_a_browser_that_lost_all_cookies_signs_in_and_goes_on(late, captain):
    client = Client(enforce_csrf_checks=True)

    answer = client.post(edit_of(late), {"story": WORDS}, headers={"origin": HERE})

    assert answer.status_code == 302
    client.force_login(captain)
    assert WORDS in client.get(edit_of(late)).content.decode()


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", None])
def test_what_another_site_sends_is_never_kept(origin, late, captain):
    headers = {"origin": origin} if origin else {}
    client = Client(enforce_csrf_checks=True)

    answer = client.post(edit_of(late), {"story": WORDS}, headers=headers)

    assert answer.status_code == 403
    assert "Send it now" not in answer.content.decode()
    assert KEPT_FORMS not in client.session


def test_the_mark_of_a_writer_says_nothing_of_them(sign_in, late, captain):
    client = sign_in(captain)
    client.get(edit_of(late))

    cookie = client.cookies[WRITER_COOKIE]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value) == 64
    assert User.objects.get(pk=captain.pk).email not in cookie.value
