"""Why a project is where it is, and how a judge judges, in words people accept."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# In points of 100: less is no difference worth a word.
LITTLE, SOME, MUCH = 1.0, 4.0, 10.0
HEEDED = 0.5
CONTRARY = -0.2
WIDE, NARROW = 1.3, 0.7
NOISY = 1.5  # times the usual noise


def middle_of(lines: Iterable[Mapping[str, Any]]) -> float:
    means = [line["mean"] for line in lines if line["mean"] is not None]
    return sum(means) / len(means) if means else 50.0


def _points(value: float) -> str:
    number = round(abs(value)) or 1
    return ngettext("%d point", "%d points", number) % number


def _moved(shift: float) -> str:
    if abs(shift) < LITTLE / 2:
        return _("the estimate is the plain mean")
    if shift > 0:
        return _("the estimate is %s above the plain mean") % _points(shift)
    return _("the estimate is %s below the plain mean") % _points(shift)


def _counts(shift: float) -> str:
    if shift > 0:
        return _("that counts for %s up") % _points(shift)
    return _("that counts for %s down") % _points(shift)


def _strictness(severity: float) -> str:
    """How the judges of one project are beside most; below 0 they are strict."""
    degree = sum(abs(severity) >= step for step in (LITTLE, SOME, MUCH))
    stricter = [
        _("The judges here were about as strict as most"),
        _("The judges here were a little stricter than most"),
        _("The judges here were stricter than most"),
        _("The judges here were much stricter than most"),
    ]
    kinder = [
        stricter[0],
        _("The judges here were a little more generous than most"),
        _("The judges here were more generous than most"),
        _("The judges here were much more generous than most"),
    ]
    return (stricter if severity < 0 else kinder)[degree]


def why(line: Mapping[str, Any], middle: float) -> list[str]:
    """Sentences on one line of a verdict or of a published snapshot."""
    if line["mean"] is None:
        return [
            _(
                "Nobody gave points here: the estimate says how often it should win "
                "against the usual project."
            )
        ]
    if line.get("is_thin"):
        return [
            _(
                "There are too few scores to allow for strict or generous judges: the "
                "plain mean stands."
            )
        ]
    shift = line["estimate"] - line["mean"]
    rest = shift + line["severity"]
    both = min(abs(rest), abs(line["severity"])) >= LITTLE
    effect = _counts(-line["severity"]) if both else _moved(shift)
    said = [f"{_strictness(line['severity'])}: {effect}."]
    if abs(rest) >= LITTLE:
        inwards = rest * (line["mean"] - middle) < 0
        up = rest > 0
        if inwards and up:
            text = _(
                "With this few scores a low mean may be bad luck: "
                "that counts for %s up."
            )
        elif inwards:
            text = _(
                "With this few scores a high mean may be good luck: "
                "that counts for %s down."
            )
        elif up:
            text = _(
                "Steady judges weigh more than erratic ones: that counts for %s up."
            )
        else:
            text = _(
                "Steady judges weigh more than erratic ones: that counts for %s down."
            )
        said.append(text % _points(rest))
    if both:
        said.append(_("All in all, %s.") % _moved(shift))
    return said


def judge_in_words(one: Mapping[str, Any], usual_noise: float) -> list[str]:
    size = abs(one["severity"])
    if size < LITTLE:
        words = [_("as strict as most")]
    elif one["severity"] < 0:
        words = [_("stricter than most by %s") % _points(size)]
    else:
        words = [_("more generous than most by %s") % _points(size)]
    if one["spread"] > WIDE:
        words.append(_("tells projects further apart than others do"))
    elif one["spread"] < NARROW:
        words.append(_("gives everybody nearly the same"))
    if one["noise"] > NOISY * usual_noise:
        words.append(_("scores scatter more than others'"))
    return words


def look_at(one: Mapping[str, Any]) -> str:
    """What an organiser should look at; empty if there is nothing."""
    if one["heeded"] >= HEEDED:
        return ""
    if one["agreement"] < CONTRARY:
        return _(
            "Disagrees with everyone: puts last what the others put first. Look at the "
            "scores and talk with this judge. Menlo leaves nobody out by itself."
        )
    return _(
        "The scores have little to do with the projects: they might as well be dice. "
        "Look at them and talk with this judge. Menlo leaves nobody out by itself."
    )
