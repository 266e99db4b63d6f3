"""Which signs our fonts can draw; what they cannot is said instead of printed."""

import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).with_name("fonts")
# They steer how others are drawn, and need no shape of their own.
UNSEEN = {"Cf", "Zs", "Zl", "Zp"}
# Some that look like these have a shape, and typst refuses to leave it out.
SHAPED = frozenset(
    "\u070f\u0890\u0891\u1680\ufff9\ufffa\ufffb\U000110bd\U000110cd"
    + "".join(map(chr, range(0x13430, 0x13440)))
)
VARIATIONS = range(0xFE00, 0xFE10)
TAGS = range(0xE0020, 0xE0080)
# Made of two flags' letters or of a skin tone: drawn with the sign before.
SKIN_TONES = range(0x1F3FB, 0x1F400)


@lru_cache(maxsize=1)
def drawable() -> frozenset[int]:
    """Every sign that some font has; read once a process."""
    known: set[int] = set()
    for path in sorted(FONTS.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            known.update(font.getBestCmap())
    return frozenset(known)


def missing(text: str) -> str:
    """The signs of ``text`` that would come out as empty boxes, each once."""
    return "".join(
        dict.fromkeys(
            char
            for char in unicodedata.normalize("NFC", text)
            if not _can_be_left_out(char) and ord(char) not in drawable()
        )
    )


def _can_be_left_out(char: str) -> bool:
    number = ord(char)
    return (
        (unicodedata.category(char) in UNSEEN and char not in SHAPED)
        or char in "\t\n"
        or number in VARIATIONS
        or number in TAGS
        or number in SKIN_TONES
    )
