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
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import View

from core.exceptions import Refused
from judging import actions, sessions
from judging.actions.admission import (
    ConflictOfInterest,
    JudgingHasNotBegun,
    ProjectIsGone,
)
from judging.actions.cards import LinkIsClosed, NotYours, OtherContent, Saved
from judging.models import Judge, Round
from judging.payload import Malformed
from judging.state import card_state, state_of

LARGEST_BODY = 64 * 1024
OPEN_AGAIN = gettext_lazy(
    "Open your judging link again. Nothing on this phone is lost."
)
STATUS = {
    NotYours: HTTPStatus.FORBIDDEN,
    ConflictOfInterest: HTTPStatus.FORBIDDEN,
    ProjectIsGone: HTTPStatus.GONE,
    JudgingHasNotBegun: HTTPStatus.CONFLICT,
    OtherContent: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def _no(status: HTTPStatus, text: Any, **more: Any) -> JsonResponse:
    return JsonResponse({"menlo": "error", "error": str(text), **more}, status=status)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError
    return content


def not_open(request: HttpRequest) -> JsonResponse:
    """Tell a link that was revoked from a session that ended."""
    is_revoked = bool(sessions.opened_link(request)[0])
    text = LinkIsClosed.message if is_revoked else OPEN_AGAIN
    return _no(HTTPStatus.UNAUTHORIZED, text, revoked=is_revoked)


@method_decorator([login_not_required, never_cache], name="dispatch")
class StateView(View):
    """Everything that the phone needs to work without a network."""

    http_method_names = ["get", "delete"]

    def get(self, request: HttpRequest) -> HttpResponse:
        judge = sessions.current_judge(request)
        if judge is None:
            return not_open(request)
        sessions.note_presence(judge)
        return JsonResponse({**state_of(judge), "csrf": get_token(request)})

    def delete(self, request: HttpRequest) -> HttpResponse:
        """Sign out; for a phone that could say so only later."""
        sessions.leave(request)
        return JsonResponse({"menlo": "left"})


@method_decorator([login_not_required, never_cache], name="dispatch")
class NowView(View):
    """Which demo is on in each round: small, because phones ask every few seconds."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        number, fingerprint = sessions.opened_link(request)
        judge = Judge.objects.active().filter(pk=number).first()
        if judge is None or judge.fingerprint != fingerprint:
            return not_open(request)
        rounds = Round.objects.filter(event=judge.event_id)
        return JsonResponse(
            {"menlo": "now", "on": dict(rounds.values_list("pk", "now_on"))}
        )


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
        # A page that stayed open while somebody else's link was opened beside it.
        if request.headers.get("X-Judge", str(judge)) != str(judge):
            return _no(HTTPStatus.UNAUTHORIZED, OPEN_AGAIN, revoked=False)
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            return _no(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("This is too long."))
        try:
            data = json.loads(
                request.body,
                parse_constant=_refuse_constant,
                object_pairs_hook=_no_name_twice,
            )
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
