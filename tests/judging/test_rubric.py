from dataclasses import replace
from decimal import Decimal
from threading import Event as Flag

import pytest
from django.urls import reverse

from events.models import AuditEntry
from judging import actions
from judging.actions import change_rubric, preview_change, save_scorecard
from judging.actions.rubric import (
    NameTwice,
    NotOfThisRound,
    RubricHasChanged,
    RubricIsEmpty,
    WhyIsMissing,
)
from judging.models import Criterion, RubricVersion, Score, Scorecard
from judging.rubrics import TEMPLATES, Wish, rubric_digest, rubric_of
from judging.state import state_of
from tests.factories.events import EventFactory, SeriesOrganiserFactory
from tests.factories.judging import CriterionFactory, RoundFactory, ScorecardFactory
from tests.races import race

Status = Scorecard.Status


@pytest.fixture
def round_(db):
    round_ = RoundFactory()
    CriterionFactory(round=round_, name="Idea", order=0)
    CriterionFactory(round=round_, name="Craft", order=1)
    return round_


@pytest.fixture
def host(round_):
    return SeriesOrganiserFactory(series=round_.event.series).user


@pytest.fixture
def cards(round_):
    """One done, one with the first criterion only, one not begun."""
    idea, craft = round_.criteria.all()
    cards = [
        ScorecardFactory(round=round_, status=status)
        for status in (Status.DONE, Status.STARTED, Status.TODO)
    ]
    Score.objects.create(scorecard=cards[0], criterion=idea, value=4)
    Score.objects.create(scorecard=cards[0], criterion=craft, value=2)
    Score.objects.create(scorecard=cards[1], criterion=idea, value=5)
    return cards


def change(round_, host, wishes, reason="the sponsor asked"):
    seen = rubric_digest(rubric_of(round_))
    return change_rubric(round_, wishes, host, reason, seen=seen)


def statuses(cards):
    return [Scorecard.objects.get(pk=card.pk).status for card in cards]


def test_before_the_first_score_a_rubric_is_simply_rewritten(round_, host):
    idea, _craft = rubric_of(round_)
    new = Wish("Fun", scale_min=0, scale_max=1)

    gone = change(round_, host, [new, replace(idea, scale_max=10)], reason="")

    assert (gone.is_frozen, gone.invalidated) == (False, 0)
    assert [one.name for one in rubric_of(round_)] == ["Fun", "Idea"]
    assert (
        Criterion.objects.filter(retired_in=None).count() == Criterion.objects.count()
    )
    assert not RubricVersion.objects.exists()


def test_a_change_says_what_it_undoes_and_keeps_what_was_scored(round_, host, cards):
    idea, craft = rubric_of(round_)
    wishes = [replace(idea, weight=Decimal("2.00")), Wish("Demo")]

    before = preview_change(round_, wishes)
    assert before.retired == (("Craft", 1),)
    assert before.added == ("Demo",)
    assert before.reweighted == (("Idea", "1", "2"),)
    assert (before.reopened, before.completed, before.invalidated) == (1, 0, 1)
    assert statuses(cards) == [Status.DONE, Status.STARTED, Status.TODO]
    after = change(round_, host, wishes)

    assert after == before
    assert statuses(cards) == [Status.STARTED, Status.STARTED, Status.TODO]
    round_.refresh_from_db()
    first, second = round_.rubric_versions.order_by("version")
    assert (first.version, second.version, round_.rubric_version) == (1, 2, 2)
    assert [one["name"] for one in first.criteria] == ["Idea", "Craft"]
    assert [one["name"] for one in second.criteria] == ["Idea", "Demo"]
    assert (second.reason, second.invalidated) == ("the sponsor asked", 1)
    retired = Criterion.objects.get(pk=craft.id)
    assert (retired.retired_in, retired.scores.count()) == (2, 1)
    entry = AuditEntry.objects.get(verb="judging.rubric_changed")
    assert entry.details["before"] == first.criteria
    assert entry.details["after"] == second.criteria
    assert (entry.actor, entry.details["invalidated"]) == (host, 1)


def test_a_card_is_complete_when_what_it_lacked_is_gone(round_, host, cards):
    idea, _craft = rubric_of(round_)

    gone = change(round_, host, [idea])

    assert (gone.reopened, gone.completed) == (0, 1)
    assert statuses(cards) == [Status.DONE, Status.DONE, Status.TODO]


def test_other_words_and_other_places_undo_nothing(round_, host, cards):
    idea, craft = rubric_of(round_)

    gone = change(
        round_, host, [replace(craft, name="Idea"), replace(idea, name="Craft")]
    )

    assert (gone.invalidated, gone.added, gone.reopened) == (0, (), 0)
    assert [(one.id, one.name) for one in rubric_of(round_)] == [
        (craft.id, "Idea"),
        (idea.id, "Craft"),
    ]
    assert statuses(cards) == [Status.DONE, Status.STARTED, Status.TODO]


def test_another_scale_is_another_criterion(round_, host, cards):
    idea, craft = rubric_of(round_)

    gone = change(round_, host, [replace(idea, scale_max=10), craft])

    assert gone.retired == (("Idea", 2),)
    assert statuses(cards) == [Status.STARTED, Status.TODO, Status.TODO]
    new = round_.criteria.get(name="Idea", retired_in=None)
    assert (new.pk != idea.id, new.scale_max) == (True, 10)


def test_a_criterion_of_a_track_is_asked_for_its_projects_only(round_, host, cards):
    track = round_.event.tracks.create(name="Data")
    cards[1].project.tracks.add(track)
    idea, craft = rubric_of(round_)

    gone = change(round_, host, [idea, replace(craft, track=track.pk)])

    assert gone.retired == (("Craft", 1),)
    assert statuses(cards) == [Status.DONE, Status.STARTED, Status.TODO]


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (lambda idea, craft, far: [], RubricIsEmpty),
        (lambda idea, craft, far: [idea, replace(craft, name="IDEA")], NameTwice),
        (lambda idea, craft, far: [idea, replace(craft, id=idea.id)], NotOfThisRound),
        (lambda idea, craft, far: [replace(idea, id=far.pk)], NotOfThisRound),
        (
            lambda idea, craft, far: [
                replace(idea, track=far.round.event.tracks.create(name="Far").pk)
            ],
            NotOfThisRound,
        ),
    ],
)
def test_what_is_no_rubric_is_refused(round_, host, cards, make, refusal):
    far = CriterionFactory(round=RoundFactory(event=EventFactory()))
    before = rubric_of(round_)

    with pytest.raises(refusal):
        change(round_, host, make(*before, far))

    assert rubric_of(round_) == before
    assert not RubricVersion.objects.exists()


def test_a_scored_rubric_needs_a_reason_and_fresh_eyes(round_, host, cards):
    idea, _craft = rubric_of(round_)
    seen = rubric_digest(rubric_of(round_))
    with pytest.raises(WhyIsMissing):
        change_rubric(round_, [idea], host, " ", seen=seen)

    change_rubric(round_, [idea], host, "once", seen=seen)

    with pytest.raises(RubricHasChanged):
        change_rubric(round_, [idea, Wish("More")], host, "twice", seen=seen)
    change(round_, host, rubric_of(round_))  # nothing differs
    assert RubricVersion.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_score_that_races_a_change_leaves_no_card_wrongly_done(round_, host, cards):
    """Whichever is first, the card lacks the new criterion and is therefore open."""
    idea, craft = rubric_of(round_)
    card = Scorecard.objects.select_related("judge").get(pk=cards[1].pk)
    seen = rubric_digest([idea, craft])
    body = {
        "client": "a",
        "revision": 5,
        "scores": {str(idea.id): 5, str(craft.id): 5},
        "status": "done",
    }
    both = Flag()

    def score():
        both.set()
        return save_scorecard(card.pk, card.judge_id, card.judge.fingerprint, body)

    def extend():
        wishes = [idea, craft, Wish("Demo")]
        return change_rubric(round_, wishes, host, "more", seen=seen)

    race(score, extend)

    assert both.is_set()
    card.refresh_from_db()
    assert card.status == Status.STARTED
    assert card.scores.count() == 2


def test_phones_get_the_rubric_of_now(round_, host, cards):
    idea, _craft = rubric_of(round_)
    change(round_, host, [idea])

    criteria = state_of(cards[0].judge)["rounds"][0]["criteria"]

    assert [one["name"] for one in criteria] == ["Idea"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_a_rubric_with_a_word_on_each_level_or_none(
    round_, host, name
):
    change(round_, host, TEMPLATES[name][1]())

    for criterion in round_.criteria.all():
        criterion.full_clean()
        labels = [label for _value, label in criterion.labelled_values]
        assert all(labels) == any(labels)


# --- The pages


def path(name, round_):
    return reverse(f"judging:{name}", args=[round_.event.slug, round_.pk])


def form_of(round_, *changed, **more):
    """What the edit page would send, with these rows changed."""
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "weight": one.weight,
            "scale": "1-5",
            "ORDER": number,
        }
        for number, one in enumerate(rubric_of(round_), start=1)
    ]
    for number, row in enumerate(changed):
        rows[number : number + 1] = [{**(rows[number : number + 1] or [{}])[0], **row}]
    sent = {
        "seen": rubric_digest(rubric_of(round_)),
        "criteria-TOTAL_FORMS": len(rows),
        "criteria-INITIAL_FORMS": 0,
        **more,
    }
    for number, row in enumerate(rows):
        sent |= {f"criteria-{number}-{key}": value for key, value in row.items()}
    return sent


def test_the_edit_page_warns_before_it_changes_what_was_scored(
    client, round_, host, cards
):
    client.force_login(host)
    edit, shown = path("rubric_edit", round_), path("rubric", round_)
    assert "Idea" in client.get(edit).content.decode()
    sent = form_of(
        round_, {}, {"DELETE": "on"}, {"name": "Demo", "weight": 1, "scale": "1-5"}
    )

    answer = client.post(edit, sent)

    html = answer.content.decode()
    assert "1 score for Craft no longer counts." in html
    assert "1 card becomes incomplete" in html
    assert "Judges are asked anew for Demo." in html
    assert not RubricVersion.objects.exists()
    answer = client.post(
        edit, {**sent, "confirm": "yes", "reason": "Time ran out"}, follow=True
    )
    html = answer.content.decode()
    assert "This is the rubric from now on." in html
    assert "Gone: Craft" in html
    assert "Time ran out" in html
    assert "Version 2" in client.get(shown).content.decode()


def test_the_edit_page_says_what_is_wrong(client, round_, host):
    client.force_login(host)
    edit = path("rubric_edit", round_)

    def send(*changed):
        return client.post(
            edit, form_of(round_, *changed), follow=True
        ).content.decode()

    assert "5 lines, not 2" in send({"levels": "a\nb"})
    assert "A scale goes up" in send({"scale": "own", "low": 5, "high": 5})
    assert "A scale goes up" in send({"scale": "own", "low": 0, "high": 90})
    assert "the same name" in send({"name": "Craft"})
    assert "Nothing has changed." in send()
    assert "from now on" in send({"scale": "own", "low": 0, "high": 3})
    assert round_.criteria.filter(name="Idea").values_list(
        "scale_min", "scale_max"
    ).get() == (0, 3)


def test_templates_fill_the_form_and_save_nothing(client, round_, host):
    client.force_login(host)
    before = rubric_of(round_)

    for name, (_text, make) in TEMPLATES.items():
        html = client.get(path("rubric_edit", round_), {"template": name})
        assert all(wish.name in html.content.decode() for wish in make())

    assert rubric_of(round_) == before


def test_publishing_needs_no_rubric_version(round_, host, cards):
    assert actions.preview_change(round_, rubric_of(round_)).invalidated == 0
