"""Which two projects a judge compares next. Plain Python: no Django, no database.

What is believed of a project is a normal distribution, kept up to date vote by vote as
in Thurstone's model by moment matching (Herbrich, Minka & Graepel, TrueSkill, 2006).
The next project is the one whose comparison with the previous one is expected to tell
most: the mutual information between the answer and the qualities, in the closed form of
Houlsby, Huszar, Ghahramani & Lengyel (Bayesian active learning for classification and
preference learning, 2011). A judge walks from project to project and compares each with
the one before, so a comparison costs one visit, not two.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import erfc, exp, log, log2, pi, sqrt
from typing import TypeVar

P = TypeVar("P", bound=Hashable)

# The spread of one judge's view of a project, where qualities have a spread of 1.
NOISE = 0.7
# So often is each project seen before information alone decides.
FIRST_VIEWS = 2
# What the whole length of the room costs: this part of the information.
FAR = 0.3
LEAST_VARIANCE = 1e-3


@dataclass(frozen=True)
class Belief:
    mean: float = 0.0
    variance: float = 1.0


UNKNOWN = Belief()


def _density(x: float) -> float:
    return exp(-x * x / 2) / sqrt(2 * pi)


def _share(x: float) -> float:
    return erfc(-x / sqrt(2)) / 2  # of 1 + erf nothing is left where x is small


def _spread(one: Belief, other: Belief) -> float:
    return sqrt(2 * NOISE**2 + one.variance + other.variance)


def better(one: Belief, other: Belief) -> float:
    """The probability that a judge prefers ``one``."""
    return _share((one.mean - other.mean) / _spread(one, other))


def updated(winner: Belief, loser: Belief) -> tuple[Belief, Belief]:
    """What is believed of both after one vote."""
    spread = _spread(winner, loser)
    apart = (winner.mean - loser.mean) / spread
    # Mean and variance of a normal variable cut at zero; far out by their limit.
    far = apart < -30  # noqa: PLR2004
    shift = -apart - 1 / apart if far else _density(apart) / _share(apart)
    shrink = min(shift * (shift + apart), 1.0)

    def of(one: Belief, sign: int) -> Belief:
        step = one.variance / spread
        return Belief(
            one.mean + sign * step * shift,
            max(one.variance * (1 - one.variance / spread**2 * shrink), LEAST_VARIANCE),
        )

    return of(winner, 1), of(loser, -1)


def beliefs(votes: Iterable[tuple[P, P]]) -> dict[P, Belief]:
    """All that a list of votes (winner, loser) says, one after the other."""
    known: dict[P, Belief] = {}
    for winner, loser in votes:
        known[winner], known[loser] = updated(
            known.get(winner, UNKNOWN), known.get(loser, UNKNOWN)
        )
    return known


def _entropy(share: float) -> float:
    if not 0 < share < 1:
        return 0.0
    return -share * log2(share) - (1 - share) * log2(1 - share)


def information(one: Belief, other: Belief) -> float:
    """How many bits one comparison of these two is expected to tell."""
    unsure = (one.variance + other.variance) / (2 * NOISE**2)
    apart = (one.mean - other.mean) / (NOISE * sqrt(2))
    width = pi * log(2) / 2
    known = sqrt(width / (unsure + width)) * exp(-(apart**2) / (2 * (unsure + width)))
    return max(_entropy(better(one, other)) - known, 0.0)


@dataclass(frozen=True)
class Room:
    """What is known when a judge is sent on; everything but ``beliefs`` may be empty.

    ``views`` counts who has seen a project or is on the way to it; ``busy`` are those
    where another judge is now; ``places`` are between 0 and 1 along the room.
    """

    beliefs: Mapping[P, Belief]  # type: ignore[valid-type]
    views: Mapping[P, int] = field(default_factory=dict)  # type: ignore[valid-type]
    busy: AbstractSet[P] = frozenset()  # type: ignore[valid-type]
    places: Mapping[P, float] = field(default_factory=dict)  # type: ignore[valid-type]

    def worth(self, previous: P | None, project: P) -> float:
        """The information of the next comparison, less what the walk costs."""
        belief = self.beliefs.get(project, UNKNOWN)
        if previous is None:
            return belief.variance
        told = information(self.beliefs.get(previous, UNKNOWN), belief)
        places = self.places
        way = abs(places.get(previous, 0.0) - places.get(project, 0.0))
        return told * (1 - FAR * way)


def next_project(room: Room, previous: P | None, candidates: Iterable[P]) -> P | None:
    """Where to go from ``previous``; ``None`` if there is nowhere.

    Nobody is sent to where somebody is, unless nothing else is left. While projects
    lack their first views, those with the fewest come first.
    """
    choice = sorted(candidates, key=str)
    choice = [one for one in choice if one not in room.busy] or choice
    if not choice:
        return None
    fewest = min(room.views.get(one, 0) for one in choice)
    if fewest < FIRST_VIEWS:
        choice = [one for one in choice if room.views.get(one, 0) == fewest]
    return max(choice, key=lambda one: room.worth(previous, one))


def route(
    room: Room, previous: P | None, candidates: Sequence[P], length: int
) -> list[P]:
    """The next projects to visit, so that a phone can go on without a network.

    It is not known yet how the comparisons on the way turn out, so each is planned
    with what is believed now.
    """
    left = list(candidates)
    ahead: list[P] = []
    while len(ahead) < length:
        following = next_project(room, previous, left)
        if following is None:
            break
        left.remove(following)
        ahead.append(following)
        previous = following
    return ahead
