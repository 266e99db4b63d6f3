import json
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from events.models import Phase
from judging.actions import decide_late, save_scorecard
from judging.actions.cards import NotLate, Saved
from judging.models import Recusal, Score, Scorecard, ScorecardRevision
from tests.factories.events import RegistrationFactory
from tests.factories.judging import CriterionFactory, JudgeFactory, ScorecardFactory
from tests.factories.teams import MembershipFactory
from tests.races import race

Outcome = ScorecardRevision.Outcome


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
    """The judge's phone, after the link was opened."""
    client.get(card.judge.get_link_path())
    return client


def content(rubric, **changed):
    return {
        "client": "phone-a",
        "revision": 1,
        "scores": {str(rubric[0].pk): 4},
        "notes": "",
        "feedback": "",
        "starred": False,
        "status": "started",
        **changed,
    }


def put(client, card, body, **more):
    body = body if isinstance(body, str) else json.dumps(body)
    url = reverse("judging:scorecard", args=[card.pk])
    return client.put(url, body, content_type="application/json", **more)


def values(card):
    return dict(card.scores.values_list("criterion_id", "value"))


def test_a_scorecard_is_saved_whole(phone, card, rubric):
    scores = {str(rubric[0].pk): 4, str(rubric[1].pk): 2}
    body = content(
        rubric, scores=scores, notes="Good.", feedback="Bravo", starred=True,
        status="done", tapped_at="2026-11-23T10:00:00+01:00",
    )  # fmt: skip

    answer = put(phone, card, body)

    card.refresh_from_db()
    assert answer.json()["menlo"] == "saved"
    assert answer.json()["revision"] == 1
    assert values(card) == {rubric[0].pk: 4, rubric[1].pk: 2}
    assert (card.notes, card.feedback, card.is_starred) == ("Good.", "Bravo", True)
    assert card.status == Scorecard.Status.DONE


def test_sending_again_changes_nothing(phone, card, rubric):
    first = put(phone, card, content(rubric))
    second = put(phone, card, content(rubric))

    assert first.json() == second.json()
    assert ScorecardRevision.objects.count() == 1


def test_the_same_revision_with_other_content_is_refused(phone, card, rubric):
    put(phone, card, content(rubric))

    answer = put(phone, card, content(rubric, notes="other"))

    assert answer.status_code == 422
    assert Scorecard.objects.get().notes == ""


def test_an_older_revision_is_kept_but_not_applied(phone, card, rubric):
    put(phone, card, content(rubric, revision=9, notes="newer"))

    answer = put(phone, card, content(rubric, revision=5, client="phone-b"))

    assert answer.json()["outcome"] == Outcome.STALE
    assert answer.json()["card"]["notes"] == "newer"
    assert ScorecardRevision.objects.filter(outcome=Outcome.STALE).count() == 1


def test_taking_a_score_back_removes_it(phone, card, rubric):
    put(phone, card, content(rubric))

    put(phone, card, content(rubric, revision=2, scores={str(rubric[0].pk): None}))

    assert values(card) == {}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"revision": "5"}, "revision"),
        ({"revision": True}, "revision"),
        ({"revision": 0}, "revision"),
        ({"client": ""}, "client"),
        ({"starred": 1}, "starred"),
        ({"status": "won"}, "status"),
        ({"notes": None}, "notes"),
        ({"notes": "x" * 5001}, "notes"),
        ({"feedback": "\x00"}, "feedback"),
        ({"scores": [5]}, "scores"),
        ({"scores": {"999999": 3}}, "scores.999999"),
        ({"scores": {"x": 3}}, "scores.x"),
        ({"tapped_at": "yesterday"}, "tapped_at"),
        ({"tapped_at": "2026-02-31T10:00:00Z"}, "tapped_at"),
        ({"tapped_at": 12}, "tapped_at"),
        ({"judge": 3}, "judge"),
    ],
)
def test_what_is_not_a_scorecard_is_refused(phone, card, rubric, changed, field):
    answer = put(phone, card, content(rubric, **changed))

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert not ScorecardRevision.objects.exists()


@pytest.mark.parametrize("value", [0, 6, "5", True, 3.5, [5], {"a": 1}, 1e309])
def test_only_whole_numbers_on_the_scale_are_scores(phone, card, rubric, value):
    answer = put(phone, card, content(rubric, scores={str(rubric[0].pk): value}))

    assert answer.status_code in {400, 422}
    assert not Score.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", '{"revision": NaN}', "5", "[" * 3000])
def test_what_is_no_json_object_is_refused(phone, card, body):
    answer = put(phone, card, body)

    assert answer.status_code in {400, 422}
    assert answer.json()["menlo"] == "error"


def test_a_huge_body_is_refused(phone, card, rubric):
    assert put(phone, card, content(rubric, notes="x" * 70_000)).status_code == 413


def test_a_criterion_of_another_round_is_refused(phone, card, rubric):
    foreign = CriterionFactory()

    answer = put(phone, card, content(rubric, scores={str(foreign.pk): 3}))

    assert answer.status_code == 422


def test_without_a_link_there_is_a_json_no(client, card, rubric):
    answer = put(client, card, content(rubric))

    assert (answer.status_code, answer.json()["menlo"]) == (401, "error")


def test_a_revoked_link_ends_the_session_at_once(phone, card, rubric):
    card.judge.revoked_at = timezone.now()
    card.judge.save()

    assert put(phone, card, content(rubric)).status_code == 401


def test_another_judges_card_is_refused(phone, card, rubric):
    foreign = ScorecardFactory(round=card.round)

    answer = put(phone, foreign, content(rubric))

    assert answer.status_code == 403


@pytest.mark.parametrize("by", ["recusal", "account", "address"])
def test_a_conflict_of_interest_is_refused(phone, card, rubric, by):
    if by == "recusal":
        Recusal.objects.create(
            judge=card.judge, project=card.project, source="declared"
        )
    else:
        seat = MembershipFactory(team=card.project.team)
        if by == "account":
            card.judge.user = seat.user
        else:
            card.judge.email = seat.user.email.upper()
        card.judge.save()

    answer = put(phone, card, content(rubric))

    assert answer.status_code == 403
    assert not ScorecardRevision.objects.exists()


def test_a_withdrawn_project_is_gone(phone, card, rubric):
    card.project.status = "withdrawn"
    card.project.save()

    assert put(phone, card, content(rubric)).status_code == 410


def close(event, *, opens=-2, closes=-1):
    now = timezone.now()
    event.windows.filter(phase=Phase.JUDGING).update(
        opens_at=now + timezone.timedelta(hours=opens),
        closes_at=now + timezone.timedelta(hours=closes),
    )


def test_what_comes_after_closing_waits_for_an_organiser(phone, card, rubric, stranger):
    close(card.round.event)

    answer = put(phone, card, content(rubric, status="done"))

    late = ScorecardRevision.objects.get()
    assert answer.json()["outcome"] == Outcome.LATE
    assert values(card) == {}

    decide_late(late, stranger, accept=True)

    assert values(card) == {rubric[0].pk: 4}
    with pytest.raises(NotLate):
        decide_late(late, stranger, accept=False)


def test_a_late_card_can_be_left_out(phone, card, rubric, stranger):
    close(card.round.event)
    put(phone, card, content(rubric))

    decide_late(ScorecardRevision.objects.get(), stranger, accept=False)

    assert values(card) == {}
    assert ScorecardRevision.objects.get().outcome == Outcome.LATE_REJECTED


@pytest.mark.parametrize("accept", [True, False])
def test_a_judges_private_notes_stay_out_of_the_log(
    phone, card, rubric, stranger, accept
):
    close(card.round.event)
    put(phone, card, content(rubric, notes="a canary between us"))

    decide_late(ScorecardRevision.objects.get(), stranger, accept=accept)

    entry = card.round.event.audit_entries.get(verb__startswith="judging.late")
    assert entry.details["content"]["scores"] == {str(rubric[0].pk): 4}
    assert "canary" not in str(entry.details)


def test_before_judging_opens_nothing_is_taken(phone, card, rubric):
    close(card.round.event, opens=1, closes=2)

    assert put(phone, card, content(rubric)).status_code == 409


def test_the_phone_carries_everything_it_needs(phone, card, rubric):
    put(phone, card, content(rubric))

    state = phone.get(reverse("judging:state")).json()

    assert state["menlo"] == "state"
    assert [c["name"] for c in state["rounds"][0]["criteria"]] == [
        c.name for c in rubric
    ]
    assert state["cards"][0]["scores"] == {str(rubric[0].pk): 4}
    assert state["csrf"]


def test_a_put_needs_the_token(card, rubric):
    from django.test import Client  # noqa: PLC0415

    strict = Client(enforce_csrf_checks=True)
    strict.get(card.judge.get_link_path())
    assert put(strict, card, content(rubric)).status_code == 403

    token = strict.get(reverse("judging:state")).json()["csrf"]

    answer = put(strict, card, content(rubric), headers={"X-CSRFToken": token})
    assert answer.status_code == 200


def test_a_planted_session_is_not_the_judges(client, card):
    client.session.save()  # as somebody else has planted it
    planted = client.session
    planted["x"] = 1
    planted.save()
    client.cookies["sessionid"] = planted.session_key

    client.get(card.judge.get_link_path())

    assert client.session["judge"]["pk"] == card.judge.pk
    assert client.session.session_key != planted.session_key
    assert not client.session.exists(planted.session_key)
    key = client.session.session_key
    client.get(card.judge.get_link_path())  # again: a phone goes on as it was
    assert client.session.session_key == key


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_leave_the_newer_one():
    card = ScorecardFactory()
    criterion = CriterionFactory(round=card.round)
    bodies = [
        content(
            [criterion],
            client=f"phone-{n}",
            revision=n,
            scores={str(criterion.pk): n},
        )
        for n in range(1, 5)
    ]

    answers = race(
        *(
            partial(
                save_scorecard, card.pk, card.judge.pk, card.judge.fingerprint, body
            )
            for body in bodies
        )
    )

    card.refresh_from_db()
    assert all(isinstance(answer, Saved) for answer in answers)
    assert card.revision == 4
    assert values(card) == {criterion.pk: 4}
    assert ScorecardRevision.objects.count() == 4


def test_judges_without_javascript_score_by_form(phone, card, rubric):
    url = reverse("judging:card", args=[card.pk])
    assert rubric[0].name in phone.get(url).content.decode()

    phone.post(url, {f"score-{c.pk}": 3 for c in rubric} | {"notes": "By form"})

    card.refresh_from_db()
    assert (card.status, card.notes) == (Scorecard.Status.DONE, "By form")


def test_a_bad_form_says_why(phone, card, rubric):
    url = reverse("judging:card", args=[card.pk])

    page = phone.post(url, {f"score-{rubric[0].pk}": 99}, follow=True)

    assert "whole number" in page.content.decode()
    assert values(card) == {}


def test_stepping_back_takes_the_project_off_the_list(phone, card):
    phone.post(reverse("judging:conflict", args=[card.pk]), {"reason": "My sister"})

    assert Recusal.objects.get().reason == "My sister"
    assert phone.get(reverse("judging:card", args=[card.pk])).status_code == 404


def test_pages_of_the_phone(phone, client, card):
    assert card.project.title in phone.get(reverse("judging:home")).content.decode()
    assert phone.get(reverse("judging:manifest")).json()["scope"] == "/judge/"
    worker = phone.get(reverse("judging:service_worker"))
    assert "const SHELL" in worker.content.decode()
    assert phone.get(reverse("judging:offline")).status_code == 200

    phone.post(reverse("judging:sign_out"))

    assert phone.get(reverse("judging:home")).status_code == 403


def test_a_wrong_link_opens_nothing(client, db):
    judge = JudgeFactory()
    for token in ("", "x", "1.abc", f"{judge.pk}.{'0' * 40}", f"9{judge.token}"):
        path = f"/judge/enter/{token or 'none'}/"
        assert client.get(path).status_code == 404
    assert client.get(reverse("judging:home")).status_code == 403


def test_a_judges_link_opens_no_other_door(phone, card):
    RegistrationFactory(event=card.round.event)

    assert phone.get("/admin/").status_code == 302
    assert phone.get("/me/").status_code == 302
