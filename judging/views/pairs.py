"""Which of these two is better: the judge's page, and what organisers see of it."""

import time
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.exceptions import Refused
from core.text import whole_number
from judging import actions
from judging.models import Comparison, Judge, Round, Walk
from judging.pairs_api import pairwise_rounds, votes_of, walk_of, walk_state
from judging.payload import Malformed
from judging.views.organise import JudgingActionView, RunJudgingView
from judging.views.phone import JudgeView
from judging.votes import WINNERS
from submissions.models import Project

# Quicker than that nobody has looked at two projects.
HASTY = 3
CLIENT = "form"


class PairsView(JudgeView):
    """Works as a plain form; with JavaScript, also without a network."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rounds = pairwise_rounds(self.judge)
        chosen = request.GET.get("round", "")
        round_ = next((one for one in rounds if str(one.pk) == chosen), None)
        round_ = round_ or next(iter(rounds), None)
        return self.page(request, rounds, round_)

    def page(
        self,
        request: HttpRequest,
        rounds: list[Round],
        round_: Round | None,
        **more: Any,
    ) -> HttpResponse:
        walk = walk_of(self.judge, round_) if round_ else None
        votes = votes_of(self.judge, round_) if round_ else []
        projects = walk_state(walk)["projects"] if walk else {}
        return render(
            request,
            "judging/judge_pairs.html",
            {
                "judge": self.judge,
                "rounds": rounds,
                "round": round_,
                "walk": walk,
                "previous": projects.get(str(walk.at)) if walk else None,
                "current": projects.get(str(walk.here)) if walk else None,
                "number": len(votes),
                "last": votes[0] if votes else None,
                "now": int(time.time() * 1000),
                **more,
            },
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        rounds = pairwise_rounds(self.judge)
        pk = request.POST.get("round", "")
        round_ = next((one for one in rounds if str(one.pk) == pk), None)
        if round_ is None:
            return redirect("judging:pairs")
        if "begin" in request.POST:
            actions.plan_walk(self.judge, round_)
            return self.back_to(round_)
        if "undo" in request.POST:
            return self.answer(round_, *self.undoing(round_))
        shown_at = _number(request.POST.get("shown_at"))
        seconds = max(int(time.time() - shown_at / 1000), 0)
        answer = request.POST.get("answer", "")
        if answer in WINNERS and seconds < HASTY and "sure" not in request.POST:
            return self.page(request, rounds, round_, sure=answer)
        previous = request.POST.get("previous", "")
        data = {
            "round": round_.pk,
            "previous": _number(previous) if previous else None,
            "current": _number(request.POST.get("current")),
            "answer": answer,
            "seconds": min(seconds, 24 * 3600),
        }
        return self.answer(round_, shown_at, data)

    def undoing(self, round_: Round) -> tuple[int, dict[str, Any]]:
        """The last answer of this page, taken back; of no answer the empty one."""
        votes = [one for one in votes_of(self.judge, round_) if one.client == CLIENT]
        if not votes:
            return 0, {}
        last = votes[0]
        walk = Walk.objects.filter(judge=self.judge, round=round_).first()
        won = walk is not None and walk.at == last.winner_id
        current = last.winner_id if won else last.loser_id
        return last.revision, {
            "round": round_.pk,
            "previous": last.loser_id if won else last.winner_id,
            "current": current,
            "answer": "current" if won else "previous",
            "undone": True,
        }

    def answer(
        self, round_: Round, revision: int, data: dict[str, Any]
    ) -> HttpResponse:
        try:
            answered = actions.answer_pair(
                self.judge.pk, self.judge.fingerprint, CLIENT, revision, data
            )
        except (Malformed, Refused) as no:
            messages.error(self.request, str(no))
        else:
            if answered.is_late:
                messages.warning(
                    self.request, _("Judging is closed. The organisers decide.")
                )
            else:
                said = _("Taken back.") if data.get("undone") else _("Saved.")
                messages.success(self.request, said)
        return self.back_to(round_)

    def back_to(self, round_: Round) -> HttpResponse:
        response = redirect("judging:pairs")
        response["Location"] += f"?round={round_.pk}"
        return response


def _number(text: str | None) -> int:
    return whole_number(text, digits=15) or 0


class PairProgressView(RunJudgingView):
    """How far each judge is, who taps faster than one can look, and who was absent."""

    template_name = "judging/pairs_progress.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        round_ = get_object_or_404(
            self.event.rounds, pk=self.kwargs["pk"], kind=Round.Kind.PAIRWISE
        )
        walks = (
            Walk.objects.filter(round=round_)
            .select_related("judge")
            .order_by("judge__name")
        )
        counted = Q(undone_at=None)
        tally = {
            row["judge"]: row
            for row in Comparison.objects.filter(round=round_)
            .order_by()
            .values("judge")
            .annotate(
                votes=Count("pk", filter=counted),
                hasty=Count("pk", filter=counted & Q(seconds__lt=HASTY)),
                undone=Count("pk", filter=Q(undone_at__isnull=False, late="")),
                late=Count("pk", filter=Q(late=Comparison.Late.WAITS)),
            )
        }
        passed: dict[int, int] = {}
        for walk in walks:
            for pk, why in walk.skipped.items():
                if why == "absent":
                    passed[int(pk)] = passed.get(int(pk), 0) + 1
        found = Project.objects.select_related("team", "event").in_bulk(passed)
        return super().get_context_data(
            round=round_,
            judges=[(walk, tally.get(walk.judge_id, {})) for walk in walks],
            absent=[(found[pk], n) for pk, n in passed.items() if pk in found],
            total=sum(row["votes"] for row in tally.values()),
            **kwargs,
        )


class LateVotesView(JudgingActionView):
    def perform(self) -> str:
        round_ = get_object_or_404(self.event.rounds, pk=self.kwargs["pk"])
        judge = get_object_or_404(Judge, pk=self.kwargs["judge"], event=self.event)
        accept = self.request.POST.get("decision") == "accept"
        actions.decide_late_votes(round_, judge, self.user, accept=accept)
        return _("They count.") if accept else _("They do not count.")
