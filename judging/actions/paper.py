"""Scores from a sheet of paper, typed in by an organiser."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events.log import record
from judging.actions.cards import Saved, save_scorecard
from judging.models import Scorecard


@transaction.atomic
def enter_paper(
    card: Scorecard,
    scores: Mapping[int, int | None],
    user: User,
    feedback: str | None = None,
) -> Saved | None:
    """Take what a judge wrote on paper, through the same door as their phone.

    So it is checked, kept and, after closing, laid aside in the same way; the log says
    who typed it for whom. What is there already is not entered again.
    A score of None is taken back.
    """
    card = (
        Scorecard.objects.select_for_update(of=("self",))
        .select_related("judge__event", "project")
        .get(pk=card.pk)
    )
    before = {score.criterion_id: score.value for score in card.scores.all()}
    changed = {pk: value for pk, value in scores.items() if before.get(pk) != value}
    words = {} if feedback in {None, card.feedback} else {"feedback": feedback}
    if not changed and not words:
        return None
    revision = max(round(timezone.now().timestamp() * 1000), card.revision + 1)
    saved = save_scorecard(
        card.pk,
        card.judge_id,
        card.judge.fingerprint,
        {
            "client": f"paper-{user.pk}",
            "revision": revision,
            "scores": {str(pk): value for pk, value in changed.items()},
            "status": Scorecard.Status.STARTED,
            **words,
            "taps": {
                **{f"scores.{pk}": revision for pk in changed},
                **dict.fromkeys(words, revision),
            },
            "base": {},
        },
    )
    record(
        user,
        "judging.paper",
        card.project,
        event=card.judge.event,
        judge=card.judge,
        old={str(pk): before.get(pk) for pk in changed},
        new={str(pk): value for pk, value in changed.items()},
        outcome=saved.outcome,
    )
    return saved
