"""What each category is like: crowded, settled or a gap. The rule, in plain Python.

It uses what is shown anyway (teams, and scores of k people or more), so it tells
nothing that could not be read off the page.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

# The usual System Usability Scale score: Lewis & Sauro, J. Usability Studies 13 (2018).
USUAL_SUS = 68
# A leader has half of the teams that name anything for this need.
LEADING_SHARE = 0.5
LEAST_TEAMS = 3
# So many tools with no leader among them are a crowd …
MANY_TOOLS = 3
# … and so are two tools for one need in one stack, if a fifth of the teams have them.
OVERLAP_SHARE = 0.2
LEAST_OVERLAPPING = 2


class State(StrEnum):
    SETTLED = "settled"
    CROWDED = "crowded"
    GAP = "gap"
    OPEN = "open"


@dataclass(frozen=True)
class Overlap:
    """Teams that have two tools or more for this need, and the pair they have most."""

    teams: int
    of: int
    pair: tuple[int, int] | None
    pair_teams: int

    @property
    def share(self) -> float:
        return self.teams / self.of if self.of else 0.0


def overlap(stacks: Iterable[Collection[int]], tools: Collection[int]) -> Overlap:
    """``stacks`` are the tools of each team; ``tools`` those of the one category."""
    mine = [sorted(set(stack) & set(tools)) for stack in stacks]
    pairs = Counter(pair for stack in mine for pair in combinations(stack, 2))
    pair, most = min(
        pairs.items(), key=lambda item: (-item[1], item[0]), default=(None, 0)
    )
    return Overlap(
        teams=sum(len(stack) > 1 for stack in mine),
        of=sum(bool(stack) for stack in mine),
        pair=pair,
        pair_teams=most,
    )


def state(
    teams: Mapping[int, int], sus: Mapping[int, float | None], both: Overlap
) -> State:
    """``teams`` and ``sus`` by tool of one category; ``None`` where none is shown."""
    scored = [value for value in sus.values() if value is not None]
    liked = {
        tool for tool, value in sus.items() if value is not None and value >= USUAL_SUS
    }
    if scored and not liked:
        return State.GAP
    leads = {
        tool
        for tool, n in teams.items()
        if both.of >= LEAST_TEAMS and n >= LEADING_SHARE * both.of
    }
    if leads & liked:
        return State.SETTLED
    in_use = sum(n > 0 for n in teams.values())
    if (in_use >= MANY_TOOLS and both.of >= LEAST_TEAMS and not leads) or (
        both.teams >= LEAST_OVERLAPPING and both.share >= OVERLAP_SHARE
    ):
        return State.CROWDED
    return State.OPEN
