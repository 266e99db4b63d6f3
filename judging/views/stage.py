"""The organiser's remote controls: one for the demos, one for revealing the results."""

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.exceptions import NotSure, Refused
from core.text import whole_number
from judging import actions
from judging.actions.stage import sight_of
from judging.models import Round, Scorecard
from judging.publishing import who_is_mailed
from judging.reveal import next_step, on_screen, parts_of, reveal_of
from judging.running import after, running_order
from judging.views.organise import RunJudgingView
from submissions.models import Project

MOST_PLACES = (3, 5, 10, 1000)


class RemoteBase(RunJudgingView):
    """A page that is also its own fragment: htmx asks for what has changed."""

    fragment = ""

    def known(self) -> dict[str, Any]:
        """What the page shows, in its words."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(**self.known())
        if not getattr(request, "htmx", False):
            return self.render_to_response(context)
        # Nothing new: leave the buttons alone, a thumb may be on its way to one.
        if request.GET.get("state") == context["state"]:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        return render(request, self.fragment, context)


def fingerprint(*values: Any) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


class RemoteView(RemoteBase):
    """Next, back, a minute more, a break: with one thumb, beside the stage."""

    template_name = "judging/remote.html"
    fragment = "judging/remote.html#remote"

    @cached_property
    def round(self) -> Round:
        rounds = self.event.rounds.select_related("now_on__team", "last_on__team")
        return get_object_or_404(rounds, pk=self.kwargs["pk"])

    def known(self) -> dict[str, Any]:
        round_ = self.round
        order = running_order(round_)
        scored = (
            Scorecard.objects.live()
            .filter(round=round_, project=round_.now_on_id)
            .aggregate(
                done=Count("pk", filter=Q(status=Scorecard.Status.DONE)),
                all=Count("pk"),
            )
        )
        place = round_.now_on_id or round_.last_on_id
        return {
            "round": round_,
            "order": order,
            "place": place,
            "next": after(order, place),
            "scored": scored,
            "seen": sight_of(round_),
            "is_over": round_.ends_at is not None and round_.ends_at <= timezone.now(),
            "state": fingerprint(
                sight_of(round_),
                round_.now_on_since,
                round_.extra_minutes,
                round_.minutes_per_demo,
                sorted(scored.items()),
                [(one.pk, one.title, one.team.name, one.team.table) for one in order],
            ),
        }


class PressView(RemoteView):
    """One press of the remote. Works as a plain form, too."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        name, _colon, number = request.POST.get("press", "").partition(":")
        press = self.presses().get(name)
        try:
            if press is not None:
                messages.success(request, press(number))
        except Refused as refusal:
            messages.error(request, str(refusal))
        if not getattr(request, "htmx", False):
            return redirect("judging:remote", self.event.slug, self.round.pk)
        del self.round  # as the action left it
        return render(request, self.fragment, self.get_context_data(**self.known()))

    def presses(self) -> dict[str, Callable[[str], str]]:
        seen: dict[str, Any] = {"seen": self.request.POST.get("seen")}
        round_, user = self.round, self.user

        def project(number: str) -> Project:
            return get_object_or_404(self.event.projects, pk=whole_number(number) or 0)

        def on_stage(what: Project) -> str:
            return _("On stage: %(what)s") % {"what": what}

        def break_(_number: str) -> str:
            actions.take_break(round_, user, **seen)
            return _("Break.")

        def over(_number: str) -> str:
            actions.clear_stage(round_, user, **seen)
            return _("The stage is clear.")

        def minutes(number: str) -> str:
            given = int(number) if number in {"-1", "1", "5"} else 0
            actions.give_minutes(round_, given, user, **seen)
            return _("%(minutes)s min.") % {"minutes": f"{given:+d}"}

        def restart(_number: str) -> str:
            actions.restart_clock(round_, user, **seen)
            return _("The clock starts anew.")

        def move(by: int) -> Callable[[str], str]:
            def moved(number: str) -> str:
                actions.move_entry(round_, project(number), by, user)
                return _("Moved.")

            return moved

        return {
            "next": lambda _number: on_stage(actions.step(round_, user, 1, **seen)),
            "back": lambda _number: on_stage(actions.step(round_, user, -1, **seen)),
            "to": lambda number: on_stage(
                actions.put_on(round_, project(number), user, **seen)
            ),
            "break": break_,
            "over": over,
            "minutes": minutes,
            "restart": restart,
            "up": move(-1),
            "down": move(1),
        }


class RevealView(RemoteBase):
    """From the last place to the first, one press each, on the big screen."""

    template_name = "judging/reveal.html"
    fragment = "judging/reveal.html#reveal"

    def known(self) -> dict[str, Any]:
        reveal = reveal_of(self.event)
        latest = self.event.published_results.first()
        screen = on_screen(reveal) if reveal else None
        return {
            "reveal": reveal,
            "latest": latest,
            "screen": screen,
            "coming": next_step(reveal) if reveal else None,
            "parts": [
                (number, part.name)
                for number, part in enumerate(parts_of(latest.snapshot, 1))
                if part.steps
            ]
            if latest
            else [],
            "places": MOST_PLACES,
            "mailed": who_is_mailed(self.event).count() if reveal and latest else 0,
            "state": fingerprint(
                latest and latest.pk,
                reveal and (reveal.part, reveal.shown, reveal.places, reveal.result_id),
            ),
        }


class RevealPressView(RevealView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        try:
            self.perform(request.POST.get("press", ""))
        except Refused as refusal:
            messages.error(request, str(refusal))
        if not getattr(request, "htmx", False):
            return redirect("judging:reveal", self.event.slug)
        return render(request, self.fragment, self.get_context_data(**self.known()))

    def perform(self, press: str) -> None:
        if press == "hold":
            actions.hold_back_results(self.event, self.user)
        elif press == "start":
            actions.start_reveal(
                self.event, self.user, self.number("part"), self.number("places") or 3
            )
        elif press in {"next", "back"}:
            by = 1 if press == "next" else -1
            actions.step_reveal(self.event, self.user, by, seen=self.number("seen"))
        elif press == "end":
            reveal = reveal_of(self.event)
            is_published = self.event.published_results.exists()
            if reveal and reveal.hides_results and is_published:
                NotSure.unless(self.request.POST)  # it opens them, and mails everybody
            actions.end_reveal(self.event, self.user)

    def number(self, name: str) -> int:
        return whole_number(self.request.POST.get(name), digits=4) or 0
