"""The arithmetic of the landscape, without the web. docs/adr/0021 tells why these.

UMUX-Lite and its regression onto the System Usability Scale: J. R. Lewis, B. S. Utesch,
D. E. Maher, “UMUX-LITE: when there's no time for the SUS”, Proc. CHI 2013, 2099-2102.
Interval of a share: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from statistics import NormalDist, fmean, stdev

from core.numeric import special

# Small groups answer: 90 % is what they can carry.
CONFIDENCE = 0.90
# A person's score moves in steps of 100 / 12; rounding to them hides this much spread,
# so five equal answers are no proof that all the world agrees.
STEPS = 12
# Half of what is left out lies on either side.
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
LEAST_SPREAD = 100 / STEPS / math.sqrt(12)


@dataclass(frozen=True)
class Estimate:
    """A number from ``n`` answers, and the 90 % interval around it."""

    value: float
    low: float
    high: float
    n: int


def umux_lite(meets_needs: int, easy_to_use: int) -> float:
    """Two answers from 1 to 7 as one score from 0 to 100."""
    return (meets_needs + easy_to_use - 2) / STEPS * 100


def sus_equivalent(score: float) -> float:
    """The System Usability Scale value that a UMUX-Lite score predicts; 68 is usual."""
    return 0.65 * score + 22.9


def score_at(sus: float) -> float:
    """The UMUX-Lite score that predicts this System Usability Scale value."""
    return (sus - 22.9) / 0.65


@lru_cache(maxsize=1000)
def t_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """The t between minus and plus which ``confidence`` of the distribution lies."""
    return float(special.stdtrit(degrees, (1 + confidence) / 2))


def mean_with_interval(
    values: Sequence[float], *, lowest: float = 0, highest: float = 100
) -> Estimate | None:
    """The mean with its t interval, cut to the scale; ``None`` for less than two."""
    n = len(values)
    if n < 2:  # noqa: PLR2004 -- one answer has no spread
        return None
    return _around(fmean(values), stdev(values), n, lowest, highest)


def score_from_sums(n: int, total: int, squares: int) -> Estimate | None:
    """:func:`mean_with_interval` of UMUX-Lite scores, from sums that a database made.

    ``total`` is the sum of each person's two answers together (2 to 14), ``squares``
    that of their squares. Whole numbers, so nothing is lost to rounding.
    """
    if n < 2:  # noqa: PLR2004
        return None
    variance = (n * squares - total**2) / (n * (n - 1)) / STEPS**2 * 100**2
    return _around((total / n - 2) / STEPS * 100, math.sqrt(variance), n, 0, 100)


def _around(
    mean: float, deviation: float, n: int, lowest: float, highest: float
) -> Estimate:
    least = LEAST_SPREAD * (highest - lowest) / 100
    margin = t_quantile(n - 1) * max(deviation, least) / math.sqrt(n)
    return Estimate(mean, max(lowest, mean - margin), min(highest, mean + margin), n)


def share_with_interval(yes: int, n: int) -> Estimate | None:
    """A share from 0 to 1 with Wilson's interval; ``None`` without answers."""
    if n == 0:
        return None
    share = yes / n
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    margin = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    low, high = max(0.0, middle - margin), min(1.0, middle + margin)
    # At 0 and 1 the formula ends there exactly; floating point only nearly.
    return Estimate(share, min(low, share), max(high, share), n)


@dataclass(frozen=True)
class Pair:
    """Two things (by number) found together, ``lift`` times as often as by chance."""

    first: int
    second: int
    count: int
    lift: float


def pairs(baskets: Iterable[Collection[int]], least: int = 1) -> list[Pair]:
    """Which things were used together ``least`` times or more, most often first."""
    single: Counter[int] = Counter()
    both: Counter[tuple[int, int]] = Counter()
    total = 0
    for basket in baskets:
        total += 1
        things = sorted(set(basket))
        single.update(things)
        both.update(combinations(things, 2))
    found = [
        Pair(a, b, count, count * total / (single[a] * single[b]))
        for (a, b), count in both.items()
        if count >= least
    ]
    return sorted(found, key=lambda p: (-p.count, -p.lift, p.first, p.second))
