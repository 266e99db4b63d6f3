"""What was scored, compared or won stays, and with it what it is about."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.deletion import stays_because
from events.models import Event, Prize, Track
from judging.models import Comparison, Criterion, Judge, Round, Scorecard

GIVEN = Q(scores__isnull=False) | Q(revisions__isnull=False)


def _given(**about: object) -> int:
    """Cards on which something was said, and comparisons."""
    cards = Scorecard.objects.filter(GIVEN, **about).distinct().count()
    return cards + Comparison.objects.filter(**about).count()


@stays_because(Judge)
def has_scored(judge: Judge) -> str | None:
    if number := _given(judge=judge):
        return ngettext(
            "%(judge)s has scored %(number)d time. Revoke the link instead: the judge "
            "can no longer score, and what was scored stays.",
            "%(judge)s has scored %(number)d times. Revoke the link instead: the judge "
            "can no longer score, and what was scored stays.",
            number,
        ) % {"judge": judge, "number": number}
    if judge.certificates.exists():
        return _("%(judge)s has a certificate. Revoke the link instead.") % {
            "judge": judge
        }
    return None


@stays_because(Round)
def is_scored(round_: Round) -> str | None:
    if number := _given(round=round_):
        return ngettext(
            "“%(round)s” has been scored %(number)d time. Close the round instead.",
            "“%(round)s” has been scored %(number)d times. Close the round instead.",
            number,
        ) % {"round": round_, "number": number}
    if followers := ", ".join(str(one) for one in round_.followers.all()):
        return _(
            "“%(followers)s” takes the best of “%(round)s”. Change that round first."
        ) % {"followers": followers, "round": round_}
    return None


@stays_because(Criterion)
def has_scores(criterion: Criterion) -> str | None:
    if criterion.scores.exists():
        return _(
            "“%(criterion)s” has scores. Take it out on the rubric's own page: there "
            "the scores are kept."
        ) % {"criterion": criterion}
    return None


@stays_because(Prize)
def was_won(prize: Prize) -> str | None:
    award = getattr(prize, "award", None)
    if award is None:
        return None
    return _(
        "“%(prize)s” was won by “%(project)s”. Take the award back on the page of the "
        "results first."
    ) % {"prize": prize, "project": award.project}


@stays_because(Track)
def is_judged(track: Track) -> str | None:
    """Judges of no track judge everything: they must not become that by the way."""
    if judges := ", ".join(str(one) for one in track.judges.all()):
        return _(
            "“%(track)s” has judges of its own: %(judges)s. Give them another track, "
            "or none, first."
        ) % {"track": track, "judges": judges}
    uses = (
        (track.rounds, _("a round")),
        (track.criteria, _("a criterion")),
        (track.prizes, _("a prize")),
        (track.projects, _("a project")),
    )
    for rows, kind in uses:
        if row := rows.first():
            return _(
                "“%(track)s” is the track of %(kind)s: “%(row)s”. Change that first."
            ) % {"track": track, "kind": kind, "row": row}
    return None


@stays_because(Event)
def has_results(event: Event) -> str | None:
    if _given(round__event=event) or event.published_results.exists():
        return _(
            "“%(event)s” has been judged, so it stays. Unpublish it instead: then only "
            "organisers see it."
        ) % {"event": event}
    return None
