"""What this app writes to the log, in words that follow a person's name."""

from django.utils.translation import gettext_lazy as _

from events.log import say

say(
    {
        "judging.absent": _("noted that two judges found nobody at %(target)s"),
        "judging.award": _("gave %(target)s to %(project)s"),
        "judging.back": _("noted that the judge %(target)s is back"),
        "judging.brought_back": _("brought %(target)s back into %(round)s"),
        "judging.conflict": _("declared a conflict of interest with %(target)s"),
        "judging.conflict_lifted": _(
            "lifted the conflict of interest of %(judge)s with %(target)s"
        ),
        "judging.conflict_taken_back": _(
            "took back their conflict of interest with %(target)s"
        ),
        "judging.conflict_recorded": _(
            "recorded a conflict of interest of %(judge)s with %(target)s"
        ),
        "judging.ended": _("ended judging at %(target)s"),
        "judging.results_not_held": _("let everybody see the results of %(target)s"),
        "judging.forbidden": _("kept %(judge)s away from %(target)s in %(round)s"),
        "judging.freed": _("left it to the plan whether %(judge)s sees %(target)s"),
        "judging.exported": _("downloaded the scores of %(target)s: %(table)s"),
        "judging.feedback_hidden": _(
            "kept what %(judge)s wrote from the team of %(target)s"
        ),
        "judging.feedback_shown": _(
            "let the team of %(target)s read what %(judge)s wrote"
        ),
        "judging.invited": _("invited %(target)s to judge"),
        "judging.arrivals_noted": _(
            "noted where %(number)s scorecards and comparisons stood"
        ),
        "judging.late_accepted": _(
            "counted the late scores of %(judge)s for %(target)s"
        ),
        "judging.late_rejected": _(
            "did not count the late scores of %(judge)s for %(target)s"
        ),
        "judging.left": _("noted that the judge %(target)s has left"),
        "judging.link_renewed": _("renewed the link of the judge %(target)s"),
        "judging.method": _(
            "chose what decides in %(target)s: %(method)s, equal scores: %(ties)s"
        ),
        "judging.on_stage": _("put on stage: %(target)s"),
        "judging.pinned": _("sent %(judge)s to %(target)s in %(round)s"),
        "judging.planned": _("planned %(target)s again: %(moved)s cards moved"),
        "judging.late_votes_accepted": _(
            "counted %(number)s late comparisons of %(target)s"
        ),
        "judging.late_votes_rejected": _(
            "did not count %(number)s late comparisons of %(target)s"
        ),
        "judging.results_held": _(
            "held the results back until they are revealed on stage"
        ),
        "judging.reveal_began": _("began to reveal on the big screen: %(target)s"),
        "judging.reveal_ended": _("ended the reveal on the big screen"),
        "judging.revealed": _("revealed on the big screen: step %(step)s"),
        "judging.rubric_changed": _(
            "changed the rubric of %(target)s (now version %(version)s)"
        ),
        "judging.stage_break": _("cleared the stage for a break"),
        "judging.stage_clock": _("restarted the clock for %(target)s"),
        "judging.stage_minutes": _("changed the time of %(target)s by %(minutes)s min"),
        "judging.stage_order": _("moved %(target)s to place %(place)s on stage"),
        "judging.stage_over": _("ended what is on stage"),
        "judging.round_closed": _("closed the round %(target)s"),
        "judging.round_opened": _("opened the round %(target)s"),
        "judging.set_aside": _("set %(target)s aside in %(round)s"),
        "judging.shortlist": _("took the best into %(target)s: %(projects)s"),
        "judging.shortlist_added": _("took %(target)s into %(round)s: %(reason)s"),
        "judging.shortlist_removed": _(
            "took %(target)s out of the list for %(round)s: %(reason)s"
        ),
        "judging.paper": _("typed in paper scores of %(judge)s for %(target)s"),
        "judging.proposal_withdrawn": _("took back what was proposed to publish"),
        "judging.proposed": _("proposed to publish the results"),
        "judging.published": _("published version %(version)s of the results"),
        "judging.revoked": _("ended the link of the judge %(target)s"),
        "judging.rules": _("changed the judging rules: %(changes)s"),
    }
)
