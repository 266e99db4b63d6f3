import pytest
from django.urls import reverse
from django.utils import timezone

from core.ledger import digest_of
from events import hooks
from events.models import Phase
from judging import actions
from judging.actions.judges import LinkIsRevoked
from judging.actions.results import (
    JudgingIsOpen,
    NotAFinalist,
    NothingToPublish,
    ReasonIsMissing,
)
from judging.models import Award, Criterion, Judge, PublishedResult, Score, Scorecard
from judging.reminders import judges_with_missing_scores
from judging.standings import standings
from notifications.models import Notification
from submissions.actions import submit_project, withdraw_project
from tests.factories.events import EventFactory, PrizeFactory, RegistrationFactory
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory
from tests.factories.teams import MembershipFactory


@pytest.fixture
def round_(db):
    round_ = RoundFactory()
    CriterionFactory(round=round_, name="Idea")
    return round_


@pytest.fixture
def host(round_):
    from tests.factories.events import SeriesOrganiserFactory  # noqa: PLC0415

    return SeriesOrganiserFactory(series=round_.event.series).user


def scored(round_, value, **fields):
    card = ScorecardFactory(round=round_, status=Scorecard.Status.DONE, **fields)
    Score.objects.create(scorecard=card, criterion=round_.criteria.get(), value=value)
    return card


def close(event):
    event.windows.filter(phase=Phase.JUDGING).update(
        opens_at=timezone.now() - timezone.timedelta(hours=2),
        closes_at=timezone.now() - timezone.timedelta(hours=1),
    )


def test_deal_cards_gives_everybody_what_they_may_see(round_):
    event = round_.event
    judge, sister = JudgeFactory.create_batch(2, event=event)
    projects = ProjectFactory.create_batch(3, team__event=event, submitted=True)
    ProjectFactory(team__event=event)  # a draft
    MembershipFactory(team=projects[0].team, user__email=sister.email)

    new = actions.deal_cards(event)

    assert new == 5
    assert {c.project for c in judge.scorecards.all()} == set(projects)
    assert {c.project for c in sister.scorecards.all()} == set(projects[1:])
    assert actions.deal_cards(event) == 0


def test_deal_cards_keeps_to_a_judges_tracks(round_):
    event = round_.event
    track = event.tracks.create(name="Data")
    judge = JudgeFactory(event=event)
    judge.tracks.add(track)
    inside, _outside = ProjectFactory.create_batch(2, team__event=event, submitted=True)
    inside.tracks.add(track)

    actions.deal_cards(event)

    assert [card.project for card in judge.scorecards.all()] == [inside]


def test_invite_judge_mails_the_link_and_deals(round_, host):
    judge = JudgeFactory(event=round_.event)
    ProjectFactory(team__event=round_.event, submitted=True)

    actions.invite_judge(judge, host)

    mail = Notification.objects.get()
    assert mail.address == judge.email
    assert mail.context["path"] == judge.get_link_path()
    assert judge.scorecards.count() == 1


def test_a_renewed_link_ends_the_old_one_and_the_revocation(round_, host):
    judge = JudgeFactory(event=round_.event)
    old = judge.token

    actions.revoke_judge(judge, host)
    actions.revoke_judge(judge, host)
    assert Judge.objects.by_token(old) is None
    with pytest.raises(LinkIsRevoked):
        actions.invite_judge(judge, host)
    renewed = actions.renew_link(judge, host)

    assert Judge.objects.by_token(old) is None
    assert Judge.objects.by_token(renewed.token) == judge


def test_scores_of_a_judge_who_steps_back_do_not_count(round_):
    card = scored(round_, 5)
    assert [one.project for one in standings(round_)] == [card.project_id]

    for _twice in range(2):
        actions.declare_conflict(card.judge, card.project, "old friends")

    assert standings(round_) == []
    assert card.round.event.audit_entries.filter(verb="judging.conflict").count() == 1


def test_publish_results_freezes_and_tells_once(round_, host):
    event = round_.event
    attendee = RegistrationFactory(event=event).user
    best, second = scored(round_, 5), scored(round_, 2)
    prize = PrizeFactory(event=event)
    actions.give_award(prize, best.project, host)
    close(event)

    first = actions.publish_results(event, host)
    again = actions.publish_results(event, host)

    lines = first.snapshot["rounds"][0]["projects"]
    assert [(line["rank"], line["title"], line["mean"]) for line in lines] == [
        (1, best.project.title, 100.0),
        (2, second.project.title, 25.0),
    ]
    assert first.snapshot["awards"][0]["prize"] == prize.name
    assert first.digest == digest_of(first.snapshot)
    assert first.inputs_digest == digest_of(first.inputs)
    assert again == first
    assert Notification.objects.get().recipient == attendee


def test_a_changed_result_needs_a_public_reason(round_, host):
    card = scored(round_, 5)
    close(round_.event)
    actions.publish_results(round_.event, host)
    card.scores.update(value=1)

    with pytest.raises(ReasonIsMissing):
        actions.publish_results(round_.event, host)
    second = actions.publish_results(round_.event, host, "A typing error.")

    assert (second.version, second.reason) == (2, "A typing error.")
    assert PublishedResult.objects.count() == 2


def test_publish_results_refuses_too_early_and_nothing(round_, host):
    with pytest.raises(JudgingIsOpen):
        actions.publish_results(round_.event, host)
    close(round_.event)
    with pytest.raises(NothingToPublish):
        actions.publish_results(round_.event, host)


def test_give_award_can_be_taken_back(round_, host):
    prize = PrizeFactory(event=round_.event)
    project = ProjectFactory(team__event=round_.event, submitted=True)

    with pytest.raises(NotAFinalist):
        actions.give_award(prize, ProjectFactory(submitted=True), host)
    actions.give_award(prize, project, host)
    actions.give_award(prize, None, host)

    assert not Award.objects.exists()


def test_a_new_event_gets_a_rubric_and_a_copy_takes_it_along(db):
    event, copy = EventFactory.create_batch(2)

    hooks.event_created.tell(event)
    hooks.event_copied.tell(event, copy)

    names = [c.name for c in copy.rounds.get().criteria.all()]
    assert names == ["Idea", "Data", "Craft", "Demo"]
    assert event.rounds.get().criteria.count() == 4


def test_a_project_handed_in_during_the_day_gets_its_judges(round_):
    event = round_.event
    event.windows.create(
        phase=Phase.HACKING,
        opens_at=timezone.now() - timezone.timedelta(hours=1),
        closes_at=timezone.now() + timezone.timedelta(hours=1),
    )
    judge = JudgeFactory(event=event)
    seat = MembershipFactory(team__event=event)
    project = ProjectFactory(
        team=seat.team, tagline="x", story="y", demo_url="https://a.example.org"
    )
    from tests.factories.submissions import ToolUseFactory  # noqa: PLC0415

    ToolUseFactory(project=project)

    submit_project(project, seat.user)

    assert judge.scorecards.get().project == project
    withdraw_project(project, seat.user)
    assert judge.scorecards.count() == 1


def test_judges_with_open_cards_are_reminded(round_):
    todo = ScorecardFactory(round=round_)
    scored(round_, 3)

    people = judges_with_missing_scores(round_.event)

    assert [person.address for person in people] == [todo.judge.email]


def page(client, user, name, event, *more):
    client.force_login(user)
    return client.get(reverse(f"judging:{name}", args=[event.slug, *more]))


def test_the_judging_page_is_for_organisers(client, round_, host, stranger):
    card = scored(round_, 4)

    html = page(client, host, "ranking", round_.event).content.decode()

    assert str(card.judge) in html
    assert "1 of 1 scored" in html
    assert page(client, stranger, "ranking", round_.event).status_code == 403
    client.logout()
    url = reverse("judging:ranking", args=[round_.event.slug])
    assert client.get(url).status_code == 302


def test_a_judge_on_two_phones_is_pointed_out(client, round_, host):
    """One may have two. Or two people share one link."""
    card, other = scored(round_, 4), scored(round_, 5)

    def arrived(card, revision, phone):
        card.revisions.create(
            client=phone, revision=revision, payload={}, outcome="applied"
        )

    arrived(card, 1, "a")
    arrived(card, 2, "a")
    arrived(other, 1, "b")
    assert (
        "more than one phone"
        not in page(client, host, "ranking", round_.event).content.decode()
    )

    arrived(card, 3, "c")
    html = page(client, host, "ranking", round_.event).content.decode()
    assert html.count("more than one phone") == 1


def test_a_yes_or_no_is_shown_in_words():
    criterion = Criterion(scale_min=0, scale_max=1, levels="")
    assert criterion.labelled_values == [(0, "No"), (1, "Yes")]


def test_the_buttons_of_the_judging_page(client, round_, host):
    event = round_.event
    judge = JudgeFactory(event=event)
    project = ProjectFactory(team__event=event, submitted=True)
    prize = PrizeFactory(event=event)
    client.force_login(host)

    def post(name, *args, **data):
        url = reverse(f"judging:{name}", args=[event.slug, *args])
        return client.post(url, data, follow=True).content.decode()

    assert "1 new scorecard." in post("deal")
    assert "Noted." in post("award", prize.pk, project=project.pk)
    assert "Noted." in post("award", prize.pk, project="")
    assert "still open" in post("publish", when="now")
    card = judge.scorecards.get()
    for decision in ("accept", "reject"):
        late = card.revisions.create(
            client=decision,
            revision=1,
            outcome="late",
            payload={
                "scores": {},
                "notes": "",
                "feedback": "",
                "starred": False,
                "status": "started",
            },
        )
        assert "count" in post("late", late.pk, decision=decision)
    assert (
        judge.name in page(client, host, "judge_link", event, judge.pk).content.decode()
    )
    qr = page(client, host, "judge_qr", event, judge.pk)
    assert qr["Content-Type"] == "image/svg+xml"


def test_results_and_feedback_are_seen_after_publishing(client, round_, host):
    event = round_.event
    card = scored(round_, 4, feedback="Show the data earlier.")
    member = MembershipFactory(team=card.project.team).user
    close(event)
    assert "come here when" in page(client, member, "results", event).content.decode()
    before = page(client, member, "my_feedback", event).content.decode()
    assert "Show the data" not in before

    actions.publish_results(event, host)

    assert card.project.title in page(client, member, "results", event).content.decode()
    after = page(client, member, "my_feedback", event).content.decode()
    assert "Show the data earlier." in after
    assert card.judge.name not in after
    assert page(client, host, "my_feedback", event).status_code == 404
