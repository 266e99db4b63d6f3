import pytest
from django.urls import reverse

from notifications.models import Notification
from teams.actions import create_team
from teams.models import JoinRequest, Membership, Team
from tests.bad_input.forms import save
from tests.factories.accounts import SkillFactory
from tests.factories.events import RegistrationFactory
from tests.factories.submissions import DatasetFactory
from tests.factories.teams import JoinRequestFactory, MembershipFactory, TeamFactory


def url(name, team, *more):
    return reverse(f"teams:{name}", args=[team.event.slug, team.slug, *more])


def test_the_board_shows_teams_to_everybody(client, team):
    other = TeamFactory(name="Elsewhere")

    page = client.get(reverse("teams:list", args=[team.event.slug]))

    assert team.name in page.content.decode()
    assert other.name not in page.content.decode()


def test_the_board_is_filtered_by_text_skill_and_free_seats(client, event):
    skill = SkillFactory(name="Rust")
    wanted = TeamFactory(event=event, name="Ferrous", pitch="systems")
    wanted.wanted_skills.add(skill)
    full = TeamFactory(event=event, name="Brimful")
    MembershipFactory.create_batch(2, team=full)
    board = reverse("teams:list", args=[event.slug])

    def found(**query):
        return {team.name for team in client.get(board, query).context["object_list"]}

    assert found(q="SYSTEMS") == {"Ferrous"}
    assert found(skill=skill.slug) == {"Ferrous"}
    assert found(free="on") == {"Ferrous"}
    assert found() == {"Ferrous", "Brimful"}
    assert found(skill="nonsense") == set()


def test_the_board_takes_the_same_queries_for_one_and_for_many(
    client, event, django_assert_max_num_queries
):
    board = reverse("teams:list", args=[event.slug])
    for size in (1, 6):
        MembershipFactory.create_batch(size, team__event=event)
        with django_assert_max_num_queries(10):
            client.get(board, {"page": 1, "q": f"{size}"[:0]})


def test_the_board_tells_people_what_they_can_do(
    sign_in, event, attendee, captain, team
):
    board = reverse("teams:list", args=[event.slug])

    assert sign_in(attendee).get(board).context["may_create"]
    context = sign_in(captain).get(board).context
    assert (context["may_create"], context["own_team"]) == (False, team)


def test_founding_a_team_leads_to_its_page(sign_in, event, attendee):
    response = sign_in(attendee).post(
        reverse("teams:create", args=[event.slug]),
        {
            "name": " Nine  Lives ",
            "pitch": "Cats",
            "join_policy": "open",
            "wanted_skills": "Rust, data cleaning",
        },
    )

    team = Team.objects.get()
    assert response.url == team.get_absolute_url()
    assert team.name == "Nine Lives"
    assert {skill.slug for skill in team.wanted_skills.all()} == {
        "rust",
        "data-cleaning",
    }


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "This field is required."),
        ("name", "x", "Please use at least two characters."),
        ("name", "RUST CO", "Another team has this name."),
        ("name", "\u200b\u200b", "Please type something that can be seen."),
        ("name", "n" * 200, "at most 80 characters"),
        ("join_policy", "everybody", "not one of the available choices"),
        ("wanted_skills", ",".join(f"skill {n}" for n in range(16)), "at most 15"),
    ],
)
def test_a_bad_team_form_says_why_and_keeps_what_was_typed(
    sign_in, event, attendee, team, field, value, sentence
):
    typed = {"name": "Fine", "pitch": "My long pitch", "join_policy": "open"}

    page = sign_in(attendee).post(
        reverse("teams:create", args=[event.slug]), {**typed, field: value}
    )

    assert sentence in page.content.decode()
    assert "My long pitch" in page.content.decode()
    assert list(Team.objects.all()) == [team]


def test_editing_is_for_captain_and_organiser(
    sign_in, team, captain, teammate, organiser
):
    assert sign_in(teammate).get(url("edit", team)).status_code == 403
    for user in (captain, organiser):
        words = {"name": "New name", "pitch": "", "join_policy": "open"}
        response = save(sign_in(user), url("edit", team), words)
        assert response.url == team.get_absolute_url()
    team.refresh_from_db()
    assert team.name == "New name"


def test_editing_to_a_taken_name_keeps_the_form(sign_in, team, captain):
    TeamFactory(event=team.event, name="Taken")

    words = {"name": "taken", "pitch": "kept", "join_policy": "open"}
    page = save(sign_in(captain), url("edit", team), words)

    assert "Another team has this name" in page.content.decode()
    assert "kept" in page.content.decode()


def test_the_edit_form_shows_the_skills(sign_in, team, captain):
    team.wanted_skills.add(SkillFactory(name="Rust"), SkillFactory(name="SQL"))

    page = sign_in(captain).get(url("edit", team))

    assert 'value="Rust, SQL"' in page.content.decode()


def test_joining_an_open_team_by_button(sign_in, team, captain, attendee):
    Team.objects.update(join_policy="open")

    page = sign_in(attendee).post(url("join", team), follow=True)

    assert "Welcome to Rust Co!" in page.content.decode()
    assert team.memberships.filter(user=attendee).exists()


def test_joining_by_htmx_answers_with_the_roster(sign_in, team, captain, attendee):
    Team.objects.update(join_policy="open")

    page = sign_in(attendee).post(url("join", team), headers={"HX-Request": "true"})

    html = page.content.decode()
    assert html.strip().startswith("<section")
    assert "Ada Attendee" in html
    assert "Welcome to Rust Co!" in html


def test_asking_and_answering(sign_in, team, captain, attendee):
    sign_in(attendee).post(url("ask", team), {"message": "Hello"})
    question = JoinRequest.objects.get()
    assert (
        "Take it back"
        in sign_in(attendee).get(team.get_absolute_url()).content.decode()
    )
    assert "Hello" in sign_in(captain).get(team.get_absolute_url()).content.decode()

    sign_in(captain).post(url("answer", team, question.pk, "accept"))

    assert team.memberships.filter(user=attendee).exists()


def test_asking_with_too_long_a_word_is_refused(sign_in, team, captain, attendee):
    page = sign_in(attendee).post(url("ask", team), {"message": "x" * 501}, follow=True)

    assert "at most 500 characters" in page.content.decode()
    assert not JoinRequest.objects.exists()


def test_declining_and_taking_back(sign_in, team, captain, attendee):
    mine = JoinRequestFactory(team=team, user=attendee)
    theirs = JoinRequestFactory(team=team)

    sign_in(attendee).post(url("answer", team, mine.pk, "withdraw"))
    sign_in(captain).post(url("answer", team, theirs.pk, "decline"))

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.status, theirs.status) == ("withdrawn", "declined")


def test_only_the_captain_answers_and_only_the_asker_withdraws(
    sign_in, team, captain, teammate, attendee
):
    question = JoinRequestFactory(team=team, user=attendee)

    answers = [
        sign_in(user).post(url("answer", team, question.pk, answer)).status_code
        for user, answer in [
            (teammate, "accept"),
            (attendee, "accept"),
            (captain, "withdraw"),
        ]
    ]

    assert answers == [403, 403, 403]
    question.refresh_from_db()
    assert question.status == JoinRequest.Status.WAITING


def test_a_request_of_another_team_is_not_found(sign_in, team, captain):
    foreign = JoinRequestFactory()

    response = sign_in(captain).post(url("answer", team, foreign.pk, "accept"))

    assert response.status_code == 404


def test_leaving_and_removing_and_handing_over(sign_in, team, captain, teammate):
    sign_in(captain).post(url("hand_over", team, teammate.pk))
    assert team.memberships.get(role="captain").user == teammate

    sign_in(teammate).post(url("remove", team, captain.pk))
    assert [seat.user for seat in team.memberships.all()] == [teammate]

    sign_in(teammate).post(url("leave", team))
    team.refresh_from_db()
    assert team.is_archived
    assert (
        "Everybody has left"
        in sign_in(teammate).get(team.get_absolute_url()).content.decode()
    )


def test_removing_somebody_of_another_team_is_not_found(sign_in, team, captain):
    foreign = MembershipFactory(team__event=team.event)

    response = sign_in(captain).post(url("remove", team, foreign.user_id))

    assert response.status_code == 404
    assert Membership.objects.filter(pk=foreign.pk).exists()


def test_a_new_code_voids_the_shared_link(sign_in, team, captain, attendee):
    old = url("join_by_code", team, team.join_code)

    sign_in(captain).post(url("new_code", team))

    assert sign_in(attendee).get(old).status_code == 404


def test_the_code_works_in_lower_case_with_spaces(sign_in, team, captain, attendee):
    code = team.join_code
    client = sign_in(attendee)

    found = client.post(
        reverse("teams:code", args=[team.event.slug]),
        {"code": f" {code[:4].lower()} {code[4:].lower()}"},
    )
    page = client.post(found.url, follow=True)

    assert "Welcome to Rust Co!" in page.content.decode()
    assert team.memberships.filter(user=attendee).exists()


def test_a_wrong_code_says_so(sign_in, event, attendee):
    page = sign_in(attendee).post(
        reverse("teams:code", args=[event.slug]), {"code": "NONSENSE"}
    )

    assert "No team of this event has this code" in page.content.decode()


def test_the_shared_link_shows_each_what_they_can_do(
    sign_in, team, captain, attendee, stranger
):
    link = url("join_by_code", team, team.join_code)

    assert "Join this team" in sign_in(attendee).get(link).content.decode()
    assert "already" in sign_in(captain).get(link).content.decode()
    assert "First register" in sign_in(stranger).get(link).content.decode()


def test_the_shared_link_of_a_full_team_says_so(sign_in, team, teammate, attendee):
    link = url("join_by_code", team, team.join_code)

    page = sign_in(attendee).post(link, follow=True)

    assert "no free seat" in page.content.decode()


def test_the_link_is_shown_inside_only(sign_in, client, team, captain, attendee):
    assert (
        team.join_code in sign_in(captain).get(team.get_absolute_url()).content.decode()
    )
    assert (
        team.join_code
        not in sign_in(attendee).get(team.get_absolute_url()).content.decode()
    )


def test_a_team_page_takes_the_same_queries_for_small_and_large(
    db, client, django_assert_max_num_queries
):
    team = TeamFactory(event__max_team_size=20)
    for size in (1, 8):
        MembershipFactory.create_batch(size, team=team)
        with django_assert_max_num_queries(10):
            client.get(team.get_absolute_url(), {"n": size})


def test_a_registration_alone_opens_the_form(sign_in, event):
    user = RegistrationFactory(event=event).user

    page = sign_in(user).get(reverse("teams:create", args=[event.slug]))

    assert "Found the team" in page.content.decode()


def test_the_team_page_leads_to_its_work(sign_in, team, captain, stranger):
    DatasetFactory(team=team, title="Secret wells", sensitivity="team")
    DatasetFactory(team=team, title="Open wells", sensitivity="open")

    own = sign_in(captain).get(url("detail", team)).content.decode()
    others = sign_in(stranger).get(url("detail", team)).content.decode()

    assert reverse("submissions:project_create", args=[team.event.slug]) in own
    assert reverse("submissions:dataset_create", args=[team.event.slug]) in own
    assert "Secret wells" in own
    assert "Open wells" in own
    assert "Open wells" in others
    assert "Secret wells" not in others
    assert "projects/new/" not in others


def test_a_team_called_like_a_page_has_a_page_of_its_own(sign_in, event, attendee):
    team = create_team(event, attendee, name="New")

    page = sign_in(attendee).get(team.get_absolute_url())

    assert team.slug == "new-2"
    assert page.context["team"] == team


def test_captains_invite_from_the_board_of_people(
    sign_in, event, team, captain, attendee
):
    event.registrations.filter(user=attendee).update(
        in_directory=True, looking_for_team=True
    )
    board = reverse("events:people", args=[event.slug])
    button = url("invite", team, attendee.pk)
    assert f'action="{button}"' in sign_in(captain).get(board).content.decode()
    assert f'action="{button}"' not in sign_in(attendee).get(board).content.decode()

    answer = sign_in(captain).post(button, follow=True)

    assert answer.request["PATH_INFO"] == board
    assert "We have mailed Ada Attendee the link" in answer.content.decode()
    assert Notification.objects.get().recipient == attendee


def test_nobody_is_invited_who_did_not_wish_to_be_found(
    sign_in, team, captain, attendee
):
    answer = sign_in(captain).post(url("invite", team, attendee.pk))

    assert answer.status_code == 404
    assert not Notification.objects.exists()
