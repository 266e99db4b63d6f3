"""What the judge's phone is told, and what becomes of what it sends."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import Phase, Track
from judging.actions import deal_cards, save_scorecard
from judging.models import Recusal, Round, Scorecard, ScorecardRevision
from judging.state import next_card, vault_of
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory

Outcome = ScorecardRevision.Outcome
Status = Scorecard.Status


@pytest.fixture
def card(db):
    card = ScorecardFactory()
    CriterionFactory.create_batch(2, round=card.round)
    return card


@pytest.fixture
def rubric(card):
    return list(card.round.criteria.all())


@pytest.fixture
def phone(client, card):
    client.get(card.judge.get_link_path())
    return client


def body(rubric, **changed):
    return {
        "client": "phone-a", "revision": 10, "status": "done", "notes": "",
        "feedback": "", "starred": False, "scores": {str(c.pk): 4 for c in rubric},
        **changed,
    }  # fmt: skip


def put(client, card, content):
    url = reverse("judging:scorecard", args=[card.pk])
    return client.put(url, json.dumps(content), content_type="application/json")


def values(card):
    return dict(card.scores.values_list("criterion_id", "value"))


def milliseconds(moment):
    return int(moment.timestamp() * 1000)


def close_judging(card, *, ago):
    now = timezone.now()
    card.judge.event.windows.filter(phase=Phase.JUDGING).update(
        opens_at=now - timedelta(hours=9), closes_at=now - ago
    )


def tapped_at(rubric, moment):
    """Scores that were all tapped at one moment."""
    tap = milliseconds(moment)
    taps = {f"scores.{c.pk}": tap for c in rubric}
    return body(rubric, revision=tap, taps=taps, base={})


@pytest.mark.parametrize("mark", ["absent", "busy", "trouble"])
def test_a_mark_stays_until_a_score_is_given(phone, card, rubric, mark):
    marked = put(phone, card, body([], status=mark)).json()["card"]["status"]
    scored = put(phone, card, body(rubric, revision=11)).json()["card"]["status"]

    assert (marked, scored) == (mark, "done")


def test_whom_to_visit_again_comes_after_what_is_to_score():
    first, second, third, fourth = (
        Scorecard(pk=status, status=status)
        for status in (Status.ABSENT, Status.TODO, Status.DONE, Status.STARTED)
    )
    route = [first, second, third, fourth]

    assert next_card(route, third) is fourth
    assert next_card(route, fourth) is second
    second.status = fourth.status = Status.DONE
    assert next_card(route, second) is first
    first.status = Status.DONE
    assert next_card(route, first) is None


@pytest.mark.parametrize(
    ("tap", "arrival", "outcome"),
    [
        (-1, 2, Outcome.APPLIED),
        (1, 2, Outcome.LATE),
        (-1, 4, Outcome.LATE),
    ],
)
def test_the_rounds_grace_decides_what_is_late(
    phone, card, rubric, tap, arrival, outcome
):
    """Minutes from closing; the round gives late phones three."""
    Round.objects.update(grace_minutes=3)
    close_judging(card, ago=timedelta(minutes=arrival))
    closing = timezone.now() - timedelta(minutes=arrival)

    answer = put(phone, card, tapped_at(rubric, closing + timedelta(minutes=tap)))

    assert answer.json()["outcome"] == outcome
    assert bool(values(card)) == (outcome == Outcome.APPLIED)


@pytest.mark.parametrize("clock", [-26 * 60, -5, 0, 5, 26 * 60])
def test_the_phones_clock_changes_no_outcome(phone, card, rubric, clock):
    wrong = (timezone.now() + timedelta(minutes=clock)).isoformat()
    assert (
        put(phone, card, body(rubric, tapped_at=wrong)).json()["outcome"] == "applied"
    )
    close_judging(card, ago=timedelta(hours=1))

    late = put(phone, card, body(rubric, revision=99, tapped_at=wrong))

    assert late.json()["outcome"] == "late"
    revision = ScorecardRevision.objects.get(outcome="late")
    assert (revision.tapped_at.isoformat(), revision.received_at.date()) == (
        wrong,
        timezone.now().date(),
    )


def test_a_round_that_was_closed_takes_later_scores_as_late(phone, card, rubric):
    Round.objects.update(closed_at=timezone.now() - timedelta(hours=1))

    assert put(phone, card, body(rubric)).json()["outcome"] == Outcome.LATE


def test_a_round_that_follows_another_has_to_be_opened(phone, card, rubric):
    Round.objects.filter(pk=card.round_id).update(
        follows=RoundFactory(event=card.judge.event)
    )
    assert put(phone, card, body(rubric)).status_code == 409
    Round.objects.filter(pk=card.round_id).update(opened_at=timezone.now())

    assert put(phone, card, body(rubric)).status_code == 200


def test_a_criterion_that_was_retired_meanwhile_blocks_nothing(phone, card, rubric):
    gone, kept = rubric
    gone.retired_in = 2
    gone.save()

    answer = put(phone, card, body(rubric))

    assert answer.json()["card"]["status"] == "done"
    assert values(card) == {kept.pk: 4}
    payload = ScorecardRevision.objects.get().payload
    assert payload["scores"] == {str(gone.pk): 4, str(kept.pk): 4}
    (round_,) = phone.get(reverse("judging:state")).json()["rounds"]
    assert [c["id"] for c in round_["criteria"]] == [kept.pk]


def test_a_tracks_criterion_is_for_its_projects_only(phone, card, rubric):
    track = Track.objects.create(event=card.judge.event, name="Health")
    of_track = CriterionFactory(round=card.round, track=track)
    other = ScorecardFactory(round=card.round, judge=card.judge)
    other.project.tracks.add(track)
    everything = [*rubric, of_track]

    assert put(phone, card, body(everything)).status_code == 422
    assert put(phone, card, body(rubric)).json()["card"]["status"] == "done"
    assert put(phone, other, body(rubric)).json()["card"]["status"] == "started"
    answer = put(phone, other, body(everything, revision=11))
    assert answer.json()["card"]["status"] == "done"
    page = phone.get(reverse("judging:card", args=[card.pk])).content.decode()
    assert of_track.name not in page


def test_a_judge_who_left_still_counts_but_is_dealt_nothing(phone, card, rubric):
    card.judge.left_at = timezone.now()
    card.judge.save()
    ProjectFactory(team__event=card.judge.event, submitted=True)

    deal_cards(card.judge.event)

    assert put(phone, card, body(rubric)).json()["outcome"] == Outcome.APPLIED
    assert [c.pk for c in card.judge.scorecards.all()] == [card.pk]


def test_stepping_back_by_phone_is_told_once_and_takes_the_card_away(
    phone, card, rubric
):
    content = body(rubric, status="conflict", reason="My sister", notes="Hm.")

    first, second = put(phone, card, content), put(phone, card, content)

    assert first.json() == second.json()
    recusal = Recusal.objects.get()
    assert (recusal.source, recusal.reason) == ("declared", "My sister")
    assert phone.get(reverse("judging:state")).json()["cards"] == []
    assert ScorecardRevision.objects.get().payload["notes"] == "Hm."
    assert put(phone, card, body(rubric, revision=12)).status_code == 403


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_judge_may_step_back_at_any_time(phone, card, rubric, when):
    close_judging(card, ago=timedelta(hours=1 if when == "after" else -1))

    assert put(phone, card, body(rubric, status="conflict")).status_code == 200
    assert Recusal.objects.count() == 1


def test_organisers_can_undo_a_conflict(phone, card, rubric):
    put(phone, card, body(rubric))
    put(phone, card, body(rubric, revision=11, status="conflict"))

    Recusal.objects.get().delete()

    (again,) = phone.get(reverse("judging:state")).json()["cards"]
    assert again["scores"] == {str(c.pk): 4 for c in rubric}


@pytest.mark.parametrize("reason", ["x" * 201, "\x00", 5, None])
def test_an_unreadable_reason_is_refused(phone, card, reason):
    answer = put(phone, card, body([], status="conflict", reason=reason))

    assert (answer.status_code, answer.json()["field"]) == (422, "reason")


@pytest.mark.no_cover
def test_any_order_and_any_number_of_copies_end_alike(card, rubric, rng):
    """G4 and G5: of each score the newest tap stands, each revision is kept once."""
    newest, sent = {}, []
    for revision in range(1, 41):
        fields = rng.sample(rubric, rng.randint(1, len(rubric)))
        scores = {str(c.pk): rng.randint(1, 5) for c in fields}
        newest |= scores
        content = body([], client=f"phone-{revision % 3}", revision=revision)
        content |= {"scores": scores, "status": "todo", "base": {}}
        content["taps"] = {f"scores.{pk}": revision for pk in scores}
        sent += [content] * rng.randint(1, 5)
    rng.shuffle(sent)

    for content in sent:
        save_scorecard(card.pk, card.judge_id, card.judge.fingerprint, content)

    assert values(card) == {int(pk): value for pk, value in newest.items()}
    assert card.revisions.count() == 40


def test_a_page_left_open_sends_nothing_in_another_judges_name(phone, card, rubric):
    url = reverse("judging:scorecard", args=[card.pk])

    answer = phone.put(
        url,
        json.dumps(body(rubric)),
        content_type="application/json",
        headers={"X-Judge": str(card.judge_id + 1)},
    )

    assert (answer.status_code, answer.json()["revoked"]) == (401, False)
    assert values(card) == {}


def test_phones_can_ask_what_is_on(phone, card, client):
    url = reverse("judging:now")
    Round.objects.update(now_on=card.project)

    assert phone.get(url).json() == {
        "menlo": "now",
        "on": {str(card.round_id): card.project_id},
    }


def test_asking_what_is_on_costs_two_queries(phone, django_assert_num_queries):
    with django_assert_num_queries(2):
        phone.get(reverse("judging:now"))


def test_a_score_costs_six_queries(phone, card, rubric, django_assert_max_num_queries):
    with django_assert_max_num_queries(6 + 2):  # a test's transaction is a savepoint
        put(phone, card, body(rubric))


def test_a_revoked_phone_is_not_told_what_is_on(phone, card):
    card.judge.revoked_at = timezone.now()
    card.judge.save()

    assert phone.get(reverse("judging:now")).json()["revoked"] is True


def test_a_phone_can_sign_out_later(phone):
    assert phone.delete(reverse("judging:state")).json() == {"menlo": "left"}

    assert phone.get(reverse("judging:state")).status_code == 401


def test_the_key_for_unsent_cards_is_the_judges_own_and_outlives_a_new_secret(
    card, settings
):
    old = vault_of(card.judge)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    new = vault_of(card.judge)

    assert new[1:] == old
    assert new[0] != old[0]
    assert vault_of(JudgeFactory(event=card.judge.event))[1:] != old


def test_the_app_can_be_installed_and_opens_by_the_judges_link(phone, card):
    manifest = phone.get(reverse("judging:manifest")).json()

    assert [(i["sizes"], i["purpose"]) for i in manifest["icons"]] == [
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    ]
    assert len(manifest["short_name"]) <= 12
    assert manifest["start_url"] == card.judge.get_link_path()


def test_pages_say_that_they_are_ours(phone, client):
    assert phone.get(reverse("judging:home"))["X-Menlo"] == "judging"
    assert phone.get(reverse("judging:offline"))["X-Menlo"] == "judging"


def test_the_kept_page_holds_no_name_and_no_message(phone, card):
    phone.post(reverse("judging:card", args=[card.pk]), {"notes": "x"})

    page = phone.get(reverse("judging:offline")).content.decode()

    assert card.judge.name not in page
    assert "messages" not in page


def test_without_javascript_marks_come_again_at_the_end(phone, card, rubric):
    other = ScorecardFactory(round=card.round, judge=card.judge, position=1)
    url = reverse("judging:card", args=[card.pk])

    went_on = phone.post(url, {"status": "trouble"})
    came_back = phone.post(
        reverse("judging:card", args=[other.pk]), {f"score-{c.pk}": 3 for c in rubric}
    )

    assert went_on.url == reverse("judging:card", args=[other.pk])
    assert came_back.url == url
    assert "To visit again" in phone.get(reverse("judging:home")).content.decode()
