"""What one more score would settle, and who should give it. Plain numpy."""

from collections.abc import Collection, Mapping
from typing import Any

from core.numeric import Array, np
from judging.posterior import Posterior

# Two neighbours cannot be told apart while neither is ahead with more than this.
TOO_CLOSE = 0.75
IN_DOUBT = 0.02  # a project is a candidate while its place in the top is this open
NO_HOPE = 0.002
MOST_PROJECTS = 12
MOST_JUDGES = 30
OUTCOMES = 15  # of a score that nobody has given yet
HEEDED = 0.5
MOST_KEPT = 200


def close_pairs(posterior: Posterior, top: int) -> list[dict[str, Any]]:
    """Neighbours in the order that nobody can tell apart, where a place hangs on it.

    Those are the places of the prizes: first against second, up to the last that wins
    against the first that does not.
    """
    pairs = []
    for ahead, behind in zip(
        posterior.projects[:top], posterior.projects[1 : top + 1], strict=False
    ):
        chance = posterior.better(ahead.project, behind.project)
        if chance < TOO_CLOSE:
            pairs.append(
                {
                    "projects": [ahead.project, behind.project],
                    "chance": round(chance, 6),
                }
            )
    return pairs


def what_would_settle(
    posterior: Posterior, top: int, seen: Mapping[str, Collection[Any]]
) -> dict[str, Any]:
    """How many of the top we expect to name rightly, and how one more card helps.

    Before the card is there its outcome is drawn from what we know; each outcome weighs
    the draws anew (importance sampling), and the gain is the mean over outcomes.
    ``seen`` says who has scored what already.
    """
    top = min(top, len(posterior.names))
    places = (-posterior.draws).argsort(1).argsort(1)
    is_top = (places < top).astype(float)
    sure = is_top.mean(0)
    now = _rightly(sure, top)
    is_top = is_top[:, sure > NO_HOPE]
    doubt = np.abs(sure - 0.5)
    open_ = [n for n in doubt.argsort(kind="stable") if doubt[n] < 0.5 - IN_DOUBT]
    contested = open_[:MOST_PROJECTS]
    judges = [
        n
        for n, one in enumerate(posterior.judges)
        if one.heeded >= HEEDED and str(one.judge) in seen
    ]
    judges.sort(key=lambda n: posterior.judges[n].noise / posterior.judges[n].spread)
    gains = []
    for number in judges[:MOST_JUDGES]:
        judge = posterior.judges[number]
        for project in contested:
            name = posterior.names[project]
            if name in seen[str(judge.judge)]:
                continue
            after = _after(posterior, number, project, is_top, top)
            gains.append(
                {
                    "judge": str(judge.judge),
                    "project": name,
                    "gain": round(max(after - now, 0.0), 6),
                }
            )
    gains.sort(key=lambda one: (-one["gain"], one["project"], one["judge"]))
    return {"top": top, "now": round(now, 6), "cards": gains[:MOST_KEPT]}


def _rightly(sure: Array, top: int) -> Any:
    """The expected share of the true top among the most likely."""
    return np.sort(sure, axis=-1)[..., -top:].sum(-1) / top


def _after(
    posterior: Posterior, judge: int, project: int, is_top: Array, top: int
) -> float:
    quality = posterior.draws[:, project]
    expected = posterior.severities[:, judge] + posterior.middle
    expected = expected + posterior.spreads[:, judge] * (quality - posterior.middle)
    noise = max(posterior.judges[judge].noise * posterior.card, 1e-9)
    spread = np.sqrt(expected.var() + noise**2)
    outcomes = expected.mean() + spread * np.linspace(-2.4, 2.4, OUTCOMES)
    logs = -(((outcomes[:, None] - expected) / noise) ** 2) / 2
    weights = np.exp(logs - logs.max())
    likely = weights.sum(1)
    sure = weights @ is_top / np.maximum(likely, 1e-300)[:, None]
    return float((_rightly(sure, top) * likely).sum() / likely.sum())
