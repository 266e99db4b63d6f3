"""Remarks that say much the same, put together. Same remarks, same groups: no chance.

Each remark becomes a vector of its words and of the four-letter pieces of its words, so
that “documentation”, “documented” and “docs” meet, in any language that is written with
letters. They are weighed by TF-IDF (K. Spärck Jones, J. Documentation 28 (1972), 11-21)
and joined by average linkage on the cosine (R. R. Sokal, C. D. Michener, Univ. Kansas
Sci. Bull. 38 (1958), 1409-1438), which is scipy's.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.numeric import Floats, hierarchy, np, sparse

# Two remarks further apart than this have little more in common than "the".
FURTHEST = 0.9
# More than an event's people write; work grows with the square of it.
MOST = 1500
PIECE = 4
NAMED_BY = 3
WORD = re.compile(r"[^\W\d_]{2,}")
# The little words of the languages that Menlo's hosts write in most.
LITTLE = frozenset(
    """
    a about all an and any are as at be because been but by can did do does for from get
    got had has have how i if in is it its just me more my no not of on or our so some
    than that the their them then there they this to too us very was we were what when
    which with would you your
    aber als am auch auf aus bei das dass dem den der des die ein eine einem einen er es
    für hat ich im in ist mit nicht noch nur oder sehr sich sie und uns von war wir zu
    zum zur
    """.split()  # noqa: SIM905 -- to be read
)


@dataclass(frozen=True)
class Remark:
    """What one person wrote. ``about`` is a tool's name, or empty for the day."""

    key: str
    text: str
    about: str = ""


@dataclass(frozen=True)
class Group:
    """Remarks that belong together; ``pk`` if an organiser has had a hand in it."""

    name: str
    remarks: tuple[Remark, ...]
    pk: int | None = None
    is_pinned: bool = False

    @cached_property
    def key(self) -> str:
        """Names the group in a form: it is found again only if it is still the same."""
        if self.pk is not None:
            return f"theme-{self.pk}"
        joined = " ".join(sorted(remark.key for remark in self.remarks))
        return f"group-{hashlib.sha256(joined.encode()).hexdigest()[:16]}"


def words_of(text: str) -> list[str]:
    return [word for word in WORD.findall(text.casefold()) if word not in LITTLE]


def features_of(text: str) -> Counter[str]:
    """Its words, and the pieces of its longer words, which carry less each."""
    found: Counter[str] = Counter()
    for word in words_of(text):
        found[word] += 1
        padded = f" {word} "
        found.update(
            padded[n : n + PIECE] for n in range(max(len(padded) - PIECE + 1, 0))
        )
    return found


def tf_idf(texts: Sequence[str]) -> tuple[sparse.csr_array, list[str]]:
    """One row of length 1 per text (0 for one without words), and what columns mean.

    Counts are dampened, 1 + ln n; a feature that all texts have weighs 1, rarer ones
    1 + ln((1 + texts) / (1 + texts that have it)).
    """
    counted = [features_of(text) for text in texts]
    spread = Counter(feature for features in counted for feature in features)
    columns = {feature: n for n, feature in enumerate(sorted(spread))}
    rows, places, values = [], [], []
    for row, features in enumerate(counted):
        weights = {
            feature: (1 + np.log(n))
            * (1 + np.log((1 + len(texts)) / (1 + spread[feature])))
            for feature, n in features.items()
        }
        length = np.sqrt(sum(weight**2 for weight in weights.values()))
        for feature, weight in weights.items():
            rows.append(row)
            places.append(columns[feature])
            values.append(weight / length)
    matrix = sparse.csr_array(
        (values, (rows, places)), shape=(len(texts), len(columns))
    )
    return matrix, list(columns)


def distances(matrix: sparse.csr_array) -> Floats:
    """One minus the cosine, for each pair, in scipy's condensed form."""
    apart = np.clip(1 - (matrix @ matrix.T).toarray(), 0, 1)
    return np.asarray(apart[np.triu_indices(len(apart), 1)])


def _labels(matrix: sparse.csr_array) -> list[int]:
    """The number of its group, for each row."""
    if matrix.shape[0] == 1:
        return [1]
    tree = hierarchy.linkage(distances(matrix), "average")
    labels: list[int] = hierarchy.fcluster(tree, FURTHEST, "distance").tolist()
    return labels


def group(remarks: Iterable[Remark]) -> list[Group]:
    """The largest groups first; those who stand alone come last, each by itself."""
    ordered = sorted(remarks, key=lambda remark: remark.key)[:MOST]
    if not ordered:
        return []
    matrix, meaning = tf_idf([remark.text for remark in ordered])
    members: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(_labels(matrix)):
        members[label].append(place)
    return sorted(
        (
            Group(
                _name(matrix[places], meaning, [ordered[n].text for n in places]),
                tuple(ordered[n] for n in places),
            )
            for places in members.values()
        ),
        key=lambda found: (-len(found.remarks), found.remarks[0].key),
    )


def _name(rows: sparse.csr_array, meaning: list[str], texts: list[str]) -> str:
    """The words that weigh most in these remarks."""
    weights = np.asarray(rows.sum(axis=0)).ravel()
    words = {word for text in texts for word in words_of(text)}
    heaviest = sorted(
        (n for n in np.flatnonzero(weights) if meaning[n] in words),
        key=lambda n: (-round(float(weights[n]), 9), meaning[n]),
    )
    return ", ".join(meaning[n] for n in heaviest[:NAMED_BY]) or "…"
