"""What the phone talks to: the state to carry along, and one PUT per scorecard.

Answers are JSON always, also when refused: a phone must be able to tell our "no" from a
venue's sign-in page. The CSRF token comes with the state and goes back in a header.
"""

import json
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from core.exceptions import Refused
from judging import actions
from judging.actions.cards import (
    ConflictOfInterest,
    JudgingHasNotBegun,
    NotYours,
    OtherContent,
    ProjectIsGone,
)
from judging.models import Judge, Scorecard
from judging.payload import Malformed, read_payload
from judging.sessions import current_judge
from judging.state import card_state, state_of

LARGEST_BODY = 64 * 1024
STATUS = {
    NotYours: HTTPStatus.FORBIDDEN,
    ConflictOfInterest: HTTPStatus.FORBIDDEN,
    ProjectIsGone: HTTPStatus.GONE,
    JudgingHasNotBegun: HTTPStatus.CONFLICT,
    OtherContent: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def _no(status: HTTPStatus, text: str, **more: Any) -> JsonResponse:
    return JsonResponse({"menlo": "error", "error": text, **more}, status=status)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


@method_decorator([login_not_required, never_cache], name="dispatch")
class JudgeApiView(View):
    judge: Judge

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        judge = current_judge(request)
        if judge is None:
            return _no(
                HTTPStatus.UNAUTHORIZED,
                _("Open your judging link again. Nothing on this phone is lost."),
            )
        self.judge = judge
        return super().dispatch(request, *args, **kwargs)


class StateView(JudgeApiView):
    """Everything that the phone needs to work without a network."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({**state_of(self.judge), "csrf": get_token(request)})


class ScorecardView(JudgeApiView):
    http_method_names = ["put"]

    def put(self, request: HttpRequest, pk: int) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            return _no(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("This is too long."))
        card = Scorecard.objects.filter(pk=pk, judge=self.judge).first()
        if card is None:
            return _no(HTTPStatus.FORBIDDEN, str(NotYours()))
        try:
            data = json.loads(request.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return _no(HTTPStatus.BAD_REQUEST, _("This is no JSON."))
        try:
            payload = read_payload(data, list(card.round.criteria.all()))
            saved = actions.save_scorecard(pk, self.judge, payload)
        except Malformed as error:
            return _no(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), field=error.field)
        except Refused as refusal:
            status = STATUS.get(type(refusal), HTTPStatus.CONFLICT)
            return _no(status, str(refusal))
        saved.card.refresh_from_db()
        return JsonResponse(
            {
                "menlo": "saved",
                "outcome": saved.outcome,
                "revision": payload.revision,
                "card": card_state(saved.card),
            }
        )
