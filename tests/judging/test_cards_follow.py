"""Cards follow whatever they depend on, by themselves, and no scored one is taken."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import Phase
from judging import actions
from judging.actions.dealing import NoRubric
from judging.hall import enter
from judging.models import JudgingRules, Round, Scorecard
from judging.rubrics import rubric_digest, rubric_of, standard
from submissions.actions import edit_project
from teams.actions import give_tables, join_team
from tests.bad_input.admin_pages import FORM, edit_of, errors_of, form_of
from tests.factories.accounts import UserFactory
from tests.factories.events import (
    EventFactory,
    RegistrationFactory,
    SeriesOrganiserFactory,
    TrackFactory,
)
from tests.factories.judging import CriterionFactory, JudgeFactory, RoundFactory
from tests.factories.submissions import ProjectFactory, ToolFactory
from tests.factories.teams import MembershipFactory


class World:
    """A judge and a project of each of two tracks; one card is scored."""

    def __init__(self):
        self.event = EventFactory(
            table_names="A\nB\nC",
            phases=[Phase.TEAM_FORMATION, Phase.HACKING, Phase.JUDGING],
        )
        self.event.windows.filter(phase=Phase.HACKING).update(closes_at=timezone.now())
        self.host = SeriesOrganiserFactory(series=self.event.series).user
        self.client = Client()
        self.client.force_login(self.host)
        self.health, self.climate = (
            TrackFactory(event=self.event, name=name) for name in ("Health", "Climate")
        )
        self.round = RoundFactory(event=self.event, kind=Round.Kind.EXPO)
        CriterionFactory(round=self.round, name="Idea")
        self.hanna = self.judge("hanna", self.health)
        self.clara = self.judge("clara", self.climate)
        self.apples = self.project("Apples", self.health)
        self.pears = self.project("Pears", self.climate)
        actions.deal_cards(self.event)
        self.scored = Scorecard.objects.get(judge=self.hanna)
        rubric = self.round.criteria.get()
        actions.save_scorecard(
            self.scored.pk,
            self.hanna.pk,
            self.hanna.fingerprint,
            {
                "client": "phone", "revision": 1, "status": "done", "notes": "",
                "feedback": "", "starred": False, "scores": {str(rubric.pk): 4},
            },
        )  # fmt: skip

    def judge(self, name, *tracks):
        judge = JudgeFactory(event=self.event, name=name, email=f"{name}@house.example")
        judge.tracks.set(tracks)
        return judge

    def project(self, title, *tracks):
        seat = MembershipFactory(team__event=self.event, role="captain")
        project = ProjectFactory(
            team=seat.team,
            title=title,
            submitted=True,
            tagline="Fruit.",
            story="Much fruit.",
            repository_url="https://example.org/fruit",
        )
        project.tracks.set(tracks)
        return project

    def save(self, url, **changed):
        form = form_of(self.client, url)
        buttons = {name: None for name in form.names if name.startswith("_")}
        kept = {
            f"judges-{place}-tracks": [str(track.pk) for track in judge.tracks.all()]
            for place, judge in enumerate(self.event.judges.all())
            if "judges-0-tracks" in form.names
        }
        body = form.body(**{**buttons, **kept, "_save": "Save", **changed})
        answer = self.client.post(form.action, body, content_type=FORM)
        assert answer.status_code == 302, errors_of(answer)

    def cards(self):
        rows = Scorecard.objects.live().order_by("judge", "round", "position")
        return list(rows.values_list("round", "judge", "project", "position"))

    def wanted(self):
        """Few projects: everybody sees all that they may."""
        return {
            (round_.pk, judge, project)
            for round_ in self.event.rounds.all()
            if round_.is_dealt and round_.criteria.current().exists()
            for judge, projects in enter(round_).allowed.items()
            for project in projects
        }


def judge_in_the_event(world):
    world.save(
        edit_of(world.event),
        **{
            "judges-TOTAL_FORMS": "3",
            "judges-2-name": "New",
            "judges-2-email": "new@example.org",
            "judges-2-tracks": [str(world.climate.pk)],
        },
    )


def tracks_in_the_event(world):
    place = list(world.event.judges.all()).index(world.clara)
    world.save(
        edit_of(world.event), **{f"judges-{place}-tracks": [str(world.health.pk)]}
    )


def rules_in_the_event(world):
    user = world.pears.team.memberships.get().user
    user.email = "x@house.example"
    user.save(update_fields=["email"])
    world.save(
        edit_of(world.event),
        **{
            "judging_rules-TOTAL_FORMS": "1",
            "judging_rules-0-event": str(world.event.pk),
            "judging_rules-0-same_domain_is_conflict": "on",
            "judging_rules-0-shows_judges": "on",
        },
    )


def judge_in_the_list(world):
    world.save(
        reverse("admin:judging_judge_add"),
        event=str(world.event.pk),
        name="New",
        email="new@example.org",
        tracks=None,
    )


def tracks_of_a_judge(world):
    world.save(edit_of(world.clara), tracks=[str(world.health.pk)])


def address_of_a_judge(world):
    seat = world.pears.team.memberships.get()
    world.save(
        edit_of(world.clara), email=seat.user.email, tracks=[str(world.climate.pk)]
    )


def round_in_the_list(world):
    world.save(
        reverse("admin:judging_round_add"),
        event=str(world.event.pk),
        name="Second",
        order="5",
        **{"criteria-TOTAL_FORMS": "1", "criteria-0-name": "Craft",
           "criteria-0-weight": "1", "criteria-0-scale_min": "1",
           "criteria-0-scale_max": "5", "criteria-0-order": "0"},
    )  # fmt: skip


def invitation(world):
    actions.invite_judge(world.judge("new", world.climate), world.host)


def invitation_of_one_who_has_cards(world):
    world.judge("new", world.climate)
    actions.invite_judge(world.hanna, world.host)


def tracks_of_a_project(world):
    edit_project(
        world.pears,
        world.host,
        tools={ToolFactory(): ""},
        reason="wrong track",
        tracks=[world.health],
        datasets=[],
    )


def member_who_judges(world):
    user = UserFactory(email=world.clara.email)
    RegistrationFactory(event=world.event, user=user)
    join_team(world.pears.team, user)


def member_from_the_same_house(world):
    JudgingRules.objects.create(event=world.event, same_domain_is_conflict=True)
    user = UserFactory(email="boss@house.example")
    RegistrationFactory(event=world.event, user=user)
    join_team(world.pears.team, user)


def rules(world):
    user = world.pears.team.memberships.get().user
    user.email = "x@house.example"
    user.save(update_fields=["email"])
    actions.change_rules(world.event, {"same_domain_is_conflict": True}, world.host)


def first_criterion(world):
    empty = RoundFactory(event=world.event, name="Empty", order=3)
    actions.change_rubric(
        empty, standard(), world.host, seen=rubric_digest(rubric_of(empty))
    )


def tables(world):
    third = world.project("Zucchini", world.climate)
    actions.deal_cards(world.event)
    third.team.table = "A"
    third.team.save(update_fields=["table"])
    give_tables(world.event, world.host)


def table_of_a_team(world):
    world.project("Zucchini", world.climate)
    actions.deal_cards(world.event)
    world.save(edit_of(world.pears.team), table="Z")


CHANGES = [
    judge_in_the_event,
    tracks_in_the_event,
    rules_in_the_event,
    judge_in_the_list,
    tracks_of_a_judge,
    address_of_a_judge,
    round_in_the_list,
    invitation,
    invitation_of_one_who_has_cards,
    tracks_of_a_project,
    member_who_judges,
    member_from_the_same_house,
    rules,
    first_criterion,
    tables,
    table_of_a_team,
]


@pytest.fixture
def world(db):
    return World()


@pytest.mark.parametrize("change", CHANGES)
def test_cards_follow(world, change):
    before = world.cards()

    change(world)

    after = world.cards()
    assert after != before
    found = {(round_, judge, project) for round_, judge, project, _place in after}
    scored = (world.round.pk, world.hanna.pk, world.apples.pk)
    assert found - {scored} == world.wanted() - {scored}
    assert world.scored.scores.get().value == 4
    assert scored in found
    assert actions.deal_cards(world.event) == 0
    assert world.cards() == after


def test_a_round_without_criteria_deals_nothing_and_says_so(world):
    before = world.cards()
    empty = RoundFactory(event=world.event, name="Empty", order=3)
    actions.deal_cards(world.event)

    page = world.client.get(
        reverse("judging:coverage", args=[world.event.slug, empty.pk])
    )

    assert world.cards() == before
    assert "This round has no criteria, so no judge gets a card." in (
        page.content.decode()
    )
    with pytest.raises(NoRubric):
        actions.plan_again(empty, world.host, seen="")
    actions.close_round(empty, world.host)
    with pytest.raises(NoRubric):
        actions.open_round(empty, world.host)
