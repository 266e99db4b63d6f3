from judging.actions.beliefs import decide_late_votes
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
    take_back_conflict,
)
from judging.actions.pairs import answer_pair, plan_walk
from judging.actions.paper import enter_paper
from judging.actions.results import (
    change_rules,
    choose_what_decides,
    give_award,
    hide_feedback,
    publish_results,
    withdraw_proposal,
)
from judging.actions.reveal import (
    end_reveal,
    hold_back_results,
    start_reveal,
    step_reveal,
)
from judging.actions.rounds import (
    add_to_shortlist,
    bring_back,
    close_round,
    end_judging,
    open_round,
    remove_from_shortlist,
    set_aside,
    take_best,
)
from judging.actions.rubric import change_rubric, give_standard_rubric, preview_change
from judging.actions.stage import (
    clear_stage,
    give_minutes,
    move_entry,
    put_on,
    restart_clock,
    step,
    take_break,
)

__all__ = [
    "add_to_shortlist",
    "answer_pair",
    "ask_for_one_more",
    "bring_back",
    "change_rubric",
    "change_rules",
    "choose_what_decides",
    "clear_stage",
    "close_round",
    "deal_cards",
    "decide_late",
    "decide_late_votes",
    "declare_conflict",
    "end_judging",
    "end_reveal",
    "enter_paper",
    "forbid",
    "free",
    "give_award",
    "give_minutes",
    "give_standard_rubric",
    "hide_feedback",
    "hold_back_results",
    "invite_judge",
    "judge_back",
    "judge_left",
    "lift_conflict",
    "move_entry",
    "open_round",
    "pin",
    "plan_again",
    "plan_walk",
    "preview_change",
    "publish_results",
    "put_on",
    "record_conflict",
    "remove_from_shortlist",
    "renew_link",
    "restart_clock",
    "revoke_judge",
    "save_scorecard",
    "set_aside",
    "start_reveal",
    "step",
    "step_reveal",
    "take_back_conflict",
    "take_best",
    "take_break",
    "withdraw_proposal",
]
