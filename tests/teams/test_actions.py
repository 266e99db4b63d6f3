from collections import Counter
from contextlib import suppress
from functools import partial

import pytest

from core.exceptions import Refused
from events.actions import cancel_registration, decline_registration
from events.models import AuditEntry, Registration
from notifications.composing import compose
from notifications.models import Notification
from teams import actions
from teams.models import JoinRequest, Membership, Team
from tests.factories.accounts import SkillFactory, UserFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.teams import JoinRequestFactory, MembershipFactory, TeamFactory
from tests.races import race


def roles(team):
    return {seat.user: seat.role for seat in team.memberships.all()}


def test_create_team_makes_its_founder_the_captain(event, attendee):
    skill = SkillFactory()
    JoinRequestFactory(team=TeamFactory(event=event), user=attendee)

    team = actions.create_team(
        event, attendee, name="Nine Lives", pitch="Cats.", wanted_skills=[skill]
    )

    assert (team.slug, team.pitch, team.event) == ("nine-lives", "Cats.", event)
    assert roles(team) == {attendee: Membership.Role.CAPTAIN}
    assert list(team.wanted_skills.all()) == [skill]
    assert JoinRequest.objects.get().status == JoinRequest.Status.WITHDRAWN
    assert AuditEntry.objects.get().verb == "teams.created"


def test_create_team_refuses_a_name_that_looks_the_same(event, attendee, team):
    with pytest.raises(actions.NameIsTaken):
        actions.create_team(event, attendee, name="RUST co")

    assert event.teams.get() == team


def test_create_team_may_take_the_name_of_an_archived_team(event, attendee, team):
    Team.objects.update(is_archived=True)

    again = actions.create_team(event, attendee, name=team.name)

    assert again.slug == "rust-co-2"


def test_create_team_refuses_when_teams_are_closed(event, attendee):
    event.windows.all().delete()

    with pytest.raises(actions.TeamsAreClosed):
        actions.create_team(event, attendee, name="Late")


def test_create_team_refuses_people_who_are_not_registered(event, stranger):
    with pytest.raises(actions.NotRegistered):
        actions.create_team(event, stranger, name="Outside")


def test_create_team_refuses_a_second_team(event, captain):
    with pytest.raises(actions.AlreadyInATeam):
        actions.create_team(event, captain, name="Second")


def test_edit_team_keeps_the_address_and_logs_the_old_name(team, captain):
    actions.edit_team(
        team, captain, name="Oxide", pitch="New", join_policy="open", wanted_skills=[]
    )

    team.refresh_from_db()
    assert (team.name, team.slug, team.join_policy) == ("Oxide", "rust-co", "open")
    renamed = AuditEntry.objects.get(verb="teams.renamed")
    assert renamed.details == {"before": "Rust Co"}
    assert AuditEntry.objects.filter(verb="teams.edited").count() == 1


def test_edit_team_with_the_same_name_logs_nothing(team, captain):
    actions.edit_team(
        team, captain, name=team.name, pitch="", join_policy="open", wanted_skills=[]
    )

    assert not AuditEntry.objects.exists()


def test_edit_team_refuses_another_teams_name(event, team, captain):
    TeamFactory(event=event, name="Oxide")

    with pytest.raises(actions.NameIsTaken):
        actions.edit_team(
            team, captain, name="oxide", pitch="", join_policy="open", wanted_skills=[]
        )


def test_join_team_gives_a_seat_and_ends_the_search(event, attendee, team):
    Registration.objects.update(looking_for_team=True)

    membership = actions.join_team(team, attendee)

    assert list(team.memberships.all()) == [membership]
    assert (membership.user, membership.event) == (attendee, event)
    assert not Registration.objects.get(user=attendee).looking_for_team


def test_join_team_tells_the_other_members_once(team, captain, attendee):
    for _attempt in range(2):
        actions.join_team(team, attendee)

    notification = Notification.objects.get()
    assert notification.recipient == captain
    assert notification.context["newcomer"] == str(attendee)


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda e, t, u: e.windows.all().delete(), actions.TeamsAreClosed),
        (lambda e, t, u: u.registrations.all().delete(), actions.NotRegistered),
        (
            lambda e, t, u: MembershipFactory.create_batch(2, team=t),
            actions.TeamIsFull,
        ),
        (
            lambda e, t, u: MembershipFactory(team__event=e, user=u),
            actions.AlreadyInATeam,
        ),
    ],
)
@pytest.mark.parametrize("act", [actions.join_team, actions.ask_to_join])
def test_joining_and_asking_are_refused(event, team, attendee, spoil, refusal, act):
    spoil(event, team, attendee)

    with pytest.raises(refusal):
        act(team, attendee)

    assert not team.memberships.filter(user=attendee).exists()
    assert not team.join_requests.exists()


def test_ask_to_join_tells_the_captain_once(team, captain, attendee):
    first = actions.ask_to_join(team, attendee, "I know Rust.")
    second = actions.ask_to_join(team, attendee, "Please?")

    assert first == second
    notification = Notification.objects.get()
    assert notification.recipient == captain
    assert notification.context["message"] == "I know Rust."


def test_answer_request_yes_gives_the_seat(team, captain, attendee):
    question = actions.ask_to_join(team, attendee)

    actions.answer_request(question, captain, accept=True)

    question.refresh_from_db()
    assert question.status == JoinRequest.Status.ACCEPTED
    assert roles(team) == {captain: "captain", attendee: "member"}
    assert Notification.objects.filter(
        recipient=attendee, template="teams/email/join_accepted"
    ).exists()


def test_a_place_given_up_is_no_seat(team, captain, attendee, organiser):
    question = actions.ask_to_join(team, attendee)
    Registration.objects.filter(user=attendee).update(status="cancelled")

    with pytest.raises(actions.TheyHaveNoPlace):
        actions.answer_request(question, captain, accept=True)

    assert roles(team) == {captain: "captain"}


def decline(registration, organiser):
    Registration.objects.filter(pk=registration.pk).update(status="pending")
    decline_registration(registration, organiser)


@pytest.mark.parametrize("end", [cancel_registration, decline])
def test_who_loses_the_place_asks_for_no_seat(team, captain, attendee, organiser, end):
    question = actions.ask_to_join(team, attendee)

    end(Registration.objects.get(user=attendee), organiser)

    question.refresh_from_db()
    assert question.status == JoinRequest.Status.WITHDRAWN


def test_asking_all_day_is_one_mail_without_links(team, captain, attendee):
    for _round in range(3):
        question = actions.ask_to_join(team, attendee, "See evil.example/menlo now")
        actions.withdraw_request(question)

    mail = Notification.objects.get()
    assert mail.context["message"] == ""
    assert team.join_requests.first().message == "See evil.example/menlo now"


def test_answer_request_no_gives_nothing(team, captain, attendee):
    question = actions.ask_to_join(team, attendee)

    actions.answer_request(question, captain, accept=False)

    question.refresh_from_db()
    assert question.status == JoinRequest.Status.DECLINED
    assert roles(team) == {captain: "captain"}


def test_answer_request_refuses_a_second_answer(team, captain, attendee):
    question = actions.ask_to_join(team, attendee)
    actions.answer_request(question, captain, accept=False)

    with pytest.raises(actions.RequestIsAnswered):
        actions.answer_request(question, captain, accept=True)


def test_answer_request_refuses_when_the_team_is_full(
    team, teammate, captain, attendee
):
    question = JoinRequestFactory(team=team, user=attendee)

    with pytest.raises(actions.TeamIsFull):
        actions.answer_request(question, captain, accept=True)


def test_answer_request_refuses_people_who_found_another_team(
    event, team, captain, attendee
):
    question = JoinRequestFactory(team=team, user=attendee)
    MembershipFactory(team__event=event, user=attendee)

    with pytest.raises(actions.TheyAreInATeam):
        actions.answer_request(question, captain, accept=True)


def test_withdraw_request_leaves_answered_ones_alone(team, attendee):
    answered = JoinRequestFactory(team=team, user=attendee, status="accepted")
    waiting = JoinRequestFactory(team=team, user=attendee)

    actions.withdraw_request(answered)
    actions.withdraw_request(waiting)

    assert Counter(JoinRequest.objects.values_list("status", flat=True)) == {
        "accepted": 1,
        "withdrawn": 1,
    }


def test_leave_team_passes_the_lead_to_the_longest_member(team, captain, teammate):
    actions.leave_team(team, captain)
    actions.leave_team(team, captain)

    assert roles(team) == {teammate: Membership.Role.CAPTAIN}


def test_leave_team_by_a_member_keeps_the_captain(team, captain, teammate):
    actions.leave_team(team, teammate)

    assert roles(team) == {captain: Membership.Role.CAPTAIN}


def test_the_last_one_out_archives_the_team(team, captain):
    question = JoinRequestFactory(team=team)

    actions.leave_team(team, captain)

    team.refresh_from_db()
    question.refresh_from_db()
    assert team.is_archived
    assert question.status == JoinRequest.Status.DECLINED


def test_remove_member_takes_the_seat_and_tells_them(team, captain, teammate):
    actions.remove_member(team, teammate, captain)

    assert roles(team) == {captain: Membership.Role.CAPTAIN}
    assert Notification.objects.get().recipient == teammate


def test_remove_member_refuses_the_captain_and_outsiders(team, captain, stranger):
    with pytest.raises(actions.CaptainStays):
        actions.remove_member(team, captain, captain)
    with pytest.raises(actions.NotInThisTeam):
        actions.remove_member(team, stranger, captain)


def test_hand_over_leaves_one_captain(team, captain, teammate):
    actions.hand_over(team, teammate, captain)

    assert roles(team) == {captain: "member", teammate: "captain"}


def test_hand_over_refuses_outsiders(team, captain, stranger):
    with pytest.raises(actions.NotInThisTeam):
        actions.hand_over(team, stranger, captain)

    assert roles(team) == {captain: "captain"}


def test_renew_code_makes_the_old_one_worthless(team, captain):
    old = team.join_code

    new = actions.renew_code(team, captain)

    assert not Team.objects.filter(join_code=old).exists()
    assert Team.objects.get(join_code=new) == team


def racers(event, count):
    return [RegistrationFactory(event=event).user for _number in range(count)]


@pytest.mark.django_db(transaction=True)
def test_join_team_never_gives_the_last_seat_twice(event):
    team = MembershipFactory(team__event=event).team  # one of two seats is taken
    rivals = racers(event, 4)

    answers = race(*(partial(actions.join_team, team, rival) for rival in rivals))

    assert Counter(map(type, answers)) == {Membership: 1, actions.TeamIsFull: 3}
    assert team.memberships.count() == 2


@pytest.mark.django_db(transaction=True)
def test_join_team_never_seats_one_attendee_twice(event):
    attendee = RegistrationFactory(event=event).user
    teams = TeamFactory.create_batch(4, event=event)

    answers = race(*(partial(actions.join_team, team, attendee) for team in teams))

    assert Counter(map(type, answers)) == {Membership: 1, actions.AlreadyInATeam: 3}
    assert attendee.memberships.count() == 1


@pytest.mark.django_db(transaction=True)
def test_create_team_never_makes_two_teams_of_one_name(event):
    founders = racers(event, 4)

    answers = race(
        *(partial(actions.create_team, event, who, name="Same") for who in founders)
    )

    assert Counter(map(type, answers)) == {Team: 1, actions.NameIsTaken: 3}


@pytest.mark.django_db(transaction=True)
def test_a_team_left_by_all_at_once_is_archived_without_a_captain_lost(event):
    team = TeamFactory(event=event)
    members = racers(event, 2)
    MembershipFactory(team=team, user=members[0], role="captain")
    MembershipFactory(team=team, user=members[1])

    answers = race(*(partial(actions.leave_team, team, who) for who in members))

    team.refresh_from_db()
    assert answers == [None, None]
    assert team.is_archived
    assert not team.memberships.exists()


def place(event, user):
    return event.registrations.get(user=user)


@pytest.mark.no_cover
@pytest.mark.django_db
def test_any_walk_through_the_actions_keeps_every_team_in_order(rng):
    """G17: one captain per team with members; nobody in two teams; no seat too many."""
    event = EventFactory(max_team_size=3)
    people = racers(event, 6)
    for _step in range(250):
        who, other = rng.sample(people, 2)
        team = rng.choice(list(Team.objects.active()) or [None])
        if team is None or rng.random() < 0.1:
            moves = [partial(actions.create_team, event, who, name=f"T{rng.random()}")]
        else:
            moves = [
                partial(actions.join_team, team, who),
                partial(actions.leave_team, team, who),
                partial(actions.hand_over, team, other, who),
                partial(actions.remove_member, team, other, who),
                partial(actions.ask_to_join, team, who),
                partial(cancel_registration, place(event, who), who),
                partial(
                    event.registrations.filter(user=who).update, status="confirmed"
                ),
            ]
            moves += [
                partial(
                    actions.answer_request, question, who, accept=rng.random() < 0.5
                )
                for question in team.join_requests.all()
            ]
        with suppress(Refused):
            rng.choice(moves)()

        here = event.registrations.taking_part().values("user")
        assert not Membership.objects.exclude(user__in=here).exists()
        waiting = JoinRequest.objects.filter(status=JoinRequest.Status.WAITING)
        assert not waiting.exclude(user__in=here).exists()
        for group in Team.objects.prefetch_related("memberships"):
            seats = list(group.memberships.all())
            assert len(seats) <= 3
            assert sum(seat.role == "captain" for seat in seats) == bool(seats)
            assert group.is_archived == (not seats)


def test_a_person_is_removed_by_their_own_row_only(team, captain):
    """Two people of one name are two people."""
    twin = UserFactory(display_name=str(captain))

    with pytest.raises(actions.NotInThisTeam):
        actions.remove_member(team, twin, captain)


def test_invite_person_mails_the_link_once(team, captain, attendee):
    actions.invite_person(team, attendee, captain)
    with pytest.raises(actions.InvitedAlready, match=r"Ada Attendee has got the link"):
        actions.invite_person(team, attendee, captain)

    notification = Notification.objects.get()
    assert notification.recipient == attendee
    assert notification.topic == "team"
    assert notification.context["path"] == (
        f"{team.get_absolute_url()}join/{team.join_code}/"
    )
    mail = compose(notification)
    assert mail.subject == "Would you join Rust Co?"
    assert "Cleo Captain would like to have you" in mail.body
    assert f"/join/{team.join_code}/" in mail.body


def test_invite_person_refuses_who_cannot_come(team, captain, attendee, event):
    seated = MembershipFactory(team__event=event).user
    with pytest.raises(actions.TheyAreInATeam):
        actions.invite_person(team, seated, captain)
    MembershipFactory(team=team)
    with pytest.raises(actions.TeamIsFull):
        actions.invite_person(team, attendee, captain)
    event.windows.all().delete()
    with pytest.raises(actions.TeamsAreClosed):
        actions.invite_person(team, attendee, captain)
    assert not Notification.objects.exists()
