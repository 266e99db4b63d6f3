"""B46 to B77 that have no test beside their action: teams, links, work."""

import pytest
from django.urls import reverse

from events.actions import cancel_registration
from submissions.listeners import WorkIsHandedIn
from submissions.models import Dataset, Project
from teams.models import Team
from tests.bad_input.forms import as_read
from tests.factories.submissions import ProjectFactory

LINKS = {
    "B68 ones own machine": "http://127.0.0.1/x",
    "B68 by name": "http://localhost:8000/",
    "B68 a file": "file:///etc/passwd",
    "B68 for git alone": "git@github.com:a/b.git",
    "B68 endless": "https://example.org/" + "x" * 4000,
    "B68 with a password": "https://u:p@example.org/x",
    "script": "javascript:alert(1)",
    "data": "data:text/html,<script>",
    "without a host": "https:///x",
    "broken": "http://[::1",
    "two lines": "https://example.org/\r\nSet-Cookie: a=b",
    "ftp": "ftp://example.org/x",
}


@pytest.fixture
def project(team, captain):
    return ProjectFactory(team=team)


def edit(client, project, **fields):
    url = reverse("submissions:project_edit", args=[project.event.slug, project.slug])
    typed = {"title": "Birds", "story": "My own words", **fields}
    return client.post(url, {"as_read": as_read(client, url), **typed})


@pytest.mark.parametrize("field", ["repository_url", "demo_url", "video_url"])
@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_b68_a_link_that_others_cannot_follow_is_refused(
    sign_in, project, captain, link, field
):
    page = edit(sign_in(captain), project, **{field: link})

    assert page.context["form"].errors[field]
    assert "My own words" in page.content.decode()
    project.refresh_from_db()
    assert getattr(project, field) == ""


def test_b69_a_video_is_a_link_and_never_a_frame(sign_in, client, project, captain):
    link = "https://videos.example.org/watch?v=1"
    answer = edit(sign_in(captain), project, video_url=link)
    assert answer.status_code == 302

    page = client.get(project.get_absolute_url()).content.decode()

    assert f'href="{link}"' in page
    assert "<iframe" not in page


def test_b76_nobody_leaves_work_behind_that_is_handed_in(
    sign_in, client, event, team, captain, organiser
):
    project = ProjectFactory(team=team, submitted=True, tagline="x")
    url = reverse("teams:leave", args=[event.slug, team.slug])
    answer = sign_in(captain).post(url, follow=True)
    assert "nobody could answer for it" in answer.content.decode()
    assert team.memberships.get().user == captain
    with pytest.raises(WorkIsHandedIn):
        cancel_registration(event.registrations.get(user=captain), captain)
    assert team.memberships.get().user == captain

    gallery = reverse("submissions:gallery", args=[event.slug])
    assert project.title in sign_in(organiser).get(gallery).content.decode()
    project.refresh_from_db()
    assert project.status == Project.Status.SUBMITTED


def test_b77_a_name_that_is_html_is_a_name(sign_in, client, project, captain):
    captain.display_name = "<b onclick=x>Bold</b>"
    captain.save()

    page = sign_in(captain).get(project.get_absolute_url()).content.decode()

    assert "<b onclick" not in page
    assert "&lt;b onclick=x&gt;Bold" in page


TEAM_NAMES = {
    "B62 one sign": ("x", False),
    "B62 200 signs": ("x" * 200, False),
    "B62 only a picture": ("🎉🎉", True),
    "B62 in any script": ("チーム", True),
}


@pytest.mark.parametrize(("name", "taken"), TEAM_NAMES.values(), ids=TEAM_NAMES)
def test_b62_what_a_team_may_be_called(sign_in, event, attendee, name, taken):
    url = reverse("teams:create", args=[event.slug])

    answer = sign_in(attendee).post(url, {"name": name, "join_policy": "open"})

    assert (answer.status_code == 302) is taken
    assert Team.objects.filter(name=name).exists() is taken
    if taken:
        assert sign_in(attendee).get(answer["Location"]).status_code == 200


def test_b57_the_code_of_ones_own_team_changes_nothing(sign_in, event, team, captain):
    url = reverse("teams:code", args=[event.slug])

    answer = sign_in(captain).post(url, {"code": team.join_code}, follow=True)

    assert answer.status_code == 200
    assert list(team.memberships.values_list("user", "role")) == [
        (captain.pk, "captain")
    ]


@pytest.mark.parametrize("licence", ["", "WTF", "mit ", "MIT\x00", "<b>"])
def test_b70_a_licence_is_one_of_the_list(sign_in, team, captain, licence):
    url = reverse("submissions:dataset_create", args=[team.event.slug])
    fields = {
        "title": "T",
        "link": "https://example.org/x.csv",
        "provenance": "p",
        "sensitivity": "event",
    }

    page = sign_in(captain).post(url, {**fields, "licence": licence})

    assert page.context["form"].errors["licence"]
    assert not Dataset.objects.exists()
    assert sign_in(captain).post(url, {**fields, "licence": "MIT"}).status_code == 302


@pytest.mark.parametrize("tools", [["0"], ["-1"], ["9" * 30], ["1;drop"], ["x"]])
def test_b72_a_tool_that_is_none_is_refused(sign_in, project, captain, tools):
    page = edit(sign_in(captain), project, tools=tools)

    assert page.context["form"].errors["tools"]
    assert "My own words" in page.content.decode()
