"""A round that is made in the admin can be judged, and says what each level means."""

import pytest

from events.models import Event
from judging.models import Round
from tests.access.test_admin import address
from tests.access.test_admin_journal import send, sent_by
from tests.factories.events import TrackFactory
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory


@pytest.mark.parametrize(
    ("levels", "highest", "text"),
    [
        ("Weak\nFair\nStrong", "5", "Write one line per level: 5 lines, not 3."),
        ("", "60", "has at most 21 levels"),
    ],
)
def test_a_criterion_is_asked_for_as_on_the_rubrics_page(
    levels, highest, text, sign_in, organiser, event
):
    criterion = CriterionFactory(round=RoundFactory(event=event))
    client = sign_in(organiser)
    url = address(Round, "change", criterion.round_id)
    _context, sent = sent_by(client, url)
    sent |= {"criteria-0-levels": levels, "criteria-0-scale_max": highest}

    answer = send(client, url, sent)

    assert text in answer.content.decode()
    criterion.refresh_from_db()
    assert (criterion.levels, criterion.scale_max) == ("", 5)


@pytest.mark.parametrize(("kind", "status"), [("pairwise", 302), ("expo", 200)])
def test_only_a_round_of_scores_needs_criteria(kind, status, sign_in, organiser, event):
    client = sign_in(organiser)
    url = address(Round, "add")
    _context, sent = sent_by(client, url)
    sent |= {"event": event.pk, "name": "New", "kind": kind}

    assert send(client, url, sent).status_code == status
    assert event.rounds.filter(name="New").exists() == (status == 302)


@pytest.mark.parametrize(("kind", "criteria"), [("pairwise", 0), ("expo", 4)])
def test_a_round_added_on_the_events_page_can_be_scored(
    kind, criteria, sign_in, organiser, event
):
    client = sign_in(organiser)
    url = address(Event, "change", event.pk)
    _context, sent = sent_by(client, url)
    number = int(sent["rounds-TOTAL_FORMS"])
    sent |= {
        "rounds-TOTAL_FORMS": number + 1,
        f"rounds-{number}-name": "Bare",
        f"rounds-{number}-kind": kind,
        f"rounds-{number}-order": "5",
        f"rounds-{number}-wanted_judges": "3",
    }

    assert send(client, url, sent).status_code == 302

    assert event.rounds.get(name="Bare").criteria.count() == criteria


def scored_round(event):
    round_ = RoundFactory(event=event, kind=Round.Kind.STAGE)
    card = ScorecardFactory(
        round=round_,
        judge=JudgeFactory(event=event),
        project=ProjectFactory(event=event),
    )
    card.scores.create(criterion=CriterionFactory(round=round_), value=3)
    return round_


@pytest.mark.parametrize(("model", "prefix"), [(Round, ""), (Event, "rounds-0-")])
@pytest.mark.parametrize("field", ["kind", "track", "follows"])
def test_a_scored_round_stays_what_it_was(
    field, model, prefix, sign_in, organiser, event
):
    round_ = scored_round(event)
    earlier = RoundFactory(event=event, order=7)
    others = {
        "kind": "pairwise",
        "track": TrackFactory(event=event).pk,
        "follows": earlier.pk,
    }
    client = sign_in(organiser)
    url = address(model, "change", round_.pk if model is Round else event.pk)
    _context, sent = sent_by(client, url)
    assert f"{prefix}{field}" in sent

    answer = send(client, url, sent | {f"{prefix}{field}": others[field]})

    assert "has been scored or compared in this round" in answer.content.decode()
    round_.refresh_from_db()
    assert (round_.kind, round_.track, round_.follows) == ("stage", None, None)


def test_a_scored_round_may_be_called_and_held_otherwise(sign_in, organiser, event):
    round_ = scored_round(event)
    client = sign_in(organiser)
    url = address(Round, "change", round_.pk)
    _context, sent = sent_by(client, url)

    send(client, url, sent | {"kind": "expo", "name": "At the tables"})

    round_.refresh_from_db()
    assert (round_.kind, round_.name) == ("expo", "At the tables")
