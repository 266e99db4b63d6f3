"""What the phone talks to: the state to carry along, and one PUT per scorecard.

Answers are JSON always, also when refused: a phone must be able to tell our "no" from a
venue's sign-in page. The CSRF token comes with the state and goes back in a header.
"""

import json
from collections.abc import Callable
from functools import partial
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
from judging import actions, sessions
from judging.actions.cards import (
    ConflictOfInterest,
    JudgingHasNotBegun,
    LinkIsClosed,
    NotYours,
    OtherContent,
    ProjectIsGone,
    Saved,
)
from judging.payload import Malformed
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


def not_open(request: HttpRequest) -> JsonResponse:
    """Tell a link that was revoked from a session that ended."""
    is_revoked = bool(sessions.opened_link(request)[0])
    text = (
        LinkIsClosed.message
        if is_revoked
        else _("Open your judging link again. Nothing on this phone is lost.")
    )
    return _no(HTTPStatus.UNAUTHORIZED, str(text), revoked=is_revoked)


@method_decorator([login_not_required, never_cache], name="dispatch")
class StateView(View):
    """Everything that the phone needs to work without a network."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        judge = sessions.current_judge(request)
        if judge is None:
            return not_open(request)
        return JsonResponse({**state_of(judge), "csrf": get_token(request)})


@method_decorator([login_not_required, never_cache], name="dispatch")
class PutView(View):
    """Takes what a phone has kept; the same again is answered alike."""

    http_method_names = ["put"]

    def act(self, judge: int, fingerprint: str, data: Any, **kwargs: Any) -> Any:
        """The action; what it gives is what ``say`` tells the phone."""
        raise NotImplementedError

    def say(self, saved: Any) -> dict[str, Any]:
        raise NotImplementedError

    def put(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        judge, fingerprint = sessions.opened_link(request)
        if not judge:
            return not_open(request)
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            return _no(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("This is too long."))
        try:
            data = json.loads(request.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return _no(HTTPStatus.BAD_REQUEST, _("This is no JSON."))
        return self.save(request, partial(self.act, judge, fingerprint, data, **kwargs))

    def save(self, request: HttpRequest, act: Callable[[], Any]) -> HttpResponse:
        try:
            saved = act()
        except Malformed as error:
            return _no(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), field=error.field)
        except LinkIsClosed:
            return not_open(request)
        except Refused as refusal:
            if isinstance(refusal, NotYours) and not sessions.current_judge(request):
                return not_open(request)
            status = STATUS.get(type(refusal), HTTPStatus.CONFLICT)
            return _no(status, str(refusal))
        return JsonResponse({"menlo": "saved", **self.say(saved)})


class ScorecardView(PutView):
    def act(self, judge: int, fingerprint: str, data: Any, **kwargs: Any) -> Saved:
        return actions.save_scorecard(kwargs["pk"], judge, fingerprint, data)

    def say(self, saved: Saved) -> dict[str, Any]:
        return {
            "outcome": saved.outcome,
            "revision": saved.revision,
            "overruled": saved.overruled,
            "card": card_state(saved.card, saved.scores),
        }
