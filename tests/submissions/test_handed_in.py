"""What is handed in stays whole, and stays somebody's."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from events.actions import cancel_registration
from events.models import AuditEntry, Phase, Registration
from judging.models import PublishedResult
from notifications.composing import compose
from notifications.models import Notification
from submissions import actions
from submissions.actions.projects import HackingIsOver, HandedInNeeds, ReasonIsNeeded
from submissions.listeners import WorkIsHandedIn
from submissions.models import Project
from teams import actions as team_actions
from tests.bad_input.forms import as_read, save
from tests.factories.events import PhaseWindowFactory, TrackFactory
from tests.factories.submissions import ProjectFactory, ToolUseFactory
from tests.factories.teams import MembershipFactory

WHOLE = {
    "title": "Birdsong",
    "tagline": "Birds, talking.",
    "story": "We did it.",
    "lessons_learned": "",
    "made_before": "",
    "repository_url": "https://code.example.org/x",
    "demo_url": "",
    "video_url": "",
    "slides_url": "",
}


@pytest.fixture
def project(team, captain):
    project = ProjectFactory(team=team, submitted=True, **WHOLE)
    ToolUseFactory(project=project)
    return project


def tools_of(project):
    return {use.tool: use.purpose for use in project.tool_uses.all()}


def edit(project, user, *, reason="", tools=None, **changes):
    return actions.edit_project(
        project,
        user,
        tools=tools_of(project) if tools is None else tools,
        tracks=[],
        datasets=[],
        reason=reason,
        **{**WHOLE, **changes},
    )


@pytest.mark.parametrize("gone", ["tagline", "story", "repository_url", "tools"])
def test_handed_in_work_cannot_lose_what_it_needs(project, captain, organiser, gone):
    empty = {gone: {} if gone == "tools" else ""}
    for user in (captain, organiser):
        with pytest.raises(HandedInNeeds, match="withdraw the project first"):
            edit(project, user, **empty)

    project.refresh_from_db()
    assert project.story == WHOLE["story"]
    assert project.tool_uses.exists()
    actions.withdraw_project(project, captain)
    edit(project, captain, **empty)


def test_the_form_comes_back_when_handed_in_work_is_emptied(sign_in, project, captain):
    url = reverse("submissions:project_edit", args=[project.event.slug, project.slug])
    tool = project.tool_uses.get().tool_id

    page = save(sign_in(captain), url, {**WHOLE, "tools": [tool], "tagline": ""})

    assert "cannot do without" in page.content.decode()
    assert WHOLE["story"] in page.content.decode()


def close(event):
    event.windows.update(closes_at=timezone.now() - timedelta(seconds=1))


LATE = {
    "edit": edit,
    "submit": actions.submit_project,
    "withdraw": actions.withdraw_project,
    "add a picture": lambda project, user, **reason: actions.add_picture(
        project, user, None, "A bird", **reason
    ),
    "remove a picture": lambda project, user, **reason: actions.remove_picture(
        project.pictures.create(width=1, height=1, description="x"), user, **reason
    ),
}


@pytest.mark.parametrize("act", LATE.values(), ids=LATE)
@pytest.mark.parametrize("reason", [{}, {"reason": "  "}])
def test_organisers_say_why_after_the_deadline(
    project, organiser, captain, act, reason
):
    close(project.event)

    with pytest.raises(ReasonIsNeeded):
        act(project, organiser, **reason)
    with pytest.raises(HackingIsOver):
        act(project, captain, **reason)

    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("reason", ["", "\x00", " "])
def test_the_server_asks_for_the_reason(sign_in, project, organiser, reason):
    close(project.event)
    slugs = [project.event.slug, project.slug]
    client = sign_in(organiser)
    edit_page = reverse("submissions:project_edit", args=slugs)
    token = as_read(client, edit_page)
    pictures = reverse("submissions:pictures", args=slugs)

    answers = [
        client.post(edit_page, {"as_read": token, **WHOLE, "reason": reason}),
        *(
            client.post(
                reverse(f"submissions:project_{do}", args=slugs), {}, follow=True
            )
            for do in ("withdraw", "submit")
        ),
        client.post(
            pictures,
            {
                "description": "x",
                "picture": SimpleUploadedFile("p.png", b"no picture"),
                "reason": reason,
            },
        ),
    ]

    for answer in answers[:3]:
        assert "Please say why" in answer.content.decode()
    project.refresh_from_db()
    assert project.status == Project.Status.SUBMITTED
    client.post(
        reverse("submissions:project_withdraw", args=slugs), {"reason": "Wrong file"}
    )
    assert AuditEntry.objects.get().details["reason"] == "Wrong file"


def test_the_last_one_stays_with_what_is_handed_in(project, team, captain):
    with pytest.raises(WorkIsHandedIn):
        team_actions.leave_team(team, captain)
    team.refresh_from_db()
    assert not team.is_archived

    actions.withdraw_project(project, captain)
    team_actions.leave_team(team, captain)

    team.refresh_from_db()
    assert team.is_archived


@pytest.mark.parametrize("who", ["captain", "organiser"])
def test_nor_does_the_last_one_give_up_their_place(
    project, team, sign_in, captain, organiser, who
):
    place = captain.registrations.get(event=team.event)

    with pytest.raises(WorkIsHandedIn):
        cancel_registration(place, {"captain": captain, "organiser": organiser}[who])

    place.refresh_from_db()
    assert place.takes_part
    assert team.memberships.get().user == captain
    answer = sign_in(captain).post(
        reverse("events:cancel", args=[team.event.slug]), follow=True
    )
    assert "Withdraw it first" in answer.content.decode()


def test_others_leave_and_the_new_captain_is_told(project, team, captain, teammate):
    team_actions.leave_team(team, captain)

    told = Notification.objects.get(template="teams/email/new_captain")
    assert told.recipient == teammate
    assert compose(told).subject == f"You are the captain of {team} now"


def test_a_name_stays_while_judges_walk(team, captain, organiser):
    says = {"join_policy": "invite", "wanted_skills": []}
    PhaseWindowFactory(event=team.event, phase=Phase.JUDGING)

    for change in ({"name": "New", "pitch": ""}, {"name": team.name, "pitch": "New"}):
        with pytest.raises(team_actions.NameIsBeingJudged):
            team_actions.edit_team(team, captain, **change, **says)
    team_actions.edit_team(team, captain, name=team.name, pitch="", **says)
    team_actions.edit_team(team, organiser, name="Oxide", pitch="Ours", **says)

    team.refresh_from_db()
    assert (team.name, team.join_policy) == ("Oxide", "invite")


def test_the_invitation_offers_only_what_can_work(sign_in, team, captain, attendee):
    url = reverse(
        "teams:join_by_code", args=[team.event.slug, team.slug, team.join_code]
    )

    def button():
        return "Join this team</button>" in " ".join(
            sign_in(attendee).get(url).content.decode().split()
        )

    assert button()
    place = attendee.registrations.filter(event=team.event)
    place.update(status=Registration.Status.WAITLISTED)
    assert not button()
    place.update(status=Registration.Status.CONFIRMED)
    filler = MembershipFactory(team=team)
    assert not button()
    filler.delete()
    seat = MembershipFactory(team__event=team.event, user=attendee)
    assert not button()
    seat.delete()
    close(team.event)
    page = sign_in(attendee).get(url).content.decode()
    assert "Finding teams closed on" in page
    assert not button()


def test_what_cannot_be_taken_back_asks_first(
    sign_in, project, team, captain, teammate
):
    client = sign_in(captain)
    pages = [team.get_absolute_url(), project.get_absolute_url()]
    html = " ".join("".join(client.get(p).content.decode() for p in pages).split())

    for label in ("Leave this team", "Make captain", "Remove", "Withdraw"):
        assert f">{label}<" in html.replace("> ", ">").replace(" <", "<")
    for name in ("leave", "hand_over", "remove"):
        more = [] if name == "leave" else [teammate.pk]
        action = reverse(f"teams:{name}", args=[team.event.slug, team.slug, *more])
        before = html[: html.index(f'action="{action}"')]
        assert before.rindex("<details") > before.rfind("</details>"), name


def test_nobody_is_offered_what_must_fail(sign_in, project, team, captain, teammate):
    def page(user):
        return sign_in(user).get(team.get_absolute_url()).content.decode()

    seat = MembershipFactory(team__event=team.event)
    assert "Ask to join" not in page(seat.user)
    close(team.event)
    late = page(captain)
    for label in ("Leave this team", "Yes, remove", "Share this link"):
        assert label not in late
    project_page = sign_in(captain).get(project.get_absolute_url()).content.decode()
    assert "Withdraw" not in project_page
    assert "The deadline has passed" in project_page


def test_people_without_a_place_see_no_tabs_that_are_closed(
    sign_in, event, stranger, attendee
):
    def tabs(user):
        page = sign_in(user).get(event.get_absolute_url()).content.decode()
        return f"{event.get_absolute_url()}help/" in page

    assert tabs(attendee)
    assert not tabs(stranger)


def test_the_form_marks_what_handing_in_needs(sign_in, project, captain):
    url = reverse("submissions:project_edit", args=[project.event.slug, project.slug])

    page = sign_in(captain).get(url).content.decode()

    assert page.count("(needed to hand in)") == 3
    assert page.count("(one of these links is needed to hand in)") == 3


def test_a_project_names_its_tracks_and_what_it_won(client, project):
    event = project.event
    project.tracks.add(TrackFactory(event=event, name="Health"))
    pages = [
        project.get_absolute_url(),
        reverse("submissions:gallery", args=[event.slug]),
    ]

    def shown():
        return [client.get(page).content.decode() for page in pages]

    assert all("Health" in page for page in shown())
    assert not any("Golden Wren" in page for page in shown())
    PublishedResult.objects.create(
        event=event,
        version=1,
        digest="x",
        reason="",
        snapshot={"awards": [{"project": project.pk, "prize": "Golden Wren"}]},
    )

    assert all("Golden Wren" in page for page in shown())
