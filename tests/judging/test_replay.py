"""The published result, again from nothing but what arrived."""

import os
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.ledger import drop_guards
from events.models import Phase
from judging.actions import decide_late, publish_results, save_scorecard
from judging.models import Scorecard, ScorecardRevision
from judging.payload import WORDS
from judging.replay import evidence_from_log
from tests.factories.events import EventFactory, SeriesOrganiserFactory
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory

SCENARIOS = int(os.environ.get("SCENARIOS", "4"))
Outcome = ScorecardRevision.Outcome


def judged(rng):
    """A small event after a busy day: phones that were away, and cards that came late.

    Gives its round and an organiser.
    """
    event = EventFactory(phases=[Phase.JUDGING])
    round_ = RoundFactory(event=event, grace_minutes=60)
    criteria = CriterionFactory.create_batch(3, round=round_)
    projects = ProjectFactory.create_batch(4, team__event=event, submitted=True)
    for judge in JudgeFactory.create_batch(3, event=event):
        for project in projects:
            ScorecardFactory(round=round_, judge=judge, project=project)
    cards = list(round_.scorecards.select_related("judge"))
    start = int(timezone.now().timestamp() * 1000) - 10**6

    def tap(number):
        card = rng.choice(cards)
        names = [*(f"scores.{one.pk}" for one in criteria), *WORDS]
        tapped = rng.sample(names, rng.randint(1, len(names)))
        save_scorecard(
            card.pk,
            card.judge_id,
            card.judge.fingerprint,
            {
                "client": rng.choice("abc"),
                "revision": start + number * 1000,
                "scores": {
                    str(one.pk): rng.choice([None, 1, 2, 3, 4, 5]) for one in criteria
                },
                "notes": "x",
                "status": rng.choice(["started", "done", "done", "done", "absent"]),
                "taps": {
                    name: start + rng.randint(number // 2, number) * 1000
                    for name in tapped
                },
            },
        )

    for number in range(1, 60):
        tap(number)
    # In the middle of what arrives from now on, in the time of grace.
    closing = datetime.fromtimestamp(start / 1000 + 60, UTC)
    event.windows.update(closes_at=closing)
    for number in range(60, 80):
        tap(number)
    organiser = SeriesOrganiserFactory(series=event.series).user
    for late in ScorecardRevision.objects.filter(outcome=Outcome.LATE):
        decide_late(late, organiser, accept=rng.random() < 0.6)
    return round_, organiser


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(SCENARIOS))
def test_the_ranking_comes_again_from_the_log_alone(db, rng, seed):
    rng.seed(seed)
    round_, organiser = judged(rng)
    publish_results(round_.event, organiser)
    (inputs,) = round_.event.published_results.get().inputs["rounds"]
    outcomes = set(round_.scorecards.values_list("revisions__outcome", flat=True))
    drop_guards()
    Scorecard.objects.update(taps={}, status="todo", notes="lost")
    for card in Scorecard.objects.all():
        card.scores.all().delete()

    assert len(inputs["scores"]) > 5
    assert outcomes >= {Outcome.APPLIED, Outcome.LATE_ACCEPTED}
    assert evidence_from_log(round_).inputs == inputs


def test_the_command_tells_a_score_that_never_arrived(db, rng):
    rng.seed(1)
    round_, organiser = judged(rng)
    publish_results(round_.event, organiser)
    output = StringIO()
    call_command("recompute", round_.event.slug, from_log=True, stdout=output)
    assert "the same to the last digit" in output.getvalue()

    score = round_.scorecards.get(pk=round_.scorecards.earliest("pk").pk).scores.first()
    score = score or round_.scorecards.filter(scores__gt=0).first().scores.first()
    score.value = 1 if score.value > 1 else 5
    score.save()
    publish_results(round_.event, organiser, reason="another winner, please")

    with pytest.raises(CommandError, match="what arrived tells another result"):
        call_command("recompute", round_.event.slug, from_log=True, stdout=output)
