from judging.actions.cards import decide_late, save_scorecard
from judging.actions.judges import (
    declare_conflict,
    invite_judge,
    renew_link,
    revoke_judge,
)
from judging.actions.results import give_award, publish_results
from judging.actions.rounds import deal_cards, put_on

__all__ = [
    "deal_cards",
    "decide_late",
    "declare_conflict",
    "give_award",
    "invite_judge",
    "publish_results",
    "put_on",
    "renew_link",
    "revoke_judge",
    "save_scorecard",
]
