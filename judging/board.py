"""A plan in the making, and the swaps that mix and connect it. Plain Python."""

from __future__ import annotations

from collections.abc import Iterator

from core.numeric import Bools, Floats, Ints, np
from judging.graph import Pair, parts, scaled

# How swaps are looked for: how often, among how many pairs of cards, and the power of
# the graph whose trace they lower, which is a smooth stand-in for its eigenvalue.
SWAP_ROUNDS = 400
SWAP_SAMPLE = 20_000
SWAP_POWER = 16
# How many ways to join two groups are tried before a card is added.
TRIES = 300


class Board:
    """A row for each judge, a column for each project."""

    # Who sees what; who may; what must not be taken away.
    x: Bools
    may: Bools
    stays: Bools
    # How many judges each project is to have.
    want: Ints
    # Judges who can be dealt something.
    present: Bools
    # How far each table is out of each judge's part of the room.
    outside: Floats
    rng: np.random.Generator

    # --- Mixing

    def mix(self) -> None:
        """Swap projects between judges as long as that brings the judges closer."""
        loose = np.argwhere(self.x & ~self.stays)
        best, many = self._looseness(), max(len(loose) // 20, 1)
        for _round in range(SWAP_ROUNDS):
            swaps = self._swaps(loose, many)
            if not swaps:
                break
            self._swap(loose, swaps)
            now = self._looseness()
            if now < best:
                best = now
                continue
            self._swap(loose, swaps)  # back
            if many == 1:
                break
            many //= 2

    def _looseness(self) -> float:
        n = scaled(self.x)
        return float(np.trace(np.linalg.matrix_power(n @ n.T, SWAP_POWER)))

    def _swaps(self, loose: Ints, many: int) -> list[Pair]:
        """Which cards to swap, by their places in ``loose``: what promises most."""
        if len(loose) == 0:
            return []
        n = scaled(self.x)
        slope = np.linalg.matrix_power(n @ n.T, SWAP_POWER - 1) @ n
        slope *= scaled(self.x | ~self.x) * np.sqrt(self.x.size)
        a, b = self.rng.integers(len(loose), size=(2, SWAP_SAMPLE))
        (ja, pa), (jb, pb) = loose[a].T, loose[b].T
        gain = slope[ja, pa] + slope[jb, pb] - slope[ja, pb] - slope[jb, pa]
        far = self.outside
        detour = far[ja, pb] + far[jb, pa] - far[ja, pa] - far[jb, pb]
        may = self.may & ~self.x
        gain[~may[ja, pb] | ~may[jb, pa] | (detour > 1e-9)] = 0  # noqa: PLR2004
        chosen: list[Pair] = []
        touched: set[int] = set()
        for k in np.argsort(-gain)[: many * 8]:
            if gain[k] <= 0 or len(chosen) == many:
                break
            if touched.isdisjoint({int(pa[k]), int(pb[k])}):
                touched |= {int(pa[k]), int(pb[k])}
                chosen.append((int(a[k]), int(b[k])))
        return chosen

    def _swap(self, loose: Ints, swaps: list[Pair]) -> None:
        for a, b in swaps:
            (ja, pa), (jb, pb) = loose[a], loose[b]
            self.x[ja, pa] = self.x[jb, pb] = False
            self.x[ja, pb] = self.x[jb, pa] = True
            loose[a, 1], loose[b, 1] = pb, pa

    # --- Connection

    def connect(self) -> None:
        """Join groups that never meet, as long as anybody may see both."""
        number, j_part, p_part = parts(self.x)
        while number > 1:
            if not (
                self._joined(number, self._exchanges(j_part))
                or self._joined(number, self._shifts(j_part))
                or self._add(j_part, p_part)
            ):
                break
            number, j_part, p_part = parts(self.x)

    def _joined(self, number: int, ways: Iterator[Bools]) -> bool:
        """Take the first of these that leaves fewer groups."""
        for _try, x in zip(range(TRIES), ways, strict=False):
            if parts(x)[0] < number and not (x.sum(axis=0) < self.x.sum(axis=0)).any():
                self.x = x
                return True
        return False

    def _loose_cards(self) -> Ints:
        """In large groups first: there a card is most likely to be missed by nobody."""
        loose = np.argwhere(self.x & ~self.stays)
        crowd = self.x.sum(axis=1)[loose[:, 0]] * self.x.sum(axis=0)[loose[:, 1]]
        order = self.rng.permutation(len(loose))
        cards: Ints = loose[order[np.argsort(-crowd[order], kind="stable")]]
        return cards

    def _exchanges(self, j_part: Ints) -> Iterator[Bools]:
        """Two judges of different groups swap a project each."""
        loose = self._loose_cards()
        for ja, pa in loose:
            others = loose[j_part[loose[:, 0]] != j_part[ja]]
            jb, pb = others.T
            fits = self.may[ja, pb] & self.may[jb, pa]
            if fits.any():
                detour = self.outside[ja, pb] + self.outside[jb, pa]
                k = int(np.argmin(np.where(fits, detour, np.inf)))
                x = self.x.copy()
                x[ja, pa] = x[jb[k], pb[k]] = False
                x[ja, pb[k]] = x[jb[k], pa] = True
                yield x

    def _shifts(self, j_part: Ints) -> Iterator[Bools]:
        """A card goes to a judge of another group who has fewer."""
        load = self.x.sum(axis=1)
        for ja, pa in self._loose_cards():
            fits = self.may[:, pa] & (j_part != j_part[ja]) & (j_part >= 0)
            for jb in np.flatnonzero(fits & (load < load[ja])):
                x = self.x.copy()
                x[ja, pa], x[jb, pa] = False, True
                yield x

    def _add(self, j_part: Ints, p_part: Ints) -> bool:
        """One card more than wanted; or two, for a judge who has none."""
        over = np.maximum(self.x.sum(axis=0) - self.want, 0)
        price = self.x.sum(axis=1)[:, None] + self.outside + over * self.x.shape[1]
        news = self.may & (j_part[:, None] != p_part) & (p_part >= 0)
        cards = np.where(news & (j_part[:, None] >= 0), price, np.inf)
        if np.isfinite(cards).any():
            self.x[np.unravel_index(np.argmin(cards), cards.shape)] = True
            return True
        for j in np.flatnonzero(self.present & (j_part < 0)):
            reach = {
                part: min(at, key=lambda p: price[j, p])
                for part in np.unique(p_part[self.may[j]])
                if len(at := np.flatnonzero(self.may[j] & (p_part == part)))
            }
            if len(reach) > 1:
                self.x[j, list(reach.values())] = True
                return True
        return False
