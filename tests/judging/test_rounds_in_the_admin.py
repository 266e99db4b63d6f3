"""A round that is made in the admin can be judged, and says what each level means."""

import pytest

from events.models import Event
from judging.models import Round
from tests.access.test_admin import address
from tests.access.test_admin_journal import send, sent_by
from tests.factories.judging import CriterionFactory, RoundFactory


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
