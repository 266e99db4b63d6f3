"""A bar for each tool, as SVG that a page, a reader of screens and a printer can use.

No colour stands in it: the page's style sheet paints its classes, and the PDF paints
them by the plain attributes, which any style sheet overrules.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

MOST = 12
LINE = 30
LEFT = 190
WIDE = 560
FULL = WIDE - LEFT - 50
LONGEST = 24


@dataclass(frozen=True)
class Bar:
    name: str
    count: int
    y: int
    width: int

    @property
    def short(self) -> str:
        return (
            self.name if len(self.name) <= LONGEST else f"{self.name[: LONGEST - 1]}…"
        )


@dataclass(frozen=True)
class Picture:
    bars: tuple[Bar, ...]
    more: int  # tools that found no place

    @property
    def height(self) -> int:
        return LINE * len(self.bars) + 10

    @property
    def svg(self) -> str:
        return render_to_string(
            "recap/_bars.svg", {"picture": self, "wide": WIDE, "left": LEFT}
        )


def bars(counts: Sequence[tuple[str, int]]) -> Picture | None:
    """The most used tools; ``None`` where no project names any."""
    if not counts:
        return None
    shown = counts[:MOST]
    most = max(count for _name, count in shown)
    return Picture(
        tuple(
            Bar(name, count, 5 + LINE * number, max(2, round(FULL * count / most)))
            for number, (name, count) in enumerate(shown)
        ),
        more=len(counts) - len(shown),
    )
