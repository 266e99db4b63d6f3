"""What the scores say about the projects, and how sure that is.

Plain numpy: no Django, no database. docs/judging.md tells the model in words; in short,
a judge's score of a project for a criterion, before it is rounded and cut to the scale,
is

    level(criterion) + severity(judge) + spread(judge) * quality(project, criterion)
    + noise(judge) * standard normal

(the factor model of rater effects: Linacre 1989, Cai 2010). A project's qualities have
a part in common and one per criterion. How likely it is that a judge scores without
looking at the projects is said (``heeded``), and changes nothing: nobody is left out
without a person's word. Everything is estimated together by Gibbs sampling (Geman &
Geman 1984), so that what is uncertain about the judges makes the projects as uncertain
as they are. Comparisons ("this one is better") enter by latent values (Albert & Chib
1993). With few judges much less is said: see ``FEW_JUDGES`` and :func:`is_thin`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.numeric import Array, np, special

BURN_IN = 300
ROUNDS = 1500
SURE = 0.9  # of every interval
NOISES = (0.12, 2.0, 24)  # from, to, how many
# Of one comparison, in units of the spread of all scores.
COMPARING = 0.5
ALIKE = 1e-4  # the variance of spreads among judges who are too few to tell apart
# Below so many judges everybody's scores weigh alike, and nobody is called careless:
# who of two or three is the odd one out, nobody can tell.
FEW_JUDGES = 4
# Below so many judges, judges for the usual project, or cards, the plain mean stands.
FEWEST_JUDGES, FEWEST_EACH, FEWEST_CARDS = 2, 1.5, 9
# How far one judge's taste in one project may be off, as a variance: where a project
# has one judge only, all scores of it share that, and nothing shows it.
TASTE = 0.08
SCALES = ((0, 1), (1, 5), (0, 5), (1, 7), (1, 10), (0, 10), (1, 100), (0, 100))
MOST_LEVELS = 101

Scale = tuple[float, float]


# A colour for each judge, project and criterion: their place by what is known of them.
Colours = dict[str, dict[Any, int]]
# Things that are alike are told apart one by one; beyond so many their names do it.
MOST_STEPS = 200


@dataclass(frozen=True)
class Rating:
    """One number of one judge; names are whatever can be a key."""

    judge: Hashable
    project: Hashable
    criterion: Hashable
    score: float


@dataclass(frozen=True)
class Comparison:
    judge: Hashable
    winner: Hashable
    loser: Hashable


@dataclass(frozen=True)
class ProjectEstimate:
    """``score``, ``low`` and ``high`` (90 %) are in the unit of the scores.

    No score is beyond the ends of the scale.
    ``rank`` is by ``score``; equal scores share it. ``rank_low`` to ``rank_high`` are
    the places that hold the project's with 90 %.
    """

    project: Any
    rank: int
    score: float
    low: float
    high: float
    rank_low: int
    rank_high: int
    p_first: float
    p_top: float


@dataclass(frozen=True)
class JudgeEstimate:
    """In the unit of the scores: ``severity`` below 0 is strict, ``noise`` a deviation.

    ``spread`` is 1 for a judge who tells projects apart as far as others do; ``heeded``
    is the probability that their scores have to do with the projects, 1 while fewer
    than ``FEW_JUDGES`` have projects in common with them. ``agreement`` is
    the correlation of their own totals with the estimates, below 0 for who turns the
    order upside down; 0 where there is nothing to compare.
    """

    judge: Hashable
    severity: float
    spread: float
    noise: float
    heeded: float
    agreement: float


@dataclass(frozen=True)
class Posterior:
    """``draws``: a row per draw, a column per project, in the order of ``names``.

    ``severities`` and ``spreads`` likewise, a column per judge in ``judges``; a spread
    is of what is above or below ``middle``, the usual project's total. The noise of a
    whole card is that of one score times ``card``. ``is_thin``: there is too little to
    correct anything, and the scores are plain means.
    """

    names: tuple[Hashable, ...]
    projects: tuple[ProjectEstimate, ...]
    judges: tuple[JudgeEstimate, ...]
    draws: Array
    severities: Array
    spreads: Array
    middle: float
    card: float
    is_thin: bool

    def better(self, first: Hashable, second: Hashable) -> float:
        """The probability that ``first`` is the better project."""
        a, b = (self.draws[:, self.names.index(name)] for name in (first, second))
        return float(np.mean(a > b) + np.mean(a == b) / 2)


def estimate(
    ratings: Iterable[Rating],
    weights: Mapping[Hashable, float] | None = None,
    comparisons: Iterable[Comparison] = (),
    *,
    scale: Scale | Mapping[Hashable, Scale] | None = None,
    top: int = 3,
    seed: int = 0,
) -> Posterior:
    """Estimate every project that somebody rated or compared.

    ``weights`` per criterion, of any sum; those not named count 1. ``scale`` is the
    lowest and the highest score that could be given; without it the smallest usual
    scale that holds all scores. With one for each criterion, the answers are from 0 for
    the lowest to 100 for the highest. The same data in any order, with the same
    ``seed``, give the same answer to the last digit.
    """
    data = _Data.of(list(ratings), weights or {}, list(comparisons), scale)
    rng = np.random.default_rng(seed)
    return _summary(data, _sample(data, rng), top)


@dataclass(frozen=True)
class _Data:
    """The evidence as arrays; numbers of things follow what is said about them."""

    judges: tuple[Hashable, ...]
    projects: tuple[Hashable, ...]
    alike: Array  # projects about which the same is said share a number
    judge: Array
    project: Array
    criterion: Array
    value: Array  # centred, in units of the scores' spread
    lowest: Array  # before rounding it was from here …
    highest: Array  # … to here
    weights: Array
    centre: float
    unit: float
    comparer: Array
    winner: Array
    loser: Array
    is_percent: bool
    scale: Scale  # its ends, in the unit of the scores

    @classmethod
    def of(
        cls,
        ratings: Sequence[Rating],
        weights: Mapping[Hashable, float],
        comparisons: Sequence[Comparison],
        scale: Scale | Mapping[Hashable, Scale] | None,
    ) -> _Data:
        judges, projects, criteria, alike = _canonical(ratings, weights, comparisons)
        rows = sorted(  # before any sum: its last digit depends on the order
            ratings,
            key=lambda one: (
                judges[one.judge],
                projects[one.project],
                criteria[one.criterion],
                one.score,
            ),
        )
        scores, lowest, highest, ends = _scores(rows, scale)
        centre = float(scores.mean()) if len(scores) else 0.0
        unit = (float(scores.std()) if len(scores) else 0.0) or 1.0
        share = np.array([float(weights.get(name, 1.0)) for name in criteria] or [1.0])
        pairs = sorted(
            (judges[one.judge], projects[one.winner], projects[one.loser])
            for one in comparisons
        )
        comparer, winner, loser = (
            np.array([pair[place] for pair in pairs], dtype=np.int64)
            for place in range(3)
        )
        return cls(
            judges=tuple(judges),
            projects=tuple(projects),
            alike=alike,
            judge=np.array([judges[one.judge] for one in rows], dtype=np.int64),
            project=np.array([projects[one.project] for one in rows], dtype=np.int64),
            criterion=np.array([criteria[r.criterion] for r in rows], dtype=np.int64),
            value=(scores - centre) / unit,
            lowest=(lowest - centre) / unit,
            highest=(highest - centre) / unit,
            weights=share / share.sum(),
            centre=centre,
            unit=unit,
            comparer=comparer,
            winner=winner,
            loser=loser,
            is_percent=isinstance(scale, Mapping),
            scale=ends,
        )

    @property
    def means(self) -> Array:
        """The plain weighted mean of each project; of who has no score, no number."""
        size = len(self.projects), len(self.weights)
        cell = self.project * size[1] + self.criterion
        count = np.bincount(cell, minlength=size[0] * size[1]).reshape(size)
        total = np.bincount(cell, self.value, size[0] * size[1]).reshape(size)
        weight = np.where(count > 0, self.weights, 0.0)
        known = weight.sum(1)
        value = (weight * total / np.maximum(count, 1)).sum(1)
        shares = np.where(known > 0, value / np.where(known > 0, known, 1.0), np.nan)
        # What is equal but for the last digit is equal.
        means: Array = np.round(self.centre + self.unit * shares, 9)
        return means

    @property
    def cards(self) -> Array:
        """Who has said something of which project: judge x project."""
        cards = np.zeros((len(self.judges), len(self.projects)), dtype=bool)
        cards[self.judge, self.project] = True
        cards[self.comparer, self.winner] = cards[self.comparer, self.loser] = True
        return cards


def is_thin(data: _Data) -> bool:
    """Whether nothing of the judges can be known that would mend the plain mean."""
    if len(data.winner):
        return False
    judges, projects = data.cards.shape
    fewest = max(FEWEST_CARDS, FEWEST_EACH * projects)
    return judges < FEWEST_JUDGES or bool(data.cards.sum() < fewest)


def _canonical(
    ratings: Sequence[Rating],
    weights: Mapping[Hashable, float],
    comparisons: Sequence[Comparison],
) -> tuple[dict[Any, int], dict[Any, int], dict[Any, int], Array]:
    """Number judges, projects and criteria by what is said by and about them.

    So neither names nor the order of the rows decide what random numbers they meet.
    Colours are refined by those of the neighbours until that tells nothing more
    (Weisfeiler & Leman, 1968). Where things are still alike, one of them is given a
    colour of its own, and what that tells of the others is found out before the next
    (as in McKay & Piperno, J. Symb. Comp. 60 (2014), 94-112).
    """
    kinds = {
        "judge": {one.judge for one in ratings} | {one.judge for one in comparisons},
        "project": {one.project for one in ratings}
        | {one.winner for one in comparisons}
        | {one.loser for one in comparisons},
        "criterion": {one.criterion for one in ratings} or {None},
    }
    colours = {
        kind: _numbered({thing: _weight(kind, thing, weights) for thing in things})
        for kind, things in kinds.items()
    }
    colours = _refined(ratings, comparisons, colours)
    told_apart = _told_apart(ratings, comparisons, colours)
    numbers = {}
    for kind, colour in told_apart.items():
        ordered = sorted(colour, key=lambda thing: (colour[thing], str(thing)))
        numbers[kind] = {thing: number for number, thing in enumerate(ordered)}
    alike = np.array(
        [colours["project"][thing] for thing in numbers["project"]], dtype=np.int64
    )
    return numbers["judge"], numbers["project"], numbers["criterion"], alike


def _refined(
    ratings: Sequence[Rating], comparisons: Sequence[Comparison], colours: Colours
) -> Colours:
    """Colours that tell apart all that differs in what is said by or about it."""
    while True:
        said = _said(ratings, comparisons, colours)
        finer = {
            kind: _numbered({t: (n, *sorted(said[kind, t])) for t, n in colour.items()})
            for kind, colour in colours.items()
        }
        if _how_many(finer) == _how_many(colours):
            return finer
        colours = finer


def _told_apart(
    ratings: Sequence[Rating], comparisons: Sequence[Comparison], colours: Colours
) -> Colours:
    for _step in range(MOST_STEPS):
        kind, tied = _first_tie(colours)
        if not tied:
            break
        by_name = sorted(tied, key=str)
        with_one = _with_own(colours, kind, by_name[:1])
        finer = _refined(ratings, comparisons, with_one)
        if _how_many(finer) > _how_many(colours) + 1:
            colours = finer
        else:  # it told nothing of any other, and neither will its twins
            colours = _with_own(colours, kind, by_name)
    return colours


def _with_own(colours: Colours, kind: str, things: Sequence[Any]) -> Colours:
    """Each of these gets a colour of its own, before those that it shared one with."""
    place = {thing: n - len(things) for n, thing in enumerate(things)}
    own = {t: (n, place.get(t, 0)) for t, n in colours[kind].items()}
    return {**colours, kind: _numbered(own)}


def _first_tie(colours: Colours) -> tuple[str, list[Any]]:
    for kind, colour in colours.items():
        by_colour: dict[int, list[Any]] = defaultdict(list)
        for thing, number in colour.items():
            by_colour[number].append(thing)
        for number in sorted(by_colour):
            if len(by_colour[number]) > 1:
                return kind, by_colour[number]
    return "", []


def _how_many(colours: Colours) -> int:
    return sum(len(set(colour.values())) for colour in colours.values())


def _weight(kind: str, thing: Any, weights: Mapping[Hashable, float]) -> float:
    return float(weights.get(thing, 1.0)) if kind == "criterion" else 0.0


def _said(
    ratings: Sequence[Rating],
    comparisons: Sequence[Comparison],
    colours: Colours,
) -> dict[tuple[str, Any], list[tuple[float, ...]]]:
    """What is said by or about each thing, in colours instead of names."""
    judge, project, criterion = colours.values()
    said: dict[tuple[str, Any], list[tuple[float, ...]]] = defaultdict(list)
    told: tuple[int, ...]
    for one in ratings:
        told = (judge[one.judge], project[one.project], criterion[one.criterion])
        for kind in colours:
            said[kind, getattr(one, kind)].append((*told, one.score))
    for pair in comparisons:
        who, won, lost = pair.judge, pair.winner, pair.loser
        # No score begins so: who was given a 1 is not alike to who won against one.
        told = (-1, judge[who], project[won], project[lost])
        said["judge", who].append((*told, 0.0))
        said["project", won].append((*told, 1.0))
        said["project", lost].append((*told, -1.0))
    return said


def _numbered(given: Mapping[Any, Any]) -> dict[Any, int]:
    """The place of each value among all, equal ones sharing it."""
    number = {value: n for n, value in enumerate(sorted(set(given.values())))}
    return {thing: number[value] for thing, value in given.items()}


def _scores(
    ratings: Sequence[Rating], scale: Scale | Mapping[Hashable, Scale] | None
) -> tuple[Array, Array, Array, Scale]:
    """All scores, the bounds of each before rounding, and the ends of the scale."""
    scores = np.array([one.score for one in ratings], dtype=float)
    if not isinstance(scale, Mapping):
        scale = scale or _usual_scale(scores)
        return scores, *_cells(scores, scale), scale
    told = np.array([scores, scores, scores])
    for criterion, (low, high) in scale.items():
        mine = np.array([one.criterion == criterion for one in ratings], dtype=bool)
        cells = scores[mine], *_cells(scores[mine], (low, high))
        told[:, mine] = 100 * (np.array(cells) - low) / (high - low)
    return told[0], told[1], told[2], (0.0, 100.0)


def _usual_scale(scores: Array) -> Scale:
    """The smallest that people use and that holds all these."""
    if not len(scores):
        return (-np.inf, np.inf)
    low, high = float(scores.min()), float(scores.max())
    return next((s for s in SCALES if s[0] <= low and high <= s[1]), (low, high))


def _cells(scores: Array, scale: Scale) -> tuple[Array, Array]:
    """Between what bounds a judge's view lay before it became a score."""
    if not len(scores):
        return scores, scores
    levels = np.unique(scores)
    steps = np.diff(levels)
    step = float(steps.min()) if len(steps) else 1.0
    is_grid = (
        np.allclose(np.round((levels - scale[0]) / step), (levels - scale[0]) / step)
        and (scale[1] - scale[0]) / step < MOST_LEVELS
    )
    if not is_grid:
        return scores, scores
    if np.allclose(levels, np.round(levels)):
        step = min(step, 1.0)
    return (
        np.where(scores <= scale[0], -np.inf, scores - step / 2),
        np.where(scores >= scale[1], np.inf, scores + step / 2),
    )


@dataclass(frozen=True)
class _Draws:
    quality: Array  # draw x project: weighted over criteria, as the panel sees it
    level: float  # of the usual project
    judges: Array  # severity, spread, noise, heeded x draw x judge


class _Chain:
    """The state of the sampler; each method draws one part given all others.

    Priors are weak and in units of the spread of all scores: half of it between
    projects, a part between criteria and between judges. They matter for a handful of
    scores and are forgotten with a hundred.
    """

    def __init__(self, data: _Data, rng: np.random.Generator) -> None:
        self.data, self.rng, self.steps = data, rng, 0
        self.judges, self.projects = len(data.judges), len(data.projects)
        self.criteria = len(data.weights)
        self.cell = data.project * self.criteria + data.criterion
        self.ratings_of = np.bincount(data.judge, minlength=self.judges).astype(float)
        self.view = data.value.copy()
        self.level = np.zeros(self.criteria)
        self.severity = np.zeros(self.judges)
        self.spread = np.ones(self.judges)
        self.noise = np.full(self.judges, 0.6)
        # How likely it is that they look at the projects.
        self.heeded = np.ones(self.judges)
        rated = np.count_nonzero(self.ratings_of)
        self.are_few = rated < FEW_JUDGES
        count = self._by_cell(np.ones(len(data.value)))
        self.quality = 0.7 * self._by_cell(data.value) / np.maximum(count, 1)
        self.common = self.quality.mean(1)
        self.between, self.within = 0.4, 0.15  # variances of quality
        self.of_severity, self.of_spread = 0.15, 0.06  # variances
        self.usual_noise, self.of_noise = float(np.log(0.5)), 0.35  # of its logarithm
        self.careless = 0.05
        low, high, number = NOISES
        self.noises = np.exp(np.linspace(np.log(low), np.log(high), number))

    def _by_cell(self, values: Array) -> Array:
        size = self.projects * self.criteria
        return np.bincount(self.cell, values, size).reshape(self.projects, -1)

    def _by_judge(self, values: Array) -> Array:
        return np.bincount(self.data.judge, values, self.judges)

    def _variance(self, known: float, guess: float, values: Array) -> float:
        """Of values around 0, from an inverse gamma prior worth ``known`` of them."""
        shape = known + len(values) / 2
        scale = known * guess + float((values**2).sum()) / 2
        return float(scale / self.rng.gamma(shape))

    def step(self) -> None:
        self.steps += 1
        if len(self.view):
            self.draw_views()
            self.draw_levels()
        if len(self.data.winner):
            self.draw_compared_projects()
        else:
            self.draw_projects()
        self.draw_judges()
        self.draw_variances()

    def _expected(self) -> Array:
        """What each judge would say of each project without noise."""
        judge = self.data.judge
        seen = self.quality[self.data.project, self.data.criterion]
        told: Array = self.spread[judge] * seen
        return self.level[self.data.criterion] + self.severity[judge] + told

    def draw_views(self) -> None:
        """What was rounded and cut to the scale, within its cell."""
        self.view = _truncated(
            self.rng,
            self._expected(),
            self.noise[self.data.judge],
            self.data.lowest,
            self.data.highest,
        )

    def draw_levels(self) -> None:
        judge, criterion = self.data.judge, self.data.criterion
        left = self.view - self._expected() + self.level[criterion]
        weight = 1 / self.noise[judge] ** 2
        total = np.bincount(criterion, weight, self.criteria) + 1e-6
        mean = np.bincount(criterion, weight * left, self.criteria) / total
        self.level = mean + self.rng.standard_normal(self.criteria) / np.sqrt(total)

    def _told(self) -> tuple[Array, Array]:
        """What ratings say of each project and criterion: precision, and times mean."""
        judge = self.data.judge
        spread = self.spread[judge]
        left = self.view - self.level[self.data.criterion] - self.severity[judge]
        known = self._by_cell(spread**2 / self.noise[judge] ** 2)
        return known, self._by_cell(spread * left / self.noise[judge] ** 2)

    def draw_projects(self) -> None:
        """The common part of each project first, with its criteria averaged out."""
        known, said = self._told()
        share = 1 + self.within * known
        certain = 1 / self.between + (known / share).sum(1)
        self.common = (said / share).sum(1) / certain
        self.common += self.rng.standard_normal(self.projects) / np.sqrt(certain)
        self._draw_quality(known, said)

    def _draw_quality(self, known: Array, said: Array) -> Array:
        """Each criterion given the common part; returns the precision."""
        certain = known + 1 / self.within
        self.quality = (said + self.common[:, None] / self.within) / certain
        self.quality += self.rng.standard_normal(certain.shape) / np.sqrt(certain)
        return certain

    def draw_compared_projects(self) -> None:
        """With comparisons, the common part is drawn given the criteria, not before."""
        count, mean = self._views_of_comparers()
        certain = self.criteria / self.within + 1 / self.between
        self.common = self.quality.sum(1) / self.within / certain
        self.common += self.rng.standard_normal(self.projects) / np.sqrt(certain)
        precise = self._draw_quality(*self._told())
        # Condition on the views of the weighted sum (Hoffman & Ribak 1991).
        weights = self.data.weights
        error = COMPARING**2 / np.maximum(count, 1)
        noise = self.rng.standard_normal(self.projects) * np.sqrt(error)
        surprise = mean - (self.quality * weights).sum(1) - noise
        gain = weights / precise
        gain /= ((gain * weights).sum(1) + error)[:, None]
        self.quality += np.where(count > 0, surprise, 0.0)[:, None] * gain

    def _views_of_comparers(self) -> tuple[Array, Array]:
        """How often each project was compared, and the mean of the views behind it.

        Each comparison is a view of the winner that lies above one of the loser.
        """
        value = (self.quality * self.data.weights).sum(1)
        self._ask_comparers(value)
        winner, loser = self.data.winner, self.data.loser
        apart = value[winner] - value[loser]
        width = np.full(len(apart), COMPARING * np.sqrt(2))
        gap = _truncated(self.rng, apart, width, 0 * width, np.inf * width)
        middle = (value[winner] + value[loser]) / 2
        middle += self.rng.standard_normal(len(apart)) * COMPARING / np.sqrt(2)
        views = np.bincount(winner, middle + gap / 2, self.projects)
        views += np.bincount(loser, middle - gap / 2, self.projects)
        both = np.concatenate([winner, loser])
        count = np.bincount(both, minlength=self.projects)
        return count, views / np.maximum(count, 1)

    def _ask_comparers(self, value: Array) -> None:
        """Who compares as if they had seen the projects, and not by tossing a coin."""
        data = self.data
        apart = (value[data.winner] - value[data.loser]) / (COMPARING * np.sqrt(2))
        gain = np.bincount(
            data.comparer, special.log_ndtr(apart) + np.log(2), self.judges
        )
        odds = gain + np.log1p(-self.careless) - np.log(self.careless)
        compares = np.bincount(data.comparer, minlength=self.judges) > 0
        only = compares & (self.ratings_of == 0)
        self.heeded = np.where(only, special.expit(odds), self.heeded)

    def draw_judges(self) -> None:
        """Whether they look, and how noisy they are, with the rest averaged out."""
        noise = self.noises**2
        of_spread = ALIKE if self.are_few else self.of_spread
        seen = self.quality[self.data.project, self.data.criterion]
        left = self.view - self.level[self.data.criterion]
        count = self.ratings_of[:, None]
        aa = count / noise + 1 / self.of_severity
        ab = self._by_judge(seen)[:, None] / noise
        bb = self._by_judge(seen**2)[:, None] / noise + 1 / of_spread
        a = self._by_judge(left)[:, None] / noise
        b = self._by_judge(left * seen)[:, None] / noise + 1 / of_spread
        det = aa * bb - ab**2
        flat = (
            -count * np.log(self.noises) - self._by_judge(left**2)[:, None] / noise / 2
        )
        looks = flat - np.log(det * self.of_severity * of_spread) / 2
        looks += (bb * a**2 - 2 * ab * a * b + aa * b**2) / det / 2
        looks -= 1 / of_spread / 2
        # Who looks puts nobody last whom the others put first: a spread is above 0.
        looks += special.log_ndtr((aa * b - ab * a) / np.sqrt(aa * det))
        prior = -(((np.log(self.noises) - self.usual_noise) / self.of_noise) ** 2) / 2
        prior += np.log1p(-self.careless) - np.log(np.exp(prior).sum())
        looks += prior
        blind = flat - np.log(aa * self.of_severity) / 2 + a**2 / aa / 2
        blind += np.log(self.careless / len(self.noises))
        rates = self.ratings_of > 0
        told, untold = (special.logsumexp(one, axis=1) for one in (looks, blind))
        self.heeded = np.where(rates, special.expit(told - untold), self.heeded)
        if self.are_few:  # one noise for all
            looks = looks[rates].sum(0) - (np.count_nonzero(rates) - 1) * prior
            place = np.repeat(_choose(self.rng, looks[None]), self.judges)
        else:
            place = _choose(self.rng, looks)
        self.noise = self.noises[place]
        row = np.arange(self.judges)
        aa, bb, det = aa[row, place], bb[row, place], det[row, place]
        ab, a, b = ab[row, place], a[row, place], b[row, place]
        normal = self.rng.standard_normal
        spread = (aa * b - ab * a) / det + normal(self.judges) * np.sqrt(aa / det)
        self.spread = np.maximum(spread, 0.05)
        told = ab * self.spread
        self.severity = (a - told) / aa + normal(self.judges) / np.sqrt(aa)

    def draw_variances(self) -> None:
        self.between = self._variance(2.0, 0.245, self.common)
        apart = (self.quality - self.common[:, None]).ravel()
        self.within = self._variance(2.0, 0.105, apart)
        self.of_severity = self._variance(2.0, 0.105, self.severity)
        # What judges are like is learned from those who look, this time.
        looks = self.rng.random(self.judges) < self.heeded
        rates = looks & (self.ratings_of > 0)
        self.of_spread = self._variance(4.0, 0.06, (self.spread - 1)[rates])
        blind = np.count_nonzero(~looks)
        self.careless = float(self.rng.beta(1 + blind, 15 + self.judges - blind))
        noise = np.log(self.noise[rates])
        certain = len(noise) / self.of_noise**2 + 4.0
        mean = (noise.sum() / self.of_noise**2 + 4.0 * np.log(0.5)) / certain
        self.usual_noise = mean + self.rng.standard_normal() / np.sqrt(certain)
        apart = noise - self.usual_noise
        self.of_noise = float(np.sqrt(self._variance(5.0, 0.09, apart)))


def _truncated(
    rng: np.random.Generator, mean: Array, sd: Array, low: Array, high: Array
) -> Array:
    """Normal numbers between bounds, by inversion; a bound met is the number itself."""
    below, above = special.ndtr((low - mean) / sd), special.ndtr((high - mean) / sd)
    share = below + (above - below) * rng.random(len(mean))
    drawn = mean + sd * special.ndtri(np.clip(share, 1e-12, 1 - 1e-12))
    kept: Array = np.clip(drawn, low, high)
    return kept


def _choose(rng: np.random.Generator, logs: Array) -> Array:
    """One column per row, with probabilities whose logarithms are known up to a sum."""
    odds = np.exp(logs - logs.max(axis=1, keepdims=True)).cumsum(axis=1)
    drawn = rng.random(len(logs)) * odds[:, -1]
    column: Array = (odds < drawn[:, None]).sum(axis=1)
    return column


def _sample(data: _Data, rng: np.random.Generator) -> _Draws:
    """Severities are counted from the panel's own, each judge by what they scored.

    How strict this panel is beside others nobody can know, nor does it matter: what is
    estimated is what its judges would say together.
    """
    chain = _Chain(data, rng)
    quality = np.empty((ROUNDS, len(data.projects)))
    judges = np.empty((4, ROUNDS, len(data.judges)))
    share = chain.ratings_of / max(chain.ratings_of.sum(), 1.0)
    level = 0.0
    for number in range(-BURN_IN, ROUNDS):
        chain.step()
        if number >= 0:
            usual = (share * chain.severity).sum()
            quality[number] = ((chain.quality + chain.level) * data.weights).sum(1)
            quality[number] += usual
            level += ((chain.level * data.weights).sum() + usual) / ROUNDS
            judges[:, number] = (
                chain.severity - usual,
                chain.spread,
                chain.noise,
                chain.heeded,
            )
    if is_thin(data) and len(data.judges) > 1:  # one judge's taste is all there is
        alone = data.cards.sum(0) == 1
        taste = rng.standard_normal(quality.shape) * np.sqrt(TASTE)
        quality += np.where(alone, taste, 0.0)
    return _Draws(quality, float(level), judges)


def _summary(data: _Data, draws: _Draws, top: int) -> Posterior:
    latent = data.centre + data.unit * draws.quality
    # What a panel gives never leaves its scale; who is ahead beyond its end still is.
    quality = np.clip(latent, *data.scale)
    if data.is_percent and not len(data.value):
        # Of a hundred comparisons with the usual project, how many it should win.
        quality = 100 * special.ndtr(draws.quality / (COMPARING * np.sqrt(2)))
    severity, spread, noise, heeded = draws.judges
    cards = data.cards.astype(int)
    together = np.count_nonzero(cards @ cards.T, axis=1)  # oneself is among them
    heeded = np.where(together < FEW_JUDGES, 1.0, heeded)
    ranked = _ranked(data, quality, _places(latent), top)
    agreement = _agreement(data, quality.mean(0))
    judges = zip(
        data.judges,
        severity.mean(0) * data.unit,
        spread.mean(0),
        noise.mean(0) * data.unit,
        heeded.mean(0),
        agreement,
        strict=True,
    )
    return Posterior(
        names=data.projects,
        projects=tuple(ranked),
        judges=tuple(JudgeEstimate(name, *map(float, rest)) for name, *rest in judges),
        draws=latent,
        severities=severity * data.unit,
        spreads=spread,
        middle=data.centre + data.unit * draws.level,
        card=float(np.sqrt((data.weights**2).sum())),
        is_thin=is_thin(data),
    )


def _ranked(
    data: _Data, quality: Array, places: Array, top: int
) -> list[ProjectEstimate]:
    means = data.means if is_thin(data) else quality.mean(0)
    first, best = places == 1, places <= top
    rows: list[ProjectEstimate] = []
    for number, name in enumerate(data.projects):
        # About these the same is said, so the same is answered.
        same = data.alike == data.alike[number]
        pooled = quality[:, same]
        score = means[same].mean()
        low, high = np.quantile(pooled, [(1 - SURE) / 2, (1 + SURE) / 2])
        rank_low, rank_high = _holding(places[:, same].ravel(), len(data.projects))
        rows.append(
            ProjectEstimate(
                project=name,
                rank=0,
                score=float(score),
                low=float(min(low, score)),  # of nearly equal draws, a mean is rounded
                high=float(max(high, score)),
                rank_low=rank_low,
                rank_high=rank_high,
                p_first=float(first[:, same].mean()),
                p_top=float(best[:, same].mean()),
            )
        )
    scores = sorted((row.score for row in rows), reverse=True)
    ranked = [replace(row, rank=scores.index(row.score) + 1) for row in rows]
    return sorted(ranked, key=lambda row: row.rank)


def _agreement(data: _Data, estimates: Array) -> list[float]:
    """How each judge's own totals, or answers, go with the estimates."""
    agreed = []
    for judge in range(len(data.judges)):
        mine = data.judge == judge
        size = len(estimates)
        weight = data.weights[data.criterion[mine]]
        given = np.bincount(data.project[mine], weight * data.value[mine], size)
        total = np.bincount(data.project[mine], weight, size)
        seen = total > 0
        pair = np.array([given[seen] / total[seen], estimates[seen]])
        if seen.sum() > 1 and (np.ptp(pair, axis=1) > 1e-9).all():  # noqa: PLR2004
            agreed.append(float(np.corrcoef(pair)[0, 1]))
            continue
        mine = data.comparer == judge
        apart = estimates[data.winner[mine]] - estimates[data.loser[mine]]
        agreed.append(float(np.sign(apart).mean()) if len(apart) else 0.0)
    return agreed


def _places(quality: Array) -> Array:
    order = np.argsort(-quality, axis=1)
    places = np.empty_like(order)
    ranks = np.broadcast_to(np.arange(1, quality.shape[1] + 1), order.shape)
    np.put_along_axis(places, order, ranks, 1)
    return places


def _holding(places: Array, most: int) -> tuple[int, int]:
    """The run of places whose share of the draws is nearest to :data:`SURE`.

    Of each length the run that holds most. Places are whole, so with few projects
    "at least" would promise far too much.
    """
    share = np.bincount(places, minlength=most + 1).cumsum() / len(places)
    best, missed = (1, most), 1.0
    for length in range(1, most + 1):
        held = share[length:] - share[:-length]
        low = int(held.argmax())
        if abs(held[low] - SURE) < missed - 1e-9:
            best, missed = (low + 1, low + length), abs(float(held[low]) - SURE)
        if held[low] >= SURE:
            break
    return best
