"""For the day the phones stay in the bag: sheets to print, and typing them in."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.exceptions import Refused
from core.text import whole_number
from events.models import Phase
from judging import actions
from judging.conflicts import conflicts_at
from judging.models import Criterion, Judge, Round, Scorecard
from judging.payload import Malformed
from judging.views.organise import RunJudgingView
from submissions.models import Project


def cards_for_paper(round_: Round, judges: Iterable[Judge]) -> list[list[Scorecard]]:
    """Of each judge in the order of their route, without what is not theirs to score.

    In as many queries for many judges as for one.
    """
    cards = (
        Scorecard.objects.live()
        .filter(
            judge__in=judges, round=round_, project__status=Project.Status.SUBMITTED
        )
        .select_related("project__team")
        .prefetch_related("scores", "project__tracks")
        .order_by("position", "pk")
    )
    conflicts = conflicts_at(round_.event, judges)
    of: dict[int, list[Scorecard]] = defaultdict(list)
    for card in cards:
        if card.project_id not in conflicts[card.judge_id]:
            of[card.judge_id].append(card)
    return [of[judge.pk] for judge in judges]


def rubric_for(card: Scorecard, rubric: list[Criterion]) -> list[Criterion | None]:
    """The criteria of one project; ``None`` where one is for other tracks only."""
    tracks = {track.pk for track in card.project.tracks.all()}
    return [c if c.track_id is None or c.track_id in tracks else None for c in rubric]


# What is typed to take a number back; an empty box changes nothing.
NOTHING = "-"


class PaperPage(RunJudgingView):
    @cached_property
    def round(self) -> Round:
        rounds = self.event.rounds.exclude(kind=Round.Kind.PAIRWISE)
        if sent := self.request.GET.get("round", ""):
            return get_object_or_404(rounds, pk=whole_number(sent) or 0)
        return get_object_or_404(rounds.order_by("order", "pk")[:1])

    @cached_property
    def rubric(self) -> list[Criterion]:
        return list(self.round.criteria.current())


class SheetsView(PaperPage):
    """One sheet for each judge, with a box for each score."""

    template_name = "judging/sheets.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        judges = list(Judge.objects.present().filter(event=self.event))
        return super().get_context_data(
            round=self.round,
            window=self.event.window(Phase.JUDGING),
            rubric=self.rubric,
            sheets=[
                (judge, [(c.project, rubric_for(c, self.rubric)) for c in cards])
                for judge, cards in zip(
                    judges, cards_for_paper(self.round, judges), strict=True
                )
            ],
            **kwargs,
        )


class PaperView(PaperPage):
    """One judge's sheet, to type in. An empty box changes nothing, "-" empties one."""

    template_name = "judging/paper.html"

    @cached_property
    def judge(self) -> Judge | None:
        if sent := self.request.GET.get("judge", ""):
            return get_object_or_404(self.event.judges, pk=whole_number(sent) or 0)
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            round=self.round,
            rubric=self.rubric,
            judges=self.event.judges.all(),
            judge=self.judge,
            rows=[self.row(card) for card in self.cards()],
            **kwargs,
        )

    def cards(self) -> list[Scorecard]:
        return cards_for_paper(self.round, [self.judge])[0] if self.judge else []

    def row(self, card: Scorecard) -> dict[str, Any]:
        given = {score.criterion_id: score.value for score in card.scores.all()}
        return {
            "card": card,
            "feedback": f"{card.pk}-feedback",
            "boxes": [
                {
                    "criterion": c,
                    "value": given.get(c.pk),
                    "name": f"{card.pk}-{c.pk}",
                    "longest": max(len(str(c.scale_min)), len(str(c.scale_max))),
                }
                if c
                else None
                for c in rubric_for(card, self.rubric)
            ],
        }

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        saved = 0
        for card in self.cards():
            try:
                saved += (
                    actions.enter_paper(
                        card, self.typed(card), self.user, self.words(card)
                    )
                    is not None
                )
            except (Refused, Malformed) as problem:
                messages.error(request, f"{card.project}: {problem}")
        if saved:
            text = ngettext("%d project saved.", "%d projects saved.", saved)
            messages.success(request, text % saved)
        back = reverse("judging:paper", args=[self.event.slug])
        return redirect(f"{back}?{request.GET.urlencode()}")

    def words(self, card: Scorecard) -> str | None:
        """To the team; None if nothing was typed there."""
        text = self.request.POST.get(f"{card.pk}-feedback", "").strip()
        text = text.replace("\r\n", "\n")  # as browsers send it
        return ("" if text == NOTHING else text) if text else None

    def typed(self, card: Scorecard) -> dict[int, int | None]:
        typed: dict[int, int | None] = {}
        for criterion in self.rubric:
            text = self.request.POST.get(f"{card.pk}-{criterion.pk}", "").strip()
            if not text:
                continue
            if text == NOTHING:
                typed[criterion.pk] = None
                continue
            if not (text.isascii() and text.lstrip("-").isdecimal()):
                raise Malformed(criterion.name, _("Scores are whole numbers."))
            typed[criterion.pk] = int(text[:6])
        return typed
