"""What a phone carries along in a pairwise round, and one PUT per answer."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from judging import actions, sessions
from judging.actions.pairs import Answered
from judging.api import PutView, not_open
from judging.models import Comparison, Judge, Round, Walk
from submissions.models import Project


def pairwise_rounds(judge: Judge) -> list[Round]:
    """Those that a judge may compare in now or could until just now."""
    rounds = judge.event.rounds.filter(kind=Round.Kind.PAIRWISE)
    return [one for one in rounds if one.follows_id is None or one.opened_at]


def walk_of(judge: Judge, round_: Round) -> Walk:
    """The judge's walk as it is; one that has not begun is not kept."""
    walk = Walk.objects.filter(judge=judge, round=round_).first()
    return walk or Walk(judge=judge, round=round_)


def walk_state(walk: Walk) -> dict[str, Any]:
    """Where the judge stands, with all that is needed to go on for a while."""
    numbers = [pk for pk in (walk.at, *walk.ahead) if pk]
    projects = Project.objects.filter(pk__in=numbers).select_related("team", "event")
    return {
        "round": walk.round_id,
        "at": walk.at,
        "ahead": walk.ahead,
        "seen": len(walk.seen),
        "projects": {
            str(one.pk): {
                "title": one.title,
                "tagline": one.tagline,
                "team": one.team.name,
                "table": one.team.table,
            }
            for one in projects
        },
    }


@method_decorator([login_not_required, never_cache], name="dispatch")
class PairStateView(View):
    """GET reads; POST begins a walk, or looks for more when little is ahead."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        judge = sessions.current_judge(request)
        if judge is None:
            return not_open(request)
        sessions.note_presence(judge)
        rounds = pairwise_rounds(judge)
        if request.method == "POST":
            for round_ in rounds:
                actions.plan_walk(judge, round_)
        return JsonResponse(
            {
                "menlo": "pairs",
                "judge": judge.pk,
                "now": timezone.now().isoformat(),
                "csrf": get_token(request),
                "rounds": [
                    {"name": one.name, **walk_state(walk_of(judge, one))}
                    for one in rounds
                ],
            }
        )

    post = get


class ComparisonView(PutView):
    def act(self, judge: int, fingerprint: str, data: Any, **kwargs: Any) -> Answered:
        return actions.answer_pair(
            judge, fingerprint, kwargs["client"], kwargs["revision"], data
        )

    def say(self, saved: Answered) -> dict[str, Any]:
        return {
            "outcome": "late" if saved.is_late else "applied",
            "revision": self.kwargs["revision"],
            "walk": walk_state(saved.walk),
        }


def votes_of(judge: Judge, round_: Round) -> list[Comparison]:
    """Those of one judge that stand, newest first."""
    rows = Comparison.objects.filter(judge=judge, round=round_, undone_at=None)
    return list(rows.order_by("-received_at", "-pk"))
