"""The arithmetic of the landscape, in plain Python. docs/adr/0021 tells why these.

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

# Small groups answer: 90 % is what they can carry.
CONFIDENCE = 0.90
# A person's score moves in steps of 100 / 12; rounding to them hides this much spread,
# so five equal answers are no proof that all the world agrees.
LEAST_SPREAD = 100 / 12 / math.sqrt(12)
# From here on Student's t is the normal distribution plus two small terms.
MANY = 400


@dataclass(frozen=True)
class Estimate:
    """A number from ``n`` answers, and the 90 % interval around it."""

    value: float
    low: float
    high: float
    n: int


def umux_lite(meets_needs: int, easy_to_use: int) -> float:
    """Two answers from 1 to 7 as one score from 0 to 100."""
    return (meets_needs + easy_to_use - 2) / 12 * 100


def sus_equivalent(score: float) -> float:
    """The System Usability Scale value that a UMUX-Lite score predicts; 68 is usual."""
    return 0.65 * score + 22.9


def t_probability(t: float, degrees: int) -> float:
    """P(-t < T < t) of Student's t: the sums of Abramowitz & Stegun 26.7.3 and 4."""
    angle = math.atan(t / math.sqrt(degrees))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = degrees % 2
    term = cosine if odd else 1.0
    total = term if degrees > 1 else 0.0
    for step in range(2 if odd else 1, degrees - 2, 2):
        term *= step / (step + 1) * cosine**2
        total += term
    return (angle + sine * total) * 2 / math.pi if odd else sine * total


@lru_cache(maxsize=1000)
def t_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """The t between minus and plus which ``confidence`` of the distribution lies."""
    if degrees > MANY:
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        return (
            z
            + (z**3 + z) / (4 * degrees)
            + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
        )
    low, high = 0.0, 1.0
    while t_probability(high, degrees) < confidence:
        low, high = high, high * 2
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        if t_probability(middle, degrees) < confidence:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def mean_with_interval(
    values: Sequence[float], *, lowest: float = 0, highest: float = 100
) -> Estimate | None:
    """The mean with its t interval, cut to the scale; ``None`` for less than two."""
    n = len(values)
    if n < 2:  # noqa: PLR2004 -- one answer has no spread
        return None
    mean = fmean(values)
    least = LEAST_SPREAD * (highest - lowest) / 100
    margin = t_quantile(n - 1) * max(stdev(values), least) / math.sqrt(n)
    return Estimate(mean, max(lowest, mean - margin), min(highest, mean + margin), n)


def share_with_interval(yes: int, n: int) -> Estimate | None:
    """A share from 0 to 1 with Wilson's interval; ``None`` without answers."""
    if n == 0:
        return None
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share = yes / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    margin = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
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


def pairs(baskets: Iterable[Collection[int]]) -> list[Pair]:
    """Which things were used together, most often first."""
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
    ]
    return sorted(found, key=lambda p: (-p.count, -p.lift, p.first, p.second))
