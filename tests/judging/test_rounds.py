"""Rounds that follow one another, plans that follow what happens, and the grid."""

from copy import deepcopy

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events import planning
from events.models import Phase
from judging import actions
from judging.actions import dealing, pairings, rounds
from judging.assignment import plan
from judging.conflicts import conflicts_at, conflicts_of
from judging.coverage import grid_of
from judging.hall import enter
from judging.models import (
    Entry,
    FormerSeat,
    Judge,
    JudgingRules,
    Pairing,
    PrizeRule,
    Recusal,
    Round,
    Score,
    Scorecard,
)
from judging.prizes import leaders_for
from judging.reminders import judges_with_missing_scores
from judging.state import cards_of
from notifications.models import Notification
from submissions.actions import withdraw_project
from teams.actions import leave_team
from tests.factories.accounts import UserFactory
from tests.factories.events import (
    PrizeFactory,
    SeriesOrganiserFactory,
    TrackFactory,
)
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
)
from tests.factories.submissions import ProjectFactory
from tests.factories.teams import MembershipFactory


def build_expo():
    """A round at tables, open, with ten judges and twenty projects dealt."""
    expo = RoundFactory(kind=Round.Kind.EXPO, name="Expo")
    CriterionFactory(round=expo, name="Idea")
    JudgeFactory.create_batch(10, event=expo.event)
    for table in range(20):
        ProjectFactory(
            team__event=expo.event, team__table=f"{table + 1}", submitted=True
        )
    actions.deal_cards(expo.event)
    return expo


@pytest.fixture(scope="module")
def built(once):
    return once(build_expo)


@pytest.fixture
def expo(built, db):
    return deepcopy(built)


@pytest.fixture
def host(expo):
    return SeriesOrganiserFactory(series=expo.event.series).user


@pytest.fixture
def finals(expo):
    finals = RoundFactory(
        event=expo.event, name="Finals", follows=expo, shortlist_size=3, order=1
    )
    CriterionFactory(round=finals, name="Idea")
    return finals


def live(round_, **fields):
    return {
        (card.judge_id, card.project_id)
        for card in Scorecard.objects.live().filter(round=round_, **fields)
    }


def score(card, value):
    card.status = Scorecard.Status.DONE
    card.revision += 1
    card.save()
    Score.objects.update_or_create(
        scorecard=card, criterion=card.round.criteria.get(), defaults={"value": value}
    )


def close(round_):
    Round.objects.filter(pk=round_.pk).update(closed_at=timezone.now())
    round_.refresh_from_db()


# --- Dealing


def test_everybody_gets_their_share_by_table(expo):
    cards = Scorecard.objects.filter(round=expo)

    assert cards.count() == 60
    tables = [p.team.table for p in enter(expo).projects]
    assert tables == [str(n) for n in range(1, 21)]  # 2 before 10
    for judge in expo.event.judges.all():
        route = [int(c.project.team.table) for c in cards.filter(judge=judge)]
        assert len(route) == 6
        turn = route.index(min(route))
        assert route[turn:] + route[:turn] == sorted(route)
    assert actions.deal_cards(expo.event) == 0


def test_a_stage_goes_by_the_running_order(expo):
    stage = RoundFactory(event=expo.event)
    last, *others = expo.event.projects.order_by("pk")
    for position, project in enumerate([*others, last]):
        Entry.objects.create(round=stage, project=project, position=position)

    order = [project.pk for project in enter(stage).projects]

    assert order[-1] == last.pk
    actions.deal_cards(expo.event)
    for judge in expo.event.judges.all():
        route = [c.project_id for c in stage.scorecards.filter(judge=judge)]
        assert route == [pk for pk in order if pk in route]


def test_pairwise_rounds_are_not_dealt(expo):
    pairs = RoundFactory(event=expo.event, kind=Round.Kind.PAIRWISE)

    actions.deal_cards(expo.event)

    assert not pairs.scorecards.exists()


def test_a_round_of_a_track_has_its_projects_and_its_judges(expo):
    event = expo.event
    health, art = TrackFactory(event=event), TrackFactory(event=event)
    inside, outside = event.projects.all()[:2]
    inside.tracks.add(health)
    outside.tracks.add(art)
    of_health, of_art, of_none = event.judges.all()[:3]
    of_health.tracks.add(health)
    of_art.tracks.add(art)
    special = RoundFactory(event=event, track=health)
    CriterionFactory(round=special, name="Idea")

    actions.deal_cards(event)

    assert {p for _j, p in live(special)} == {inside.pk}
    judges = {j for j, _p in live(special)}
    assert judges >= {of_health.pk, of_none.pk}
    assert of_art.pk not in judges


def test_a_judge_who_leaves_gives_the_rest_to_others_and_may_come_back(expo, host):
    judge = expo.event.judges.first()
    seen, begun, *_rest = judge.scorecards.all()
    score(seen, 4)
    Scorecard.objects.filter(pk=begun.pk).update(status="started", revision=1)
    others = {pair for pair in live(expo) if pair[0] != judge.pk}

    for _twice in range(2):
        actions.judge_left(judge, host)

    assert expo.event.audit_entries.filter(verb="judging.left").count() == 1
    assert {p for _j, p in live(expo, judge=judge)} == {
        seen.project_id,
        begun.project_id,
    }
    assert len(others - live(expo)) <= 2
    counts = [row.planned for row in grid_of(enter(expo)).rows]
    assert set(counts) == {3}
    assert begun.project_id in {p for j, p in live(expo) - others if j != judge.pk}

    for _twice in range(2):
        actions.judge_back(Judge.objects.get(pk=judge.pk), host)

    assert len(live(expo, judge=judge)) >= 4
    assert (
        Scorecard.objects.filter(round=expo, judge=judge).count() >= 6
    )  # none is lost


def test_a_score_for_a_card_that_went_elsewhere_is_not_lost(expo, host):
    """The phone was offline while its card was given to somebody else."""
    judge = expo.event.judges.first()
    card = judge.scorecards.first()
    actions.judge_left(judge, host)
    assert (judge.pk, card.project_id) not in live(expo)

    actions.save_scorecard(
        card.pk,
        judge.pk,
        judge.fingerprint,
        {
            "client": "a",
            "revision": 1,
            "status": "done",
            "scores": {str(expo.criteria.get().pk): 5},
        },
    )

    assert (judge.pk, card.project_id) in live(expo)
    assert card in cards_of(judge)
    actions.deal_cards(expo.event)
    assert (judge.pk, card.project_id) in live(expo)


def test_a_judge_whose_link_ends_gives_back_what_is_open(expo, host):
    judge = expo.event.judges.first()

    actions.revoke_judge(judge, host)
    assert live(expo, judge=judge) == set()
    actions.renew_link(judge, host)

    assert len(live(expo, judge=judge)) == 6


def test_a_judge_without_open_cards_is_not_reminded(expo, host):
    left, *_others = expo.event.judges.all()
    actions.judge_left(left, host)

    assert len(judges_with_missing_scores(expo.event)) == 9
    close(expo)
    assert judges_with_missing_scores(expo.event) == []


def test_a_declared_conflict_goes_to_somebody_else_at_once(expo):
    card = Scorecard.objects.filter(round=expo).first()
    before = {j for j, p in live(expo) if p == card.project_id}

    for _twice in range(2):
        actions.declare_conflict(card.judge, card.project, "old friends")

    after = {j for j, p in live(expo) if p == card.project_id}
    assert len(after) == 3
    assert before - after == {card.judge_id}
    entry = expo.event.audit_entries.get(verb="judging.conflict")
    assert (entry.actor_name, entry.details["reason"]) == (
        card.judge.name,
        "old friends",
    )


def test_a_withdrawn_project_is_seen_by_nobody(expo, host):
    event = expo.event
    event.windows.create(
        phase=Phase.HACKING,
        opens_at=timezone.now() - timezone.timedelta(hours=1),
        closes_at=timezone.now() + timezone.timedelta(hours=1),
    )
    project = event.projects.first()
    member = MembershipFactory(team=project.team).user

    withdraw_project(project, member)

    assert project.pk not in {p for _j, p in live(expo)}


# --- Pins and bans


def test_pins_and_bans_hold_and_can_be_taken_back(expo, host):
    card = Scorecard.objects.filter(round=expo).first()
    judge, project = card.judge, card.project
    stranger = expo.event.judges.exclude(scorecards__project=project).first()

    actions.forbid(expo, judge, project, host)
    actions.pin(expo, stranger, project, host)

    assert (judge.pk, project.pk) not in live(expo)
    assert (stranger.pk, project.pk) in live(expo)
    assert len([p for _j, p in live(expo) if p == project.pk]) == 3
    for _twice in range(2):
        actions.free(expo, judge, project, host)
    assert Pairing.objects.get().judge == stranger
    verbs = expo.event.audit_entries.values_list("verb", flat=True)
    assert list(verbs).count("judging.freed") == 1


def test_a_pin_counts_more_than_tracks(expo, host):
    judge, project = expo.event.judges.first(), expo.event.projects.first()
    judge.tracks.add(TrackFactory(event=expo.event))
    actions.deal_cards(expo.event)
    assert live(expo, judge=judge) == set()

    actions.pin(expo, judge, project, host)

    assert live(expo, judge=judge) == {(judge.pk, project.pk)}


def test_pins_and_bans_are_refused_where_they_cannot_be(expo, host):
    card = Scorecard.objects.filter(round=expo).first()
    judge, project = card.judge, card.project
    actions.record_conflict(judge, project, host)

    with pytest.raises(pairings.IsInConflict):
        actions.pin(expo, judge, project, host)
    other = Scorecard.objects.live().filter(round=expo).exclude(judge=judge).first()
    score(other, 3)
    with pytest.raises(pairings.HasSeenIt):
        actions.forbid(expo, other.judge, other.project, host)
    with pytest.raises(pairings.OtherEvent):
        actions.pin(expo, JudgeFactory(), project, host)
    actions.judge_left(other.judge, host)
    other.judge.refresh_from_db()
    with pytest.raises(pairings.IsNotHere):
        actions.pin(expo, other.judge, project, host)
    assert not Pairing.objects.exists()


def test_organisers_record_and_lift_conflicts(expo, host):
    card = Scorecard.objects.filter(round=expo).first()

    for _twice in range(2):
        actions.record_conflict(card.judge, card.project, host, "cousins")
    recusal = Recusal.objects.get()
    assert (recusal.source, recusal.reason) == (Recusal.Source.ORGANISER, "cousins")
    assert (card.judge_id, card.project_id) not in live(expo)
    for _twice in range(2):
        actions.lift_conflict(card.judge, card.project, host)

    verbs = list(expo.event.audit_entries.values_list("verb", flat=True))
    assert verbs.count("judging.conflict_recorded") == 1
    assert verbs.count("judging.conflict_lifted") == 1


# --- Teams that are not there


def test_an_absent_team_is_set_aside_and_brought_back(expo, host):
    project = expo.event.projects.first()
    seen, *_rest = Scorecard.objects.filter(round=expo, project=project)
    score(seen, 5)

    for _twice in range(2):
        actions.set_aside(expo, project, host)

    assert {j for j, p in live(expo) if p == project.pk} == {seen.judge_id}
    assert [p.pk for p in enter(expo).set_aside] == [project.pk]
    for _twice in range(2):
        actions.bring_back(expo, project, host)
    assert len([p for _j, p in live(expo) if p == project.pk]) == 3
    assert not expo.entries.exists()  # its place is by its table again
    verbs = list(expo.event.audit_entries.values_list("verb", flat=True))
    assert verbs.count("judging.set_aside") == verbs.count("judging.brought_back") == 1
    with pytest.raises(rounds.NotHandedIn):
        actions.set_aside(expo, ProjectFactory(submitted=True), host)


def test_organisers_are_told_once_of_a_team_that_is_absent_twice(expo, host):
    cards = Scorecard.objects.filter(round=expo)
    project = cards.first().project

    def absent(card, revision=1):
        actions.save_scorecard(
            card.pk,
            card.judge_id,
            card.judge.fingerprint,
            {"client": "a", "revision": revision, "scores": {}, "status": "absent"},
        )

    first, second, third = cards.filter(project=project)
    absent(first)
    assert not Notification.objects.exists()
    for card in (second, third):
        absent(card)

    mail = Notification.objects.get()
    assert mail.recipient == host
    assert mail.context["project"] == project.title
    assert mail.context["path"].endswith(f"/rounds/{expo.pk}/coverage/")
    assert expo.event.audit_entries.filter(verb="judging.absent").count() == 1
    row = next(r for r in grid_of(enter(expo)).rows if r.project == project)
    assert row.absences == 3


# --- Conflicts of interest


def rule_of_domains(event):
    JudgingRules.objects.create(event=event, same_domain_is_conflict=True)


@pytest.mark.parametrize(
    ("judge", "member", "is_conflict"),
    [
        ("ada@acme.example", "bob@acme.example", True),
        ("ada@Acme.example", "bob@labs.acme.EXAMPLE", True),
        ("ada@labs.acme.example", "bob@acme.example", False),
        ("ada@acme.example", "bob@notacme.example", False),
        ("ada@gmail.com", "bob@gmail.com", False),
        ("ada@a_b.example", "bob@axb.example", False),
    ],
)
def test_colleagues_do_not_judge_one_another_where_that_is_the_rule(
    expo, judge, member, is_conflict
):
    who = JudgeFactory(event=expo.event, email=judge)
    project = expo.event.projects.first()
    MembershipFactory(team=project.team, user__email=member)

    assert conflicts_of(who) == set()
    rule_of_domains(expo.event)

    assert conflicts_of(who) == ({project.pk} if is_conflict else set())
    assert conflicts_at(expo.event, [who])[who.pk] == conflicts_of(who)


def test_own_and_former_teams_are_a_conflict_by_account_and_by_address(expo):
    event = expo.event
    judges = JudgeFactory.create_batch(4, event=event)
    sister, brother, by_other_address, former = judges
    one, two, three, four = event.projects.all()[:4]
    MembershipFactory(team=one.team, user__email=sister.email.upper())
    brother.user = MembershipFactory(team=two.team).user
    brother.save()
    seat = MembershipFactory(team=three.team)
    seat.user.emailaddress_set.create(email=by_other_address.email, verified=True)
    FormerSeat.objects.create(team=four.team, user=UserFactory(email=former.email))
    elsewhere = ProjectFactory(submitted=True)  # in an event that is judged by others
    MembershipFactory(team=elsewhere.team, user=brother.user)

    found = [conflicts_of(judge) for judge in judges]

    assert found == [{one.pk}, {two.pk}, {three.pk}, {four.pk}]
    many = conflicts_at(event, judges)
    assert [many[judge.pk] for judge in judges] == found


def test_an_address_that_is_not_verified_is_nobodys(expo):
    judge, project = expo.event.judges.first(), expo.event.projects.first()
    seat = MembershipFactory(team=project.team)
    seat.user.emailaddress_set.create(email=judge.email, verified=False)

    assert conflicts_of(judge) == set()
    assert conflicts_at(expo.event, [judge])[judge.pk] == set()


def test_whoever_leaves_a_team_is_remembered(event, captain, teammate, team):
    leave_team(team, teammate)

    assert FormerSeat.objects.get().user == teammate
    judge = JudgeFactory(event=event, email=teammate.email)
    project = ProjectFactory(team=team, submitted=True)
    assert conflicts_of(judge) == {project.pk}


def test_superusers_are_no_exception(expo):
    judge, project = expo.event.judges.first(), expo.event.projects.first()
    judge.user = UserFactory(is_superuser=True)
    judge.save()
    MembershipFactory(team=project.team, user=judge.user)

    assert conflicts_of(judge) == {project.pk}


# --- Rounds


@pytest.mark.no_cover
def test_a_final_takes_the_best_and_is_dealt_when_it_opens(expo, finals, host):
    for n, card in enumerate(Scorecard.objects.filter(round=expo).order_by("project")):
        score(card, 5 if n < 9 else 2)
    close(expo)

    best = actions.take_best(finals, host)

    assert len(best) == 3
    assert [entry.project for entry in finals.entries.all()] == best[::-1]
    assert not finals.scorecards.exists()
    assert not Round.objects.get(pk=finals.pk).is_open
    actions.open_round(finals, host)
    assert len(live(finals)) == 30  # all judges, three projects
    assert Round.objects.get(pk=finals.pk).is_open
    with pytest.raises(rounds.AlreadyOpen):
        actions.open_round(finals, host)


def test_a_tie_at_the_end_of_the_list_is_not_cut(expo, finals, host):
    for card in Scorecard.objects.filter(round=expo):
        score(card, 3)
    close(expo)

    assert len(actions.take_best(finals, host)) == 20


def test_the_list_may_be_changed_with_a_reason(expo, finals, host):
    wild_card, other = expo.event.projects.all()[:2]

    with pytest.raises(rounds.ReasonIsMissing):
        actions.add_to_shortlist(finals, wild_card, host, " ")
    for project in (wild_card, wild_card, other):
        actions.add_to_shortlist(finals, project, host, "the public's choice")
    for _twice in range(2):
        actions.remove_from_shortlist(finals, other, host, "went home")

    assert [e.project for e in finals.entries.all()] == [wild_card]
    log = expo.event.audit_entries.filter(verb__startswith="judging.shortlist")
    assert {entry.details["reason"] for entry in log} == {
        "the public's choice",
        "went home",
    }
    assert log.count() == 3
    with pytest.raises(rounds.NotHandedIn):
        actions.add_to_shortlist(finals, ProjectFactory(submitted=True), host, "x")
    with pytest.raises(rounds.NothingToFollow):
        actions.add_to_shortlist(expo, wild_card, host, "x")


def test_a_list_that_is_changed_in_an_open_round_is_dealt_at_once(expo, finals, host):
    one, two = expo.event.projects.all()[:2]
    close(expo)
    actions.add_to_shortlist(finals, one, host, "x")
    actions.open_round(finals, host)
    actions.add_to_shortlist(finals, two, host, "x")
    assert {p for _j, p in live(finals)} == {one.pk, two.pk}
    score(finals.scorecards.filter(project=one).first(), 4)

    with pytest.raises(rounds.IsScoredHere):
        actions.remove_from_shortlist(finals, one, host, "x")
    with pytest.raises(rounds.HasBegun):
        actions.take_best(finals, host)
    actions.remove_from_shortlist(finals, two, host, "x")

    assert {p for _j, p in live(finals)} == {one.pk}


def test_rounds_open_and_close_in_order(expo, finals, host):
    with pytest.raises(rounds.EarlierRoundIsOpen):
        actions.open_round(finals, host)
    with pytest.raises(rounds.EarlierRoundIsOpen):
        actions.take_best(finals, host)
    with pytest.raises(rounds.OpensByItself):
        actions.open_round(expo, host)
    actions.close_round(expo, host)
    with pytest.raises(rounds.AlreadyClosed):
        actions.close_round(expo, host)
    with pytest.raises(rounds.NobodyGoesOn):
        actions.open_round(finals, host)
    with pytest.raises(rounds.NobodyIsScored):
        actions.take_best(finals, host)
    with pytest.raises(rounds.NothingToFollow):
        actions.take_best(expo, host)

    actions.open_round(expo, host)

    assert Round.objects.get(pk=expo.pk).is_open
    verbs = list(expo.event.audit_entries.values_list("verb", flat=True))
    assert verbs.count("judging.round_closed") == 1
    assert verbs.count("judging.round_opened") == 1


def test_a_closed_round_is_not_dealt(expo, host):
    close(expo)
    judge = expo.event.judges.first()

    actions.judge_left(judge, host)

    assert len(live(expo, judge=judge)) == 6


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda expo, finals: {"track": TrackFactory()}, "track"),
        (lambda expo, finals: {"follows": RoundFactory()}, "follows"),
        (lambda expo, finals: {"follows": expo}, "follows"),
        (lambda expo, finals: {"follows": finals}, "follows"),
    ],
    ids=["other track", "other event", "itself", "a circle"],
)
def test_a_round_that_cannot_be_is_explained(expo, finals, change, field):
    for name, value in change(expo, finals).items():
        setattr(expo, name, value)

    with pytest.raises(ValidationError) as refusal:
        expo.full_clean()

    assert list(refusal.value.message_dict) == [field]


def test_a_list_as_long_as_the_field_is_no_list(expo, finals):
    finals.shortlist_size = 19
    finals.full_clean()
    finals.shortlist_size = 20
    with pytest.raises(ValidationError, match="Only 20 projects"):
        finals.full_clean()

    expo.event.windows.create(
        phase=Phase.HACKING,
        opens_at=timezone.now() - timezone.timedelta(hours=1),
        closes_at=timezone.now() + timezone.timedelta(hours=1),
    )
    Round.objects.get(pk=finals.pk).full_clean()  # more may come


# --- Prizes


def test_who_leads_for_a_prize(expo):
    event = expo.event
    health = TrackFactory(event=event)
    craft = CriterionFactory(round=expo, name="Craft", weight=2)
    idea = expo.criteria.get(name="Idea")
    best, crafty, ill = event.projects.all()[:3]
    ill.tracks.add(health)
    for project, values in {best: (5, 4), crafty: (1, 5), ill: (1, 1)}.items():
        card = Scorecard.objects.filter(round=expo, project=project).first()
        Scorecard.objects.filter(pk=card.pk).update(status="done")
        for criterion, value in zip((idea, craft), values, strict=True):
            card.scores.create(criterion=criterion, value=value)
    plain, of_track, of_craft = PrizeFactory.create_batch(3, event=event)
    PrizeRule.objects.create(prize=of_track, round=expo, track=health)
    PrizeRule.objects.create(prize=of_craft, round=expo).criteria.add(craft)

    assert leaders_for(plain) == [best]
    assert leaders_for(of_track) == [ill]
    assert leaders_for(of_craft) == [crafty]
    Score.objects.filter(criterion=craft, scorecard__project=best).update(value=5)
    assert set(leaders_for(of_craft)) == {best, crafty}
    assert leaders_for(PrizeFactory()) == []


def test_a_copied_event_judges_as_the_first_did(expo, finals, host):
    event = expo.event
    track = TrackFactory(event=event, name="Health")
    expo.track, expo.wanted_judges, expo.method = track, 4, Round.Method.MEAN
    expo.grace_minutes = 25
    expo.save()
    idea = expo.criteria.get()
    idea.track = track
    idea.save()
    CriterionFactory(round=expo, name="Old", retired_in=2)
    rule_of_domains(event)
    prize = PrizeFactory(event=event, name="Best idea", track=track)
    rule = PrizeRule.objects.create(prize=prize, round=expo, track=track)
    rule.criteria.add(idea)

    copy = planning.copy_event(event, host, name="Again", starts_at=timezone.now())

    new, last = copy.rounds.order_by("order")
    assert (new.track.name, new.track.event) == ("Health", copy)
    assert (new.wanted_judges, new.method, new.grace_minutes) == (4, "mean", 25)
    assert new.kind == Round.Kind.EXPO
    assert (last.follows, last.shortlist_size) == (new, 3)
    assert (new.opened_at, new.closed_at, new.entries.count()) == (None, None, 0)
    assert [c.name for c in new.criteria.all()] == ["Idea"]
    assert new.criteria.get().track == new.track
    assert copy.judging_rules.same_domain_is_conflict
    copied = PrizeRule.objects.get(prize__event=copy)
    assert (copied.round, copied.track) == (new, new.track)
    assert list(copied.criteria.all()) == list(new.criteria.all())


# --- The grid and its buttons


def open_page(client, host, round_, query=""):
    client.force_login(host)
    url = reverse("judging:coverage", args=[round_.event.slug, round_.pk])
    return client.get(url + query).content.decode()


def press(client, host, name, round_, *args, **data):
    client.force_login(host)
    url = reverse(f"judging:{name}", args=[round_.event.slug, round_.pk, *args])
    return client.post(url, data, follow=True).content.decode()


def test_the_grid_shows_the_weakest_first_and_who_is_behind(expo):
    slow, *quick = expo.event.judges.all()
    for judge in quick:
        for card in judge.scorecards.all()[:3]:
            score(card, 3)

    grid = grid_of(enter(expo))

    assert [row.scored for row in grid.rows] == sorted(row.scored for row in grid.rows)
    assert {c.judge: c.behind for c in grid.columns}[slow] == 3
    assert sum(c.behind for c in grid.columns) == 3
    assert (grid.scored, grid.dealt, grid.short) == (27, 60, 0)
    assert len(grid.groups) == 1
    assert not grid.is_loose


def test_the_grid_tells_apart_all_that_can_be(expo, host):
    judge = expo.event.judges.first()
    cards = list(judge.scorecards.all())
    for card, status in zip(
        cards, ["done", "started", "busy", "trouble", "absent"], strict=False
    ):
        Scorecard.objects.filter(pk=card.pk).update(status=status, revision=1)
    seen = {card.project_id for card in cards}
    kept, banned = expo.event.projects.exclude(pk__in=seen)[:2]
    actions.record_conflict(judge, kept, host)
    actions.forbid(expo, judge, banned, host)

    states = {
        row.project.pk: cell.state
        for row in grid_of(enter(expo)).rows
        for cell in row.cells
        if cell.judge == judge
    }

    assert [states[card.project_id] for card in cards] == [
        "done", "started", "busy", "trouble", "absent", "todo",
    ]  # fmt: skip
    assert (states[kept.pk], states[banned.pk]) == ("conflict", "forbidden")
    assert "none" in states.values()


def test_groups_that_never_meet_are_named_with_a_way_out(client, expo, host):
    event = expo.event
    left, right = TrackFactory.create_batch(2, event=event)
    for number, project in enumerate(event.projects.all()):
        project.tracks.add(left if number < 10 else right)
    judges = list(event.judges.all())
    for number, judge in enumerate(judges[:-1]):
        judge.tracks.add(left if number < 5 else right)
    judges[-1].tracks.add(left, right)
    actions.judge_left(judges[-1], host)
    page = open_page(client, host, expo)
    assert "These groups never meet" in page
    assert "a judge without a track would join them" in page

    judges[0].tracks.clear()
    Pairing.objects.filter(round=expo).delete()
    hall = enter(expo)
    meetings = grid_of(hall).groups
    assert len(meetings) == 2
    assert meetings[1].pins[0][0] == judges[0]
    assert f"Pin {judges[0]}" in open_page(client, host, expo)

    judge, project = meetings[1].pins[0]
    press(client, host, "pair", expo, mode="pin", pair=f"{judge.pk}-{project.pk}")

    page = open_page(client, host, expo)
    assert "Every judge can be compared with every other." in page


def test_a_click_pins_forbids_frees_and_records(client, expo, host):
    card = Scorecard.objects.filter(round=expo).first()
    pair = f"{card.judge_id}-{card.project_id}"

    def click(mode):
        return press(client, host, "pair", expo, mode=mode, pair=pair)

    assert f"does not see {card.project}" in click("forbid")
    assert "The plan decides" in click("free")
    assert f"{card.judge} sees {card.project}" in click("pin")
    assert "pinned" in open_page(client, host, expo)
    assert "It is in the log" in click("conflict")
    assert "There is a conflict of interest" in click("pin")
    by_name = press(
        client, host, "pair", expo, mode="free", judge=card.judge_id,
        project=card.project_id,
    )  # fmt: skip
    assert "The plan decides" in by_name
    for nonsense in ("", "x-y", "1", "999999999999-1", "٣-٣"):
        client.force_login(host)
        url = reverse("judging:pair", args=[expo.event.slug, expo.pk])
        assert client.post(url, {"mode": "pin", "pair": nonsense}).status_code == 404


def test_a_plan_is_looked_at_before_it_is_carried_out(client, expo, host):
    """Two cards lie about wrongly; the plan says what would move, then moves it."""
    card = Scorecard.objects.filter(round=expo).first()
    Scorecard.objects.filter(round=expo, judge=card.judge_id).update(
        moved_at=timezone.now()
    )

    page = open_page(client, host, expo, "?plan=again")

    assert "What a new plan would move" in page
    assert live(expo, judge=card.judge) == set()
    hall = enter(expo)
    seen = dealing.fingerprint_of(hall, plan(hall.problem()))
    assert seen in page
    stale = press(client, host, "plan", expo, plan="again", seen="something else")
    assert "Something has happened since" in stale
    assert live(expo, judge=card.judge) == set()
    assert "6 cards have moved" in press(
        client, host, "plan", expo, plan="again", seen=seen
    )
    assert len(live(expo, judge=card.judge)) == 6
    assert "as good as it gets" in open_page(client, host, expo, "?plan=again")
    assert "Move as little as possible" in open_page(client, host, expo, "?plan=anew")
    close(expo)
    assert "are not dealt" in press(client, host, "plan", expo, seen=seen)
    assert "What a new plan" not in open_page(client, host, expo, "?plan=again")


def test_the_other_buttons_of_the_grid(client, expo, finals, host):
    event = expo.event
    judge, project = event.judges.first(), event.projects.first()

    def on_expo(name, *args, **data):
        return press(client, host, name, expo, *args, **data)

    def on_list(decision, **data):
        return press(client, host, "shortlist", finals, decision=decision, **data)

    assert "has left" in on_expo("presence", judge.pk, decision="left")
    assert "is back" in on_expo("presence", judge.pk, decision="back")
    assert "is set aside" in on_expo("aside", project=project.pk, decision="aside")
    assert "They are back" in open_page(client, host, expo)
    assert "back on the routes" in on_expo("aside", project=project.pk, decision="back")
    assert "is closed" in on_expo("open_round", decision="close", sure="yes")
    assert "Nobody has scored" in on_list("best")
    assert "Choose who goes on" in open_page(client, host, finals)
    assert "Say why" in on_list("add", project=project.pk)
    assert "goes on" in on_list("add", project=project.pk, reason="x")
    assert "does not go on" in on_list(
        decision="remove", project=project.pk, reason="x"
    )
    on_list("add", project=project.pk, reason="x")
    assert "its cards are dealt" in press(
        client, host, "open_round", finals, decision="open"
    )
    assert "Who sees what" in open_page(client, host, finals)


@pytest.mark.no_cover
def test_the_grid_takes_as_many_queries_for_many_as_for_few(client, expo, host):
    small = RoundFactory(event__series=expo.event.series, kind=Round.Kind.EXPO)
    JudgeFactory(event=small.event)
    ProjectFactory(team__event=small.event, submitted=True)
    actions.deal_cards(small.event)
    client.force_login(host)
    numbers = []
    for round_ in (small, expo):
        open_page(client, host, round_, "?plan=again")  # whatever is kept, is kept
        with CaptureQueriesContext(connection) as queries:
            open_page(client, host, round_, "?plan=again")
        numbers.append(len(queries))

    assert numbers[0] == numbers[1] <= 26


def test_the_judging_page_leads_to_the_grid(client, expo, host):
    client.force_login(host)
    url = reverse("judging:ranking", args=[expo.event.slug])

    page = client.get(url).content.decode()

    assert reverse("judging:coverage", args=[expo.event.slug, expo.pk]) in page


def test_beside_a_prize_stands_who_leads(client, expo, host):
    PrizeFactory(event=expo.event)
    card = Scorecard.objects.filter(round=expo).first()
    score(card, 5)
    client.force_login(host)
    url = reverse("judging:order", args=[expo.event.slug])

    assert f"Leads in {card.round}: {card.project}" in client.get(url).content.decode()


def test_an_empty_round_says_what_to_do(client, host, expo):
    lonely = RoundFactory(event__series=expo.event.series)
    assert "Invite some" in open_page(client, host, lonely)
    JudgeFactory(event=lonely.event)
    assert "No project is handed in yet" in open_page(client, host, lonely)


def test_a_pairwise_round_has_no_cards_to_count(client, event, organiser, judge):
    round_ = RoundFactory(event=event, kind="pairwise", name="Which is better")
    ProjectFactory(team__event=event, submitted=True)
    client.force_login(organiser)
    progress = reverse("judging:pairs_progress", args=[event.slug, round_.pk])

    ways = client.get(reverse("judging:ranking", args=[event.slug])).content.decode()
    grid = client.get(reverse("judging:coverage", args=[event.slug, round_.pk]))

    assert progress in ways
    assert reverse("judging:remote", args=[event.slug, round_.pk]) not in ways
    shown = grid.content.decode()
    assert progress in shown
    assert not [
        words
        for words in ("cards scored", "of 3 judges", "pins:", "0 of 0")
        if words in shown
    ]
    assert "forbids: must not see it" in shown
