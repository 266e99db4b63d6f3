"""The judge's pages. They work without JavaScript; with it, also without a network."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.generic import View

from accounts.limits import knock
from core.exceptions import Refused
from core.text import typed_line, whole_number
from events.models import Phase
from judging import actions, sessions
from judging.models import Criterion, Judge, Scorecard
from judging.pairs_api import pairwise_rounds
from judging.payload import Malformed
from judging.state import (
    by_round,
    cards_of,
    next_card,
    scores_of,
    stepped_back_from,
)

SERVER_TIME = re.compile(r'<meta name="server-time".*?>')
SCRIPTS = (
    "app.js",
    "dom.js",
    "leave.js",
    "outbox.js",
    "pages.js",
    "pairs.js",
    "store.js",
)
# Drawn by scripts/icons.py.
ICONS = (
    ("icon-192", 192, "any"),
    ("icon-512", 512, "any"),
    ("icon-maskable-512", 512, "maskable"),
)
# Says that a page is ours and not, say, a venue's: the service worker looks for it.
OURS = "X-Menlo"


@method_decorator([login_not_required, never_cache], name="dispatch")
class EnterView(View):
    """The judge's own link. Works on a second phone, too; ends when it is revoked."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        knock(request, "judge_link", token)
        judge = Judge.objects.by_token(token)
        if judge is None:
            response = render(request, "judging/link_closed.html", status=404)
        else:
            sessions.enter(request, judge)
            response = redirect("judging:home")
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response


@method_decorator(
    [login_not_required, never_cache, ensure_csrf_cookie], name="dispatch"
)
class JudgeView(View):
    judge: Judge

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        judge = sessions.current_judge(request)
        if judge is None:
            response: Any = render(request, "judging/link_needed.html", status=403)
        else:
            self.judge = judge
            if request.method == "POST":
                sessions.note_presence(judge)
            response = super().dispatch(request, *args, **kwargs)
        response[OURS] = "judging"
        return response


class HomeView(JudgeView):
    def get(self, request: HttpRequest) -> HttpResponse:
        cards = cards_of(self.judge)
        pairs = pairwise_rounds(self.judge)
        if pairs and not cards:
            return redirect("judging:pairs")
        parts = by_round(cards)
        going = [part for part in parts if not part.round.is_over]
        closing = self.judge.event.window(Phase.JUDGING)
        return render(
            request,
            "judging/judge_home.html",
            {
                "judge": self.judge,
                "total": sum(len(part.cards) for part in going),
                "done": sum(len(part.done) for part in going),
                "going": going,
                "over": [part for part in parts if part.round.is_over],
                "closes_at": closing.closes_at if closing else None,
                "pairs": [one for one in pairs if not one.is_over],
                "stepped_back": stepped_back_from(self.judge),
            },
        )


class CardView(JudgeView):
    """One project: the same page with and without JavaScript."""

    def card(self, pk: int) -> tuple[Scorecard, list[Scorecard]]:
        cards = cards_of(self.judge)
        card = next((card for card in cards if card.pk == pk), None)
        if card is None:
            raise Http404
        return card, cards

    def rubric(self, card: Scorecard) -> list[Criterion]:
        criteria = Criterion.objects.current().of(card.project_id)
        return list(criteria.filter(round=card.round_id))

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        card, cards = self.card(pk)
        cards = [one for one in cards if one.round_id == card.round_id]
        place = cards.index(card)
        rubric = self.rubric(card)
        given = scores_of(card, {criterion.pk for criterion in rubric})
        return render(
            request,
            "judging/judge_card.html",
            {
                "judge": self.judge,
                "card": card,
                "rubric": [(one, given.get(one.pk)) for one in rubric],
                "place": place + 1,
                "total": len(cards),
                "previous": cards[place - 1] if place else None,
            },
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        card, cards = self.card(pk)
        rubric = self.rubric(card)
        scores = {
            # What is no number is refused by its reader.
            str(c.pk): value if (number := whole_number(value)) is None else number
            for c in rubric
            if (value := request.POST.get(f"score-{c.pk}", ""))
        }
        status = request.POST.get("status") or (
            Scorecard.Status.DONE
            if len(scores) == len(rubric)
            else Scorecard.Status.STARTED
        )
        try:
            saved = actions.save_scorecard(
                card.pk,
                self.judge.pk,
                self.judge.fingerprint,
                {
                    "client": "form",
                    "revision": card.revision + 1,
                    "scores": scores,
                    "notes": request.POST.get("notes", ""),
                    "feedback": request.POST.get("feedback", ""),
                    "starred": "starred" in request.POST,
                    "status": status,
                },
            )
        except (Malformed, Refused) as no:
            messages.error(request, str(no))
            return redirect("judging:card", pk)
        if saved.outcome == "late":
            messages.warning(request, _("Judging is closed. The organisers decide."))
        else:
            messages.success(request, _("Saved."))
        following = next_card(cards, card)
        return (
            redirect("judging:card", following.pk)
            if following
            else redirect("judging:home")
        )


class StepBackView(JudgeView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        card = get_object_or_404(Scorecard, pk=pk, judge=self.judge)
        try:
            reason = typed_line(request.POST.get("reason"))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("judging:card", pk)
        actions.declare_conflict(self.judge, card.project, reason)
        messages.success(
            request,
            _(
                "You do not score %(project)s. The organisers give it to somebody "
                "else. For ten minutes you can take it back below; after that only "
                "they can undo it."
            )
            % {"project": card.project},
        )
        return redirect("judging:home")


class TakeBackView(JudgeView):
    """It was no conflict, only the wrong button."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        recusal = get_object_or_404(
            self.judge.recusals.select_related("project"), pk=pk
        )
        try:
            actions.take_back_conflict(self.judge, recusal.project)
        except Refused as no:
            messages.error(request, str(no))
        else:
            messages.success(
                request,
                _("You score %(project)s again. All you gave it is there.")
                % {"project": recusal.project},
            )
        return redirect("judging:home")


class SignOutView(JudgeView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        sessions.leave(request)
        response = render(request, "judging/signed_out.html")
        response["Clear-Site-Data"] = '"cache"'
        return response


def shell() -> list[str]:
    """What the service worker keeps: the pages' files, at their hashed addresses."""
    page = SERVER_TIME.sub("", render_to_string("judging/judge_offline.html"))
    version = hashlib.sha256(page.encode()).hexdigest()[:12]
    return [
        f"{reverse('judging:offline')}?v={version}",
        static("css/menlo.css"),
        static("js/browser.js"),
        static("js/menlo.js"),
        static("icons/sprite.svg"),
        static("img/favicon.svg"),
        static("fonts/atkinson-hyperlegible-next.woff2"),
        static("fonts/zilla-slab-600.woff2"),
        static("vendor/idb-8.0.4.js"),
        *(static(f"judging/{name}") for name in SCRIPTS),
    ]


@method_decorator(login_not_required, name="dispatch")
class ServiceWorkerView(View):
    """The worker's text with its list of files; a new list is a new version."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        source = Path(settings.BASE_DIR / "static/judging/sw.js").read_text("utf-8")
        files = shell()
        text = f"const SHELL = {json.dumps(files)};\n{source}"
        response = HttpResponse(text, content_type="text/javascript")
        response["Cache-Control"] = "no-cache"
        response["Service-Worker-Allowed"] = reverse("judging:home")
        return response


@method_decorator(login_not_required, name="dispatch")
class OfflineView(View):
    """The page that is shown from the phone's own memory when there is no network."""

    def get(self, request: HttpRequest) -> HttpResponse:
        response = render(request, "judging/judge_offline.html")
        response["Cache-Control"] = "no-cache"
        response[OURS] = "judging"
        return response


@method_decorator([login_not_required, never_cache], name="dispatch")
class ManifestView(View):
    """Makes an app of the judge's pages, which starts by the judge's own link.

    Some systems give an installed app no cookies of the browser's, nor links to open.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        judge = sessions.current_judge(request)
        return JsonResponse(
            {
                "name": _("Menlo judging"),
                "short_name": "Menlo",
                "id": reverse("judging:home"),
                "lang": get_language(),
                "start_url": judge.get_link_path()
                if judge
                else reverse("judging:home"),
                "scope": reverse("judging:home"),
                "display": "standalone",
                "background_color": "#f7f2e7",
                "theme_color": "#a8321a",
                "icons": [
                    {
                        "src": static(f"judging/{name}.png"),
                        "sizes": f"{size}x{size}",
                        "type": "image/png",
                        "purpose": purpose,
                    }
                    for name, size, purpose in ICONS
                ],
            },
            content_type="application/manifest+json",
        )
