from judging.actions.cards import decide_late, save_scorecard
from judging.actions.dealing import deal_cards, plan_again
from judging.actions.deliberation import ask_for_one_more
from judging.actions.judges import invite_judge, renew_link, revoke_judge
from judging.actions.pairings import (
    declare_conflict,
    forbid,
    free,
    judge_back,
    judge_left,
    lift_conflict,
    pin,
    record_conflict,
)
from judging.actions.paper import enter_paper
from judging.actions.results import (
    change_rules,
    choose_what_decides,
    give_award,
    hide_feedback,
    publish_results,
    withdraw_proposal,
)
from judging.actions.rounds import (
    add_to_shortlist,
    bring_back,
    close_round,
    open_round,
    put_on,
    remove_from_shortlist,
    set_aside,
    take_best,
)

__all__ = [
    "add_to_shortlist",
    "ask_for_one_more",
    "bring_back",
    "change_rules",
    "choose_what_decides",
    "close_round",
    "deal_cards",
    "decide_late",
    "declare_conflict",
    "enter_paper",
    "forbid",
    "free",
    "give_award",
    "hide_feedback",
    "invite_judge",
    "judge_back",
    "judge_left",
    "lift_conflict",
    "open_round",
    "pin",
    "plan_again",
    "publish_results",
    "put_on",
    "record_conflict",
    "remove_from_shortlist",
    "renew_link",
    "revoke_judge",
    "save_scorecard",
    "set_aside",
    "take_best",
    "withdraw_proposal",
]
