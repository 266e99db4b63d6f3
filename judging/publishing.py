"""What an organiser should know before publishing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from events.models import Event, Phase
from judging.models import Comparison, Round, Scorecard, ScorecardRevision
from judging.presenting import RoundOnPage

Status = Scorecard.Status


@dataclass(frozen=True)
class OpenPoint:
    """Something undecided or missing, and the page where it can be mended."""

    text: str
    path: str


def who_is_mailed(event: Event) -> Any:
    """Those who took part, as :func:`judging.actions.results.tell_everybody` does."""
    return User.objects.filter(
        registrations__in=event.registrations.taking_part()
    ).distinct()


def open_points(event: Event, rounds: Iterable[RoundOnPage]) -> list[OpenPoint]:
    """All that would be published unfinished."""
    points = []
    for shown in rounds:
        points += _of_round(event, shown)
    order = reverse("judging:order", args=[event.slug])
    for prize in event.prizes.filter(award=None):
        text = _("The prize “%(prize)s” goes to nobody yet.") % {"prize": prize}
        points.append(OpenPoint(text, f"{order}#prizes-title"))
    return points


def _of_round(event: Event, shown: RoundOnPage) -> list[OpenPoint]:
    round_ = shown.round
    judging = reverse("judging:ranking", args=[event.slug])
    cards = reverse("judging:coverage", args=[event.slug, round_.pk])
    here = f"{reverse('judging:order', args=[event.slug])}#round-{round_.pk}"
    if not round_.has_begun:
        return [OpenPoint(_("%s was never opened.") % round_, cards)]
    points = []
    if round_.closed_at is None and event.is_open_for(Phase.JUDGING):
        points.append(OpenPoint(_("%s is still open.") % round_, cards))
    if not shown.lines:
        points.append(OpenPoint(_("Nothing was scored in %s.") % round_, cards))
    elif shown.unseen:
        names = ", ".join(project.title for project in shown.unseen)
        text = _("%(round)s: nobody has seen %(projects)s.")
        points.append(OpenPoint(text % {"round": round_, "projects": names}, cards))
    if shown.lines and (shown.is_thin or not shown.tells_chances):
        text = _("%s: there are too few scores for anything to be sure.")
        points.append(OpenPoint(text % round_, here))
    points += _of_cards(round_, cards)
    points += _late(round_, judging)
    tied = [line for line in shown.lines if line["rank"] <= shown.top]
    places = {line["rank"] for line in tied}
    if len(places) < len(tied):
        text = _("%s: projects share a place where a prize may hang on it.")
        points.append(OpenPoint(text % round_, here))
    return points


def _of_cards(round_: Round, path: str) -> list[OpenPoint]:
    open_ = list(
        Scorecard.objects.filter(round=round_)
        .open()
        .values_list("status", "judge", "judge__name")
    )
    half = sum(status == Status.STARTED for status, *_rest in open_)
    missing = len(open_) - half
    points = []
    if missing:
        text = ngettext(
            "%(round)s: %(number)d scorecard is missing.",
            "%(round)s: %(number)d scorecards are missing.",
            missing,
        )
        points.append(OpenPoint(text % {"round": round_, "number": missing}, path))
    if half:
        text = ngettext(
            "%(round)s: %(number)d scorecard is half filled, and counts as far as it "
            "goes.",
            "%(round)s: %(number)d scorecards are half filled, and count as far as "
            "they go.",
            half,
        )
        points.append(OpenPoint(text % {"round": round_, "number": half}, path))
    heard = set(
        Scorecard.objects.filter(round=round_, status__in=[Status.DONE, Status.STARTED])
        .order_by()
        .values_list("judge", flat=True)
    )
    silent = sorted({name for _status, pk, name in open_ if pk not in heard})
    if silent:
        text = _("%(round)s: nothing at all came from %(judges)s.")
        names = ", ".join(silent)
        points.append(OpenPoint(text % {"round": round_, "judges": names}, path))
    return points


def _late(round_: Round, path: str) -> list[OpenPoint]:
    late = ScorecardRevision.objects.filter(
        scorecard__round=round_, outcome=ScorecardRevision.Outcome.LATE
    ).count()
    late += Comparison.objects.filter(round=round_, late=Comparison.Late.WAITS).count()
    if not late:
        return []
    text = ngettext(
        "%(round)s: %(number)d late answer is not decided on.",
        "%(round)s: %(number)d late answers are not decided on.",
        late,
    )
    return [OpenPoint(text % {"round": round_, "number": late}, path)]
