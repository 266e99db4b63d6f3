"""Results: what decides, publishing, files, and who sees what of it."""

import csv
import io
import json
import re
from functools import partial

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from core.ledger import digest_of, drop_guards, set_guards
from events.models import Phase
from judging import actions, presenting
from judging.actions.deliberation import (
    MustNotSee,
    NotHandedIn,
    who_may_be_asked,
)
from judging.actions.pairings import IsInConflict, IsNotHere, OtherEvent
from judging.actions.results import (
    NeedsAnother,
    PairsNeedTheEstimate,
    ReasonIsMissing,
    ResultHasChanged,
    ScoresAreIn,
    TwoStay,
)
from judging.estimates import verdict_on
from judging.evidence import evidence_of, top_of
from judging.models import (
    Comparison,
    JudgingRules,
    Pairing,
    PublishedResult,
    PublishProposal,
    Round,
    RoundEstimate,
    Score,
    Scorecard,
)
from judging.progress import progress_of
from judging.standings import deciding_order
from judging.tasks import estimate_round
from notifications.composing import compose
from notifications.models import Notification
from tests.bad_input.forms import FORM, forms_of
from tests.factories.events import (
    PrizeFactory,
    RegistrationFactory,
    SeriesOrganiserFactory,
)
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory
from tests.factories.teams import MembershipFactory
from tests.judging.test_posterior import rank, written
from tests.parts import REDIS_AWAY
from tests.races import race


@pytest.fixture
def round_(db):
    round_ = RoundFactory(name="Finals")
    CriterionFactory(round=round_, name="Idea", weight=2)
    CriterionFactory(round=round_, name="Craft", scale_min=1, scale_max=10)
    return round_


@pytest.fixture
def host(round_):
    return SeriesOrganiserFactory(series=round_.event.series).user


@pytest.fixture
def second_host(round_):
    return SeriesOrganiserFactory(series=round_.event.series).user


def scored(round_, judge, project, *values, **fields):
    card = ScorecardFactory(
        round=round_, judge=judge, project=project, status="done", **fields
    )
    for criterion, value in zip(round_.criteria.all(), values, strict=True):
        Score.objects.create(scorecard=card, criterion=criterion, value=value)
    return card


@pytest.fixture
def panel(round_):
    """Two judges, three projects; the first is the best, the last the worst."""
    judges = [JudgeFactory(event=round_.event, name=n) for n in ("Judy", "Jack")]
    projects = ProjectFactory.create_batch(3, team__event=round_.event, submitted=True)
    for judge in judges:
        for project, values in zip(projects, [(5, 9), (3, 6), (1, 2)], strict=True):
            scored(round_, judge, project, *values)
    return judges, projects


def evidence_verdict(round_):
    return verdict_on(evidence_of(round_))


def close(event):
    event.windows.filter(phase=Phase.JUDGING).update(
        opens_at=timezone.now() - timezone.timedelta(hours=2),
        closes_at=timezone.now() - timezone.timedelta(hours=1),
    )


# --- Evidence -------------------------------------------------------------------------


def test_evidence_is_what_counts_and_names_nobody(round_, panel):
    judges, projects = panel
    event = round_.event
    track = event.tracks.create(name="Data")
    retired = CriterionFactory(round=round_, name="Old", retired_in=2)
    special = CriterionFactory(round=round_, name="Special", track=track)
    projects[0].tracks.add(track, event.tracks.create(name="Other"))
    cards = Scorecard.objects.order_by("pk")
    for card in cards:
        for criterion in (retired, special):
            Score.objects.create(scorecard=card, criterion=criterion, value=4)
    actions.declare_conflict(judges[0], projects[1])
    projects[2].status = "draft"
    projects[2].save()
    for number, undone in enumerate([None, timezone.now()]):
        Comparison.objects.create(
            round=round_,
            judge=judges[1],
            winner=projects[0],
            loser=projects[1],
            client="c",
            revision=number,
            undone_at=undone,
        )

    evidence = evidence_of(round_)

    label = {pk: name for name, pk in evidence.judges.items()}
    said = {(judge, p, c) for judge, p, c, _value in evidence.inputs["scores"]}
    idea, craft = round_.criteria.filter(name__in=["Idea", "Craft"])
    first = projects[0].pk
    assert said == {
        *((label[j.pk], first, c.pk) for j in judges for c in (idea, craft, special)),
        *((label[judges[1].pk], projects[1].pk, c.pk) for c in (idea, craft)),
    }
    assert len(evidence.inputs["scores"]) == len(said)
    assert evidence.inputs["comparisons"] == [
        [label[judges[1].pk], first, projects[1].pk]
    ]
    assert [c["id"] for c in evidence.inputs["criteria"]] == [
        idea.pk,
        craft.pk,
        special.pk,
    ]
    text = json.dumps(evidence.inputs)
    assert not any(name in text for name in ("Judy", "Jack", projects[0].title))


def test_numbers_of_judges_follow_what_they_said_and_nothing_else(round_):
    """Whoever was invited first is not j1 because of that."""
    projects = ProjectFactory.create_batch(2, team__event=round_.event, submitted=True)
    late, early = JudgeFactory.create_batch(2, event=round_.event)
    scored(round_, late, projects[1], 3, 3)
    scored(round_, early, projects[0], 3, 3)

    assert evidence_of(round_).judges == {"j1": early.pk, "j2": late.pk}


def test_places_that_matter_are_prizes_or_who_goes_on(round_):
    assert top_of(round_) == 3
    prizes = PrizeFactory.create_batch(2, event=round_.event)
    assert top_of(round_) == 2
    prizes[0].rule = round_.prize_rules.create(prize=prizes[0])
    assert top_of(round_) == 1
    RoundFactory(event=round_.event, follows=round_, shortlist_size=5)
    assert top_of(round_) == 5


# --- What decides ---------------------------------------------------------------------


def test_deciding_order_honours_what_was_chosen(round_, panel):
    _judges, projects = panel
    for _n in range(2):
        judge = JudgeFactory(event=round_.event)
        for project, values in zip(projects, [(5, 9), (3, 6), (1, 2)], strict=True):
            scored(round_, judge, project, *values)

    by_estimate = deciding_order(round_)
    round_.method = "mean"
    by_mean = deciding_order(round_)

    for order in (by_estimate, by_mean):
        assert [one.project for one in order] == [p.pk for p in projects]
        assert [one.rank for one in order] == [1, 2, 3]
    assert by_mean[0].score == pytest.approx(100 * (2 * 1 + 8 / 9) / 3, abs=1e-5)
    assert by_estimate[0].score != by_mean[0].score


def test_the_same_evidence_is_weighed_once(round_, panel, django_assert_num_queries):
    deciding_order(round_)
    first = RoundEstimate.objects.get()
    deciding_order(round_)
    assert RoundEstimate.objects.get().computed_at == first.computed_at

    Score.objects.filter(value=9).update(value=8)
    deciding_order(round_)

    second = RoundEstimate.objects.get()
    assert second.computed_at > first.computed_at
    assert second.digest != first.digest


def test_what_decides_is_chosen_before_the_first_score(round_, host):
    for _twice in range(2):
        actions.choose_what_decides(round_, "mean", "criteria", host)
    round_.refresh_from_db()
    assert (round_.method, round_.ties) == ("mean", "criteria")
    (entry,) = round_.event.audit_entries.filter(verb="judging.method")
    assert entry.details["old"] == {"method": "estimate", "ties": "share"}
    assert entry.details["new"] == {"method": "mean", "ties": "criteria"}

    judge = JudgeFactory(event=round_.event)
    project = ProjectFactory(team__event=round_.event, submitted=True)
    scored(round_, judge, project, 3, 3)

    with pytest.raises(ScoresAreIn):
        actions.choose_what_decides(round_, "estimate", "share", host)
    round_.refresh_from_db()
    assert round_.method == "mean"


def test_what_decides_between_pairs_is_the_estimate(round_, host):
    pairs = RoundFactory(event=round_.event, kind="pairwise")
    with pytest.raises(PairsNeedTheEstimate):
        actions.choose_what_decides(pairs, "mean", "share", host)

    first, second = ProjectFactory.create_batch(
        2, team__event=round_.event, submitted=True
    )
    Comparison.objects.create(
        round=pairs,
        judge=JudgeFactory(event=round_.event),
        winner=second,
        loser=first,
        client="c",
        revision=1,
    )
    with pytest.raises(ScoresAreIn):
        actions.choose_what_decides(pairs, "estimate", "criteria", host)
    pairs.method = "mean"  # as old rounds have it
    assert [one.project for one in deciding_order(pairs)] == [second.pk, first.pk]


# --- Publishing -----------------------------------------------------------------------


def test_two_must_agree_where_the_event_asks_for_two(round_, panel, host, second_host):
    event = round_.event
    RegistrationFactory(event=event)
    close(event)
    actions.change_rules(event, {"needs_two_to_publish": True}, host)

    proposal = actions.publish_results(event, host)

    assert isinstance(proposal, PublishProposal)
    with pytest.raises(NeedsAnother):
        actions.publish_results(event, host)
    assert not PublishedResult.objects.exists()
    asked = Notification.objects.get()
    assert asked.recipient == second_host

    result = actions.publish_results(event, second_host, seen=proposal.digest)

    assert (result.version, result.published_by) == (1, second_host)
    assert result.digest == proposal.digest
    assert not PublishProposal.objects.exists()
    entry = event.audit_entries.get(verb="judging.published")
    assert entry.said["proposed_by"] == str(host)
    assert Notification.objects.exclude(pk=asked.pk).count() == 1


def test_one_alone_cannot_switch_off_that_two_must_agree(
    round_, panel, host, second_host, client
):
    event = round_.event
    actions.change_rules(event, {"needs_two_to_publish": True}, host)
    page = reverse("judging:rules", args=[event.slug])
    window = reverse("admin:events_event_change", args=[event.pk])
    client.force_login(host)

    with pytest.raises(TwoStay):
        actions.change_rules(event, {"needs_two_to_publish": False}, second_host)
    assert "two organisers must agree. It stays" in client.post(page, {}).text
    form = next(
        f for f in forms_of(window, client.get(window).text) if "slug" in f.names
    )
    body = form.body(**{"judging_rules-0-needs_two_to_publish": None})
    assert (
        "two organisers must agree. It stays"
        in client.post(window, body, content_type=FORM).text
    )

    assert JudgingRules.of(event).needs_two_to_publish


def test_before_the_first_score_the_rules_are_free(event, organiser):
    for value in (True, False):
        actions.change_rules(event, {"needs_two_to_publish": value}, organiser)

    assert not JudgingRules.of(event).needs_two_to_publish


def test_whatever_changes_in_between_voids_the_proposal(
    round_, panel, host, second_host
):
    event = round_.event
    close(event)
    JudgingRules.objects.create(event=event, needs_two_to_publish=True)
    first = actions.publish_results(event, host)
    Score.objects.filter(value=9).update(value=4)

    with pytest.raises(ResultHasChanged):
        actions.publish_results(event, second_host, seen=first.digest)
    again = actions.publish_results(event, second_host)

    assert isinstance(again, PublishProposal)
    assert (again.proposed_by, again.digest == first.digest) == (second_host, False)
    assert not PublishedResult.objects.exists()

    PrizeFactory(event=event)
    actions.give_award(event.prizes.get(), panel[1][0], host)
    assert isinstance(actions.publish_results(event, host), PublishProposal)


def test_a_proposal_can_be_taken_back_and_its_reason_stays_the_first_ones(
    round_, panel, host, second_host
):
    event = round_.event
    close(event)
    actions.publish_results(event, host)
    JudgingRules.objects.create(event=event, needs_two_to_publish=True)
    Score.objects.filter(value=9).update(value=4)
    with pytest.raises(ReasonIsMissing):
        actions.publish_results(event, host)
    actions.publish_results(event, host, "A typing eror.")
    for _twice in range(2):
        actions.withdraw_proposal(event, second_host)
    withdrawn = event.audit_entries.filter(verb="judging.proposal_withdrawn")
    assert withdrawn.count() == 1

    actions.publish_results(event, host, "A typing error.")
    result = actions.publish_results(event, second_host, "something else")

    assert (result.version, result.reason) == (2, "A typing error.")


def test_rules_are_logged_as_they_change(round_, host):
    event = round_.event
    for _twice in range(2):
        actions.change_rules(event, {"shows_judges": True}, host)
    actions.change_rules(event, {"shows_judges": False}, host)

    said = [e.details["changes"] for e in event.audit_entries.order_by("pk")]
    assert said == ["shows_judges: on", "shows_judges: off"]
    last = event.audit_entries.latest("pk").details
    assert (last["old"], last["new"]) == (
        {"shows_judges": True},
        {"shows_judges": False},
    )


@pytest.mark.django_db(transaction=True)
def test_publishing_at_the_same_moment_is_publishing_once(round_, panel, host):
    event = round_.event
    people = [RegistrationFactory(event=event).user for _n in range(3)]
    close(event)

    answers = race(*[partial(actions.publish_results, event, host)] * 4)

    assert {answer.pk for answer in answers} == {PublishedResult.objects.get().pk}
    told = Notification.objects.values_list("recipient", flat=True)
    assert sorted(told) == sorted(user.pk for user in people)


@pytest.mark.django_db(transaction=True)
def test_a_late_score_is_in_the_result_or_it_is_not(round_, panel, host):
    """Whatever the moment: what is public is what its frozen inputs say."""
    event = round_.event
    close(event)
    card = Scorecard.objects.first()
    idea = round_.criteria.first()
    late = card.revisions.create(
        client="c",
        revision=9,
        outcome="late",
        payload={
            "scores": {str(c.pk): 1 for c in round_.criteria.all()},
            "notes": "",
            "feedback": "",
            "starred": False,
            "status": "done",
        },
    )

    answers = race(
        partial(actions.publish_results, event, host),
        partial(actions.decide_late, late, host, accept=True),
    )

    assert card.scores.get(criterion=idea).value == 1
    if isinstance(answers[0], ResultHasChanged):
        assert not PublishedResult.objects.exists()
        return
    call_command("recompute", event.slug, stdout=io.StringIO())


class Killed(DatabaseError):
    pass


@pytest.mark.django_db(transaction=True)
def test_publishing_that_dies_at_any_statement_leaves_nothing_behind(
    round_, panel, host
):
    event = round_.event
    RegistrationFactory(event=event)
    close(event)
    deciding_order(round_)  # weighed before, as on the page
    before = event.audit_entries.count()

    def die_at(number):
        seen = 0

        def execute(call, sql, params, many, context):
            nonlocal seen
            seen += 1
            if seen == number:
                raise Killed
            return call(sql, params, many, context)

        with connection.execute_wrapper(execute):
            actions.publish_results(event, host)

    number = 1
    while True:
        try:
            die_at(number)
        except Killed:
            number += 1
            assert not PublishedResult.objects.exists()
            assert not Notification.objects.exists()
            assert event.audit_entries.count() == before
        else:
            break

    assert number > 15  # it was killed in each of its statements
    assert PublishedResult.objects.get().version == 1
    assert Notification.objects.count() == 1


# --- Computing it again ---------------------------------------------------------------


@pytest.fixture
def published(round_, panel, host):
    close(round_.event)
    return actions.publish_results(round_.event, host)


def recomputed(event, *options):
    out = io.StringIO()
    try:
        call_command("recompute", event.slug, *options, stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def test_a_result_can_be_computed_again_to_the_last_digit(published):
    Score.objects.all().delete()  # nothing of the tables is needed

    assert recomputed(published.event) == "version 1: the same to the last digit\n"
    assert digest_of(published.inputs) == published.inputs_digest


def test_what_another_release_computed_stands_as_it_was_published(published):
    """Its digests still hold; its numbers came in another way, and that is said."""
    drop_guards()
    for one in published.inputs["rounds"]:
        del one["model"]  # as before it was named
    published.inputs_digest = digest_of(published.inputs)
    published.save()
    said = recomputed(published.event)
    assert said.startswith("version 1: as it was published; this release computes in")
    assert "do not agree" not in said
    published.inputs["rounds"][0]["seed"] = 5
    published.save()
    assert "the inputs are not those" in recomputed(published.event)


def test_whoever_tampers_with_a_result_is_found_out(published):
    drop_guards()
    event = published.event
    lines = published.snapshot["rounds"][0]["projects"]
    lines[0]["estimate"] += 0.000001
    published.save()
    assert "not the one whose digest" in recomputed(event)
    assert "comes out differently" in recomputed(event)
    published.digest = digest_of(published.snapshot)
    published.save()
    said = recomputed(event, "--version", "1")
    assert "not the one" not in said
    assert "comes out differently" in said
    assert "1 of 1 versions do not agree" in said

    published.inputs["scores"] = []
    published.inputs["libraries"] = {"numpy": "0"}
    published.save()
    assert "inputs are not those" in recomputed(event)
    assert "published with {'numpy': '0'}" in recomputed(event)
    published.inputs = None
    published.save()
    assert "nothing to compute from" in recomputed(event)


def test_only_what_is_published_can_be_computed_again(published):
    assert "No such result" in recomputed(published.event, "--version", "7")


def rows_of(response):
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.no_cover
def test_anybody_can_check_the_result_with_the_public_files(
    published, client, tmp_path, monkeypatch
):
    event = published.event
    JudgingRules.objects.create(event=event, publishes_scores=True)
    page = client.get(reverse("judging:results", args=[event.slug])).content.decode()
    (said,) = published.snapshot["rounds"]
    files = {}
    for table in ("scores", "weights"):
        url = reverse(
            "judging:public_table", args=[event.slug, 1, said["round"], table]
        )
        assert url in page
        answer = client.get(url)
        text = answer.content.decode("utf-8-sig")
        files[table] = written(tmp_path, f"{table}.csv", text)
        assert not any(name in text for name in ("Judy", "Jack"))
    assert "python manage.py rank --scores scores.csv --weights weights.csv" in page

    monkeypatch.undo()  # the command knows nothing of a shorter chain
    RoundEstimate.objects.all().delete()
    drop_guards()  # as the owner of the database
    event.published_results.all().delete()
    set_guards()
    fresh = actions.publish_results(event, published.published_by)
    done = rank(tmp_path, "--scores", files["scores"], "--weights", files["weights"])

    assert (done.returncode, done.stderr) == (0, "")
    with (tmp_path / "out.csv").open() as file:
        found = {row["project"]: row for row in csv.DictReader(file)}
    lines = fresh.snapshot["rounds"][0]["projects"]
    assert len(found) == len(lines) == 3
    for line in lines:
        row = found[line["path"].split("/")[-2]]
        for column, key in (("score", "estimate"), ("low", "low"), ("high", "high")):
            assert float(row[column]) == line[key]
        assert int(row["rank_low"]) == line["rank_low"]
        assert float(row["p_first"]) == line["p_first"]


def test_public_files_are_there_only_while_the_organisers_say_so(published, client):
    event = published.event
    round_pk = published.snapshot["rounds"][0]["round"]

    def get(version, round_, table):
        args = [event.slug, version, round_, table]
        return client.get(reverse("judging:public_table", args=args)).status_code

    assert get(1, round_pk, "scores") == 404
    JudgingRules.objects.create(event=event, publishes_scores=True)
    assert get(1, round_pk, "scores") == 200
    assert get(1, round_pk, "comparisons") == 200
    assert get(2, round_pk, "scores") == 404
    assert get(1, round_pk + 1, "scores") == 404
    assert get(1, round_pk, "judges") == 404
    drop_guards()
    PublishedResult.objects.update(inputs=None)
    assert get(1, round_pk, "scores") == 404


# --- Who sees what --------------------------------------------------------------------


SERVER_TIME = re.compile(r"\d\dT\d\d:\d\d:\d\d\.\d+")


def html(client, user, name, event, *more):
    client.logout()
    if user is not None:
        client.force_login(user)
    response = client.get(reverse(f"judging:{name}", args=[event.slug, *more]))
    return SERVER_TIME.sub("", response.content.decode())  # 12:31:25.059 is no score


@pytest.fixture
def canaries(round_, host):
    """Two teams whose means nobody could mistake; judges with names of their own."""
    event = round_.event
    judges = [JudgeFactory(event=event, name=f"Canary Judge {n}") for n in (1, 2)]
    projects = ProjectFactory.create_batch(2, team__event=event, submitted=True)
    people = [MembershipFactory(team=p.team).user for p in projects]
    for judge in judges:
        scored(round_, judge, projects[0], 5, 8, feedback=f"Loved it, {judge.pk}.")
        scored(round_, judge, projects[1], 2, 3, feedback="Canary words to another.")
    Scorecard.objects.filter(judge=judges[1], project=projects[0]).update(
        notes="Canary of a private note"
    )
    close(event)
    actions.publish_results(event, host)
    return judges, projects, people


OTHERS = ["25.0", "22.2", "24.1", "Canary words", "Canary Judge", "private note"]


def test_teams_see_their_own_scores_and_nobody_elses(round_, canaries, client):
    event, (_judges, projects, people) = round_.event, canaries

    own = html(client, people[0], "my_feedback", event)

    assert "100.0" in own
    assert "77.8" in own
    assert "92.6" in own
    assert "Place 1 of 2." in own
    assert "the plain mean stands" in own
    assert own.count("Loved it") == 2
    assert not [canary for canary in OTHERS if canary in own]
    assert projects[1].title not in own


def test_the_public_page_tells_places_and_no_score(round_, canaries, client, stranger):
    event, (_judges, projects, people) = round_.event, canaries
    for user in (None, stranger, *people):
        page = html(client, user, "results", event)
        assert all(project.title in page for project in projects)
        for canary in [*OTHERS, "100.0", "77.8", "92.6", "Loved it"]:
            assert canary not in page, (user, canary)
        assert "The estimate decides" in page
        assert "Equal projects share a place" in page


def test_organisers_may_let_everybody_see_means_but_never_names(
    round_, canaries, client
):
    event = round_.event
    JudgingRules.objects.create(event=event, publishes_scores=True)

    page = html(client, None, "results", event)

    assert "92.6" in page
    assert "24.1" in page
    assert "Canary" not in page
    assert PublishedResult.objects.get().inputs_digest in page


def test_judges_sign_their_words_where_the_organisers_say_so(round_, canaries, client):
    event, (judges, _projects, people) = round_.event, canaries
    JudgingRules.objects.create(event=event, shows_judges=True)

    own = html(client, people[0], "my_feedback", event)

    assert all(judge.name in own for judge in judges)
    assert "private note" not in own
    assert "Canary words" not in own


def test_words_that_an_organiser_keeps_back_are_not_read(
    round_, canaries, client, host
):
    event, (judges, projects, people) = round_.event, canaries
    first, second = Scorecard.objects.filter(project=projects[0]).order_by("pk")

    for _twice in range(2):
        actions.hide_feedback(first, host, hide=True)
    actions.declare_conflict(second.judge, projects[0])

    assert "Loved it" not in html(client, people[0], "my_feedback", event)
    assert "wrote nothing" in html(client, people[0], "my_feedback", event)
    hidden = event.audit_entries.filter(verb="judging.feedback_hidden")
    assert hidden.get().said["judge"] == judges[0].name
    review = html(client, host, "feedback_review", event)
    assert "kept from the team" in review

    client.force_login(host)
    url = reverse("judging:hide_feedback", args=[event.slug, first.pk])
    assert "may read it" in client.post(url, follow=True).content.decode()
    assert "Loved it" in html(client, people[0], "my_feedback", event)
    answer = client.post(url, {"decision": "hide"}, follow=True).content.decode()
    assert "may read it" not in answer


def test_a_team_that_nobody_scored_is_told_so(round_, canaries, client):
    event = round_.event
    seat = MembershipFactory(team__event=event)
    ProjectFactory(team=seat.team, submitted=True)

    assert "not scored" in html(client, seat.user, "my_feedback", event)


def test_a_correction_says_so_first(round_, canaries, client, host):
    Score.objects.filter(value=8).update(value=9)
    actions.publish_results(round_.event, host, "One score was typed wrongly.")

    page = html(client, None, "results", round_.event)

    assert "version 2, corrected: One score was typed wrongly." in page


def test_the_mean_and_its_tie_break_are_declared(round_, panel, host, client):
    round_.method, round_.ties = "mean", "criteria"
    round_.save()
    RoundFactory(event=round_.event, name="Nobody came")
    close(round_.event)
    actions.publish_results(round_.event, host)

    page = html(client, None, "results", round_.event)

    assert "The plain mean over all judges decides" in page
    assert "better first criterion is ahead" in page
    assert "Nothing was scored" in page


# --- The organisers' pages ------------------------------------------------------------


def test_organisers_see_both_numbers_and_how_sure_they_are(round_, panel, host, client):
    judges, projects = panel

    page = html(client, host, "order", round_.event)

    assert all(p.title in page for p in projects)
    assert all(j.name in page for j in judges)
    assert "Computed from 12 scores at" in page
    assert 'class="interval"' in page
    assert "96.3" in page  # the plain mean of the first
    assert "Fixed since the first score" in page
    assert "style=" not in page.split("<main")[1]


def test_more_projects_take_no_more_queries(
    round_, panel, host, client, django_assert_max_num_queries
):
    html(client, host, "order", round_.event)
    client.force_login(host)
    url = reverse("judging:order", args=[round_.event.slug])
    for _n in range(2):
        with django_assert_max_num_queries(40):
            client.get(url)
        project = ProjectFactory(team__event=round_.event, submitted=True)
        scored(round_, JudgeFactory(event=round_.event), project, 3, 3)
        RoundEstimate.objects.all().delete()


def test_a_large_round_is_weighed_by_a_worker(
    round_, panel, host, client, monkeypatch, django_capture_on_commit_callbacks
):
    """Where there is a broker; nobody listens to this one."""
    monkeypatch.setattr(presenting, "SMALL", 5)
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    with django_capture_on_commit_callbacks() as asked:
        first = html(client, host, "order", round_.event)
        again = html(client, host, "order", round_.event)

    assert "12 scores are being weighed" in first
    assert "12 scores are being weighed" in again
    assert 'hx-trigger="every 2s"' in first
    assert len([call for call in asked if "_waited" in repr(call)]) == 1
    assert not RoundEstimate.objects.exists()

    estimate_round(round_.pk)

    done = html(client, host, "order", round_.event)
    assert "Computed from 12 scores" in done
    assert "hx-trigger" not in done.split("<main")[1]
    Score.objects.filter(value=9).update(value=8)
    assert "With all 12" in html(client, host, "order", round_.event)
    delib = html(client, host, "deliberation", round_.event, round_.pk)
    assert "New scores are being weighed" in delib
    monkeypatch.setattr(presenting, "PATIENCE", timezone.timedelta(0))
    assert "Computed from 12" in html(client, host, "order", round_.event)
    estimate_round(0)  # gone meanwhile


def test_without_a_broker_the_page_weighs_by_itself(
    round_, panel, host, client, monkeypatch
):
    monkeypatch.setattr(presenting, "SMALL", 5)

    assert "Computed from 12 scores" in html(client, host, "order", round_.event)


def test_without_a_cache_the_page_weighs_by_itself(
    round_, panel, host, client, monkeypatch
):
    monkeypatch.setattr(presenting, "SMALL", 5)
    with override_settings(CACHES=REDIS_AWAY):
        assert "Computed from 12 scores" in html(client, host, "order", round_.event)


def test_the_buttons_of_the_results_page(round_, host, second_host, client):
    event = round_.event
    client.force_login(host)

    def post(name, *args, **data):
        url = reverse(f"judging:{name}", args=[event.slug, *args])
        if name == "publish":
            data.setdefault("when", "now")
        return client.post(url, data, follow=True).content.decode()

    assert "Nothing changed." in post("method", round_.pk, method="best", ties="share")
    assert "It stays so" in post("method", round_.pk, method="mean", ties="share")
    assert "Saved." in post("rules", needs_two_to_publish="on")
    assert "Two organisers must agree" in html(client, host, "order", event)
    judge = JudgeFactory(event=event)
    project = ProjectFactory(team__event=event, submitted=True)
    scored(round_, judge, project, 3, 3)
    assert "no longer be changed" in post(
        "method", round_.pk, method="estimate", ties="share"
    )
    close(event)
    assert "Proposed." in post("publish")
    assert "proposed exactly this result" in html(client, second_host, "order", event)
    client.force_login(host)
    assert "Another organiser must agree" in post("publish")
    Score.objects.filter(value=3).update(value=4)
    assert "It must be proposed again" in html(client, host, "order", event)
    assert "Taken back" in post("withdraw")
    assert "It stays as it is" in post("rules")
    assert "Proposed." in post("publish")
    client.force_login(second_host)
    seen = PublishProposal.objects.get().digest
    assert "Version 1" in post("publish", seen=seen)
    client.force_login(host)
    Score.objects.filter(value=4).update(value=5)
    page = html(client, host, "order", event)
    assert "no longer what version 1 says" not in page  # numbers, but no place
    assert "The places are those of version 1" in page
    better = ProjectFactory(team__event=event, submitted=True)
    scored(round_, judge, better, 5, 10)
    assert "no longer what version 1 says" in html(client, host, "order", event)
    changes = html(client, host, "publish", event)
    assert f"{better.title} is new, on place 1" in changes
    assert "goes from place 1 to 2" in changes


def test_an_event_without_rounds_says_so(round_, host, client):
    event = round_.event
    event.rounds.all().delete()

    assert "no round of judging" in html(client, host, "order", event)


# --- Deliberation ---------------------------------------------------------------------


@pytest.fixture
def close_call(round_):
    """Two projects fight for the prize; Zoe has seen all others, and neither of them.

    So has Carl, who sits in the team of the first.
    """
    event = round_.event
    PrizeFactory(event=event)
    judges = [JudgeFactory(event=event) for _n in range(4)]
    zoe = JudgeFactory(event=event, name="Zoe")
    carl = JudgeFactory(event=event, name="Carl")
    projects = ProjectFactory.create_batch(7, team__event=event, submitted=True)
    MembershipFactory(team=projects[0].team, user__email=carl.email)
    for number, project in enumerate(projects):
        for place, judge in enumerate([*judges, zoe, carl]):
            if number < 2:
                values = 4 + (place + number) % 2, 8
            else:
                values = 2 + number % 2, 3 + number % 3
            if number >= 2 or judge in judges:
                scored(round_, judge, project, *values)
    return projects, zoe, carl


def test_deliberation_says_who_could_settle_what(round_, close_call, host, client):
    (first, second, *_rest), zoe, carl = close_call
    event = round_.event

    page = html(client, host, "deliberation", event, round_.pk)

    assert "cannot be told apart" in page
    assert "The project in front has a chance of" in page
    advice = re.findall(r"Ask (?:Zoe|Carl): (.+) becomes (.+), on average", page)
    assert advice
    assert all(now != after for now, after in advice)
    may = who_may_be_asked(round_)
    assert first.pk not in may[carl.pk]
    assert {first.pk, second.pk} <= may[zoe.pk]

    client.force_login(host)
    url = reverse("judging:ask", args=[event.slug, round_.pk])
    sent = {"judge": zoe.pk, "project": first.pk}
    for _twice in range(2):
        answer = client.post(url, sent, follow=True).content.decode()
        assert "at the end of their list" in answer
    card = zoe.scorecards.get(project=first)
    assert (card.status, card.moved_at) == ("todo", None)
    assert Pairing.objects.get().rule == "pin"
    assert event.audit_entries.filter(verb="judging.pinned").count() == 1
    assert client.post(url, {"judge": "x", "project": first.pk}).status_code == 404
    assert client.post(url, {"judge": zoe.pk}).status_code == 404


def test_who_must_not_see_a_project_is_not_asked(round_, close_call, host):
    (first, second, third, *_rest), zoe, carl = close_call
    track = round_.event.tracks.create(name="Data")

    with pytest.raises(IsInConflict):
        actions.ask_for_one_more(round_, carl, first, host)
    Pairing.objects.create(round=round_, judge=zoe, project=second, rule="forbid")
    with pytest.raises(MustNotSee):
        actions.ask_for_one_more(round_, zoe, second, host)
    with pytest.raises(OtherEvent):
        actions.ask_for_one_more(round_, zoe, ProjectFactory(submitted=True), host)
    with pytest.raises(NotHandedIn):
        actions.ask_for_one_more(round_, zoe, ProjectFactory(), host)
    assert second.pk not in who_may_be_asked(round_)[zoe.pk]
    zoe.tracks.add(track)
    third.tracks.add(track)
    assert who_may_be_asked(round_)[zoe.pk] == {third.pk}
    zoe.left_at = timezone.now()
    zoe.save()
    with pytest.raises(IsNotHere):
        actions.ask_for_one_more(round_, zoe, first, host)
    assert zoe.pk not in who_may_be_asked(round_)
    assert not Scorecard.objects.filter(status="todo", judge__in=[zoe, carl]).exists()


def test_after_the_end_a_card_can_still_be_asked_for(round_, host):
    """It comes in late, and an organiser decides whether it counts."""
    close(round_.event)
    judge = JudgeFactory(event=round_.event)
    project = ProjectFactory(team__event=round_.event, submitted=True)

    assert actions.ask_for_one_more(round_, judge, project, host).position == 0


def test_deliberation_before_and_after_the_last_word(round_, panel, host, client):
    empty = RoundFactory(event=round_.event)
    assert "No scores yet" in html(client, host, "deliberation", round_.event, empty.pk)
    page = html(client, host, "deliberation", round_.event, round_.pk)
    assert "Let more judges see the projects" in page  # two are too few to be sure
    _judges, projects = panel
    for _n in range(4):
        judge = JudgeFactory(event=round_.event)
        for project, values in zip(projects, [(5, 9), (3, 6), (1, 2)], strict=True):
            scored(round_, judge, project, *values)
    page = html(client, host, "deliberation", round_.event, round_.pk)
    assert "Talking is what is left" in page
    judge = JudgeFactory(event=round_.event)
    ScorecardFactory(round=round_, judge=judge, project=projects[0])
    page = html(client, host, "deliberation", round_.event, round_.pk)
    assert "One scorecard is still open" in page
    assert "Talking is what is left" not in page


def test_one_judges_word_makes_nothing_sure(round_, host, client):
    """Who nobody has seen stands in the table, and no chance is told of anybody."""
    event = round_.event
    projects = ProjectFactory.create_batch(3, team__event=event, submitted=True)
    judges = JudgeFactory.create_batch(5, event=event)
    scored(round_, judges[0], projects[0], 5, 10)

    for page in ("order", "deliberation"):
        args = [round_.pk] if page == "deliberation" else []
        text = html(client, host, page, event, *args)
        assert not re.search(r"(?<!90) %", text.partition("<main")[2])
        assert "can be told apart" not in text
        assert "Talking is what is left" not in text
        for project in projects[1:]:
            assert project.title in text
    assert html(client, host, "order", event).count("Not seen by anybody yet") == 2

    for judge in judges:
        for project in projects[1:]:
            scored(round_, judge, project, 3, 5)
    text = html(client, host, "order", event)
    assert "Not seen by anybody yet" not in text
    assert "when at least two judges have seen every project" in text
    scored(round_, judges[1], projects[0], 4, 9)
    assert "&gt;99 %" in html(client, host, "order", event)


@pytest.mark.parametrize("judges", [2, 3])
def test_of_few_judges_none_is_silenced(round_, host, client, judges):
    """One turns the order of the others upside down; who is right nobody knows."""
    event = round_.event
    projects = ProjectFactory.create_batch(5, team__event=event, submitted=True)
    for place in range(judges):
        judge = JudgeFactory(event=event)
        for number, project in enumerate(projects, start=1):
            value = 6 - number if place == 0 else number
            scored(round_, judge, project, value, 2 * value)

    page = html(client, host, "order", event)

    assert "Disagrees" not in page
    assert "dice" not in page
    verdict = evidence_verdict(round_)
    assert {one["heeded"] for one in verdict["judges"].values()} == {1.0}
    noises = [one["noise"] for one in verdict["judges"].values()]
    assert noises == pytest.approx([noises[0]] * judges)


# --- Raw files ------------------------------------------------------------------------


def test_organisers_take_all_scores_with_them_and_the_log_says_so(
    round_, panel, host, client
):
    judges, projects = panel
    event = round_.event
    projects[0].title = "=1+1"
    projects[0].save()
    projects[1].title = "＝2+2"  # noqa: RUF001
    projects[1].save()
    actions.declare_conflict(judges[0], projects[1])
    card = Scorecard.objects.get(judge=judges[0], project=projects[0])
    card.revisions.create(
        client="c", revision=1, payload={}, outcome="applied", rubric_version=3
    )
    card.revisions.create(client="c", revision=2, payload={}, outcome="late")
    Comparison.objects.create(
        round=round_,
        judge=judges[0],
        winner=projects[2],
        loser=projects[0],
        client="c",
        revision=1,
        undone_at=timezone.now(),
    )
    Comparison.objects.create(
        round=round_, judge=judges[1], winner=projects[2], loser=projects[0],
        client="c", revision=1,
    )  # fmt: skip
    client.force_login(host)

    scores = rows_of(client.get(reverse("judging:raw_scores", args=[event.slug])))
    pairs = rows_of(client.get(reverse("judging:raw_comparisons", args=[event.slug])))

    assert len(scores) == 12
    first = next(
        row for row in scores if row["judge"] == "Judy" and row["project"] == "'=1+1"
    )
    assert first["late"] == "waiting"
    assert (first["rubric_version"], first["score"], first["counts"]) == (
        "3", "5", "yes",
    )  # fmt: skip
    counts = {(r["judge"], r["project"]): r["counts"] for r in scores}
    assert counts["Judy", "'＝2+2"] == "no"  # noqa: RUF001
    assert counts["Jack", "'＝2+2"] == "yes"  # noqa: RUF001
    assert [(row["winner"], row["counts"]) for row in pairs] == [
        (projects[2].title, "no"),
        (projects[2].title, "yes"),
    ]
    exported = event.audit_entries.filter(verb="judging.exported")
    assert [e.details["table"] for e in exported.order_by("pk")] == [
        "scores",
        "comparisons",
    ]


def test_the_organisers_own_download_can_be_ranked(
    round_, panel, host, client, tmp_path
):
    """What counts, of one round, by its name; and nothing else is let pass."""
    _judges, projects = panel
    other = RoundFactory(event=round_.event, name="Tables")
    CriterionFactory(round=other, name="Idea")
    scored(other, JudgeFactory(event=round_.event), projects[2], 5)
    actions.declare_conflict(_judges[0], projects[1])
    client.force_login(host)
    answer = client.get(reverse("judging:raw_scores", args=[round_.event.slug]))
    written = tmp_path / "scores.csv"
    written.write_bytes(answer.content)

    refused = rank(tmp_path, "--scores", written)
    absent = rank(tmp_path, "--scores", written, "--round", "Semis")
    done = rank(tmp_path, "--scores", written, "--round", "Finals")

    assert "choose one of the rounds with --round: 'Finals', 'Tables'" in refused.stderr
    assert "there is no round 'Semis'" in absent.stderr
    assert (done.returncode, done.stderr) == (0, "")
    with (tmp_path / "out.csv").open() as file:
        found = [row["project"] for row in csv.DictReader(file)]
    assert found == [project.title for project in projects]


def test_scores_open_in_an_excel_with_decimal_commas(round_, panel, host, client):
    """In columns, with commas, names that are numbers kept; nothing is a formula."""
    project = panel[1][0]
    project.title = "007"
    project.save()
    idea, _craft = round_.criteria.all()
    round_.criteria.update(weight=1.5)
    round_.criteria.filter(pk=idea.pk).update(name="=1+1")
    client.force_login(host)

    answer = client.get(
        reverse("judging:raw_scores", args=[round_.event.slug]), {"for": "excel"}
    )

    assert answer.content.startswith(b"\xef\xbb\xbfround;judge;project;team;")
    assert 'scores-excel.csv"' in answer["Content-Disposition"]
    rows = list(
        csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    )
    assert {row["weight"] for row in rows} <= {"1,5", "1,50"}
    assert "'=1+1" in {row["criterion"] for row in rows}
    assert "\u200b007" in {row["project"] for row in rows}
    page = html(client, host, "order", round_.event)
    assert "scores.csv?for=excel" in page


# --- Paper ----------------------------------------------------------------------------


def test_sheets_have_a_box_for_what_is_to_be_scored_and_no_score(
    round_, panel, host, client
):
    judges, projects = panel
    actions.declare_conflict(judges[0], projects[0])
    track = round_.event.tracks.create(name="Data")
    CriterionFactory(round=round_, name="Special", track=track)

    page = html(client, host, "sheets", round_.event)

    assert page.count('class="sheet"') == 2
    assert page.count(projects[0].title) == 1
    assert page.count('class="sheet__box"') == 5 * 3
    assert "Special" in page
    round_.event.judges.update(event=RoundFactory().event)
    assert "No judge yet" in html(client, host, "sheets", round_.event)


def test_paper_scores_go_through_the_judges_own_door(round_, panel, host, client):
    event, (judges, projects) = round_.event, panel
    fresh = ProjectFactory(team__event=event, submitted=True)
    card = ScorecardFactory(round=round_, judge=judges[0], project=fresh, notes="mine")
    other = Scorecard.objects.get(judge=judges[0], project=projects[0])
    idea, craft = round_.criteria.all()
    url = f"{reverse('judging:paper', args=[event.slug])}?judge={judges[0].pk}"
    client.force_login(host)
    assert fresh.title in client.get(url).content.decode()

    def post(**boxes):
        return client.post(url, boxes, follow=True).content.decode()

    said = post(**{f"{card.pk}-{idea.pk}": "4", f"{other.pk}-{idea.pk}": "5"})

    assert "1 project saved." in said
    card.refresh_from_db()
    assert (card.status, card.notes) == ("started", "mine")
    assert card.scores.get().value == 4
    entry = event.audit_entries.get(verb="judging.paper")
    assert entry.said["judge"] == judges[0].name
    assert entry.details["new"] == {str(idea.pk): 4}
    assert entry.details["old"] == {str(idea.pk): None}
    revision = card.revisions.get()
    assert (revision.client, revision.outcome) == (f"paper-{host.pk}", "applied")

    assert "whole number from 1 to 10" in post(**{f"{card.pk}-{craft.pk}": "11"})
    assert "Scores are whole numbers." in post(**{f"{card.pk}-{craft.pk}": "nine"})
    assert card.scores.count() == 1
    close(event)
    assert "1 project saved." in post(**{f"{card.pk}-{craft.pk}": "9"})
    assert card.scores.count() == 1  # it waits for an organiser's decision
    assert card.revisions.get(outcome="late").client == f"paper-{host.pk}"


def test_paper_takes_words_and_takes_a_wrong_number_back(round_, panel, host, client):
    """Only "-" empties a box: an empty one changes nothing."""
    event, (judges, projects) = round_.event, panel
    card = Scorecard.objects.get(judge=judges[0], project=projects[0])
    idea = round_.criteria.first()
    url = f"{reverse('judging:paper', args=[event.slug])}?judge={judges[0].pk}"
    client.force_login(host)

    def post(**boxes):
        said = client.post(url, boxes, follow=True).content.decode()
        card.refresh_from_db()
        return said

    assert 'maxlength="2"' in client.get(url).content.decode()
    assert "1 project saved." in post(**{f"{card.pk}-feedback": "Well told."})
    assert card.feedback == "Well told."
    assert "saved" not in post(
        **{f"{card.pk}-feedback": "", f"{card.pk}-{idea.pk}": ""}
    )
    assert card.feedback == "Well told."
    assert card.scores.filter(criterion=idea).exists()
    post(**{f"{card.pk}-feedback": "-", f"{card.pk}-{idea.pk}": "-"})
    assert card.feedback == ""
    assert not card.scores.filter(criterion=idea).exists()


def test_paper_has_a_button_for_each_round_that_is_scored(round_, panel, host, client):
    other = RoundFactory(event=round_.event, name="Tables")
    pairs = RoundFactory(event=round_.event, name="Pairs", kind=Round.Kind.PAIRWISE)

    page = html(client, host, "ranking", round_.event)

    sheets = reverse("judging:sheets", args=[round_.event.slug])
    for one in (round_, other):
        assert f"{sheets}?round={one.pk}" in page
    assert f"{sheets}?round={pairs.pk}" not in page


def test_a_sheet_says_when_and_has_room_for_what_is_no_number(
    round_, panel, host, client
):
    page = html(client, host, "sheets", round_.event)

    for words in ("Not there", "Conflict", "To the team", "Date and signature"):
        assert page.count(words) == 2  # one for each judge
    assert page.count("Judging: ") == 2


def test_paper_of_nobody_and_of_a_judge_without_cards(round_, host, client):
    event = round_.event
    judge = JudgeFactory(event=event)
    client.force_login(host)
    url = reverse("judging:paper", args=[event.slug])

    assert "Whose sheet" in client.get(url).content.decode()
    answer = client.get(url, {"judge": judge.pk, "round": round_.pk})
    assert "has no scorecards" in answer.content.decode()
    assert client.post(url).status_code == 302
    assert client.get(url, {"judge": 0}).status_code == 404
    assert client.get(url, {"round": 0}).status_code == 404


def test_paper_lines_leave_out_criteria_of_other_tracks(round_, panel, host, client):
    event, (judges, projects) = round_.event, panel
    track = event.tracks.create(name="Data")
    special = CriterionFactory(round=round_, name="Special", track=track)
    projects[0].tracks.add(track)
    client.force_login(host)
    url = f"{reverse('judging:paper', args=[event.slug])}?judge={judges[0].pk}"

    page = client.get(url).content.decode()

    assert page.count(f'-{special.pk}"') == 1


# --- Counting, and what is late -------------------------------------------------------


def test_half_filled_cards_conflicts_and_closed_rounds_are_counted_apart(
    round_, host, client
):
    event = round_.event
    judge = JudgeFactory(event=event)
    projects = ProjectFactory.create_batch(5, team__event=event, submitted=True)
    MembershipFactory(team=projects[4].team, user__email=judge.email)
    scored(round_, judge, projects[0], 3, 5)
    half = ScorecardFactory(
        round=round_, judge=judge, project=projects[1], status="started"
    )
    Score.objects.create(scorecard=half, criterion=round_.criteria.first(), value=3)
    for project in projects[2:]:
        ScorecardFactory(round=round_, judge=judge, project=project)
    actions.declare_conflict(judge, projects[3])
    closed = RoundFactory(event=event, closed_at=timezone.now())
    ScorecardFactory(round=closed, judge=judge, project=projects[0])

    (one,) = progress_of(event, [judge])

    assert (one.done, one.half, one.dealt) == (1, 1, 3)
    assert (one.closed_done, one.closed_dealt) == (0, 1)
    for url in ("judging:ranking", "dashboard:live"):
        client.force_login(host)
        page = client.get(reverse(url, args=[event.slug])).content.decode()
        words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
        assert "1 of 3 scored · 1 half filled closed rounds: 0 of 1" in words


def test_late_cards_say_what_they_would_change(round_, panel, host, client):
    judges, projects = panel
    idea, craft = round_.criteria.all()
    card = Scorecard.objects.get(judge=judges[0], project=projects[0])
    scores = {str(idea.pk): 1, str(craft.pk): 9}
    card.revisions.create(
        client="c", revision=2, payload={"scores": scores}, outcome="late"
    )

    page = html(client, host, "ranking", round_.event)
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())

    assert "Finals · Idea: 5 → 1 received" in words  # Craft stays as it is
    assert "tapped" not in words


def test_a_final_that_was_not_held_leads_nobody_to_a_prize(round_, panel, host, client):
    _judges, projects = panel
    PrizeFactory(event=round_.event)
    RoundFactory(event=round_.event, name="Grand final", follows=round_, order=9)

    page = html(client, host, "order", round_.event)

    assert f"Leads in Finals: {projects[0].title}" in page


# --- Before publishing ----------------------------------------------------------------


def publish(client, event, **fields):
    url = reverse("judging:publish", args=[event.slug])
    return client.post(url, fields, follow=True).content.decode()


def test_before_publishing_all_that_is_unfinished_is_listed(
    round_, panel, host, client
):
    _judges, projects = panel
    event = round_.event
    RegistrationFactory.create_batch(3, event=event)
    prize = PrizeFactory(event=event, name="Best idea")
    RoundFactory(event=event, name="Never", follows=round_, order=5)
    RoundFactory(event=event, name="Nothing", order=6)
    quiet = JudgeFactory(event=event, name="Quentin Quiet")
    card = ScorecardFactory(round=round_, judge=quiet, project=projects[0])
    half = JudgeFactory(event=event, name="Holly Half")
    given = ScorecardFactory(
        round=round_, judge=half, project=projects[0], status="started"
    )
    Score.objects.create(scorecard=given, criterion=round_.criteria.first(), value=5)
    card.revisions.create(client="c", revision=2, payload={}, outcome="late")
    unseen = ProjectFactory(team__event=event, submitted=True)
    close(event)

    page = html(client, host, "publish", event)

    for sentence in (
        f"Finals: nobody has seen {unseen.title}.",
        "Finals: 1 scorecard is missing.",
        "Finals: 1 scorecard is half filled",
        "Finals: nothing at all came from Quentin Quiet.",
        "Finals: 1 late answer is not decided on.",
        "Finals: there are too few scores",
        "Never was never opened.",
        "Nothing was scored in Nothing.",
        f"The prize “{prize}” goes to nobody yet.",
    ):
        assert sentence in page
    assert "Now. 3 people who took part get a mail at once." in page
    assert not PublishedResult.objects.exists()
    for path in re.findall(r'<a href="([^"#]+)[^"]*">(?:Finals|Never|Nothing)', page):
        assert client.get(path).status_code == 200


def test_publishing_asks_now_or_after_the_reveal(round_, panel, host, client):
    event = round_.event
    RegistrationFactory(event=event)
    close(event)
    client.force_login(host)

    assert "Choose when everybody sees it" in publish(client, event)
    assert not PublishedResult.objects.exists()
    said = publish(client, event, when="reveal")
    assert "Version 1 is frozen. Nobody sees it until you end the reveal." in said
    assert "is public" not in said
    assert not Notification.objects.exists()
    results = reverse("judging:results", args=[event.slug])
    assert "named on stage first" in client.get(results).content.decode()
    Score.objects.filter(value=9).update(value=8)
    said = publish(client, event, when="now", reason="A slip")
    assert "Version 2 of the results is public." in said
    assert Notification.objects.count() == 1
    assert "named on stage first" not in client.get(results).content.decode()


def test_the_second_organiser_is_told_and_the_first_has_no_button(
    round_, panel, host, second_host, client
):
    event = round_.event
    close(event)
    JudgingRules.objects.create(event=event, needs_two_to_publish=True)
    client.force_login(host)
    publish(client, event, when="now")

    told = Notification.objects.get(template="judging/email/publish_proposed")
    assert told.recipient == second_host
    path = reverse("judging:publish", args=[event.slug])
    assert told.context["path"] == path
    for page in ("order", "publish"):
        text = html(client, host, page, event)
        assert "Another organiser must agree" in text
        assert ">Look through it, then publish" not in text
        assert 'name="when"' not in text
    assert "Publish the results" in html(client, second_host, "publish", event)


def test_who_organises_alone_is_told_that_nobody_can_agree(round_, panel, host, client):
    event = round_.event
    close(event)
    JudgingRules.objects.create(event=event, needs_two_to_publish=True)
    alone = f"nobody else organises {event.series}"
    assert alone in html(client, host, "publish", event)

    said = publish(client, event, when="reveal")

    assert "Nobody else organises" in said
    assert "they were mailed" not in said
    assert not Notification.objects.exists()
    page = html(client, host, "publish", event)
    assert alone in page
    assert "You proposed it" in page
    SeriesOrganiserFactory(series=event.series)
    assert alone not in html(client, host, "publish", event)


def test_judging_that_was_closed_by_hand_can_be_ended_and_published(
    round_, panel, host, client
):
    event = round_.event
    actions.close_round(round_, host)
    page = html(client, host, "publish", event)
    assert "End judging now" in page
    assert 'name="when"' not in page
    end = reverse("judging:end", args=[event.slug])

    assert "Tick the box" in client.post(end, follow=True).content.decode()
    assert event.is_open_for(Phase.JUDGING)
    said = client.post(end, {"sure": "yes"}, follow=True).content.decode()

    assert "Judging is closed." in said
    assert 'name="when"' in said
    assert event.audit_entries.filter(verb="judging.ended").count() == 1
    again = client.post(end, {"sure": "yes"}, follow=True).content.decode()
    assert "Judging is closed already." in again
    assert "is public" in publish(client, event, when="now")


def test_a_round_is_closed_only_by_who_is_sure_and_opened_truly(
    round_, panel, host, client
):
    client.force_login(host)
    url = reverse("judging:open_round", args=[round_.event.slug, round_.pk])

    def post(**fields):
        return client.post(url, fields, follow=True).content.decode()

    assert "Tick the box" in post(decision="close")
    round_.refresh_from_db()
    assert round_.closed_at is None
    assert "Finals is closed." in post(decision="close", sure="yes")
    close(round_.event)
    assert "judging is closed: what is scored now comes late" in post(decision="open")


def test_the_results_mail_names_who_won(round_, panel, host):
    _judges, projects = panel
    event = round_.event
    RegistrationFactory(event=event)
    prize = PrizeFactory(event=event)
    close(event)
    actions.give_award(prize, projects[0], host)
    actions.publish_results(event, host)

    (mail,) = Notification.objects.all()
    winner = f"{prize.name}: {projects[0].title} ({projects[0].team.name})"
    assert mail.context["winners"] == [winner]
    assert winner in compose(mail).body
