"""Text files as people's programs write them, made plain for a reader of tables.

Spreadsheets write in the encoding of their country, end lines in three ways, say
``sep=;`` in a first line, part columns by what their country has for a decimal point
to spare, and put that sign between quotation marks where it stands in a text.
"""

import codecs
import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

SEPARATORS = ",;\t|"
PIECE = 2**20  # bytes read at a time
LOOKED_AT = 100  # lines, to find what parts the columns
SAID = re.compile(r"sep=(.)\r?\n?$", re.IGNORECASE)  # Excel's own first line
BROKEN = "\ufffd"
ASCII = frozenset(map(chr, range(128)))
HEAD = 8192  # bytes that tell UTF-16


@dataclass(frozen=True)
class Encoding:
    """How a file's bytes become text; ``name`` is for people, empty for UTF-8."""

    codec: str
    name: str = ""


UTF8 = Encoding("utf-8-sig")
BROKEN_UTF8 = Encoding("utf-8-sig", "UTF-8, some of them broken")
# What Windows writes in western countries; it has all that Latin-1 has, and €.
WINDOWS = Encoding("cp1252", "Windows-1252")


def encoding_of(path: Path) -> Encoding:
    """Looks at the whole file: the first odd letter may come late."""
    with path.open("rb") as file:
        head = file.read(PIECE)
        if codec := utf16_of(head):
            return Encoding(codec, "UTF-16")
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        good = broken = 0
        while head:
            following = file.read(PIECE)
            if not head.isascii() or good or broken:
                text = decoder.decode(head, final=not following)
                odd = text.count(BROKEN)
                broken += odd
                good += sum(map(text.count, set(text) - ASCII)) - odd
            head = following
    if broken > good:
        return WINDOWS
    return BROKEN_UTF8 if broken else UTF8


def utf16_of(head: bytes) -> str:
    """Which UTF-16 a file begins in; empty where it does not.

    Without a mark, most texts have a zero in every other byte.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = head[:HEAD]
    pairs = len(head) // 2
    first, second = head[0::2].count(0), head[1::2].count(0)
    if min(first, second) * 20 > pairs or max(first, second) * 10 < pairs * 7:
        return ""
    return "utf-16-le" if second > first else "utf-16-be"


def make_plain(path: Path, copy: Path) -> tuple[Encoding, str]:
    """Write the text to ``copy`` in UTF-8 with plain line ends.

    Returns the encoding it had, and the separator that its first line names, if any.
    """
    encoding = encoding_of(path)
    with (
        path.open(encoding=encoding.codec, errors="replace", newline=None) as source,
        copy.open("w", encoding="utf-8", newline="") as target,
    ):
        first = source.readline(PIECE)
        said = SAID.match(first)
        if not said:
            target.write(first)
        while piece := source.read(PIECE):
            target.write(piece)
    return encoding, said[1] if said else ""


def has_more_than_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.readline()
        return bool(file.read(PIECE).strip())


def separator_of(path: Path) -> str:
    """The sign that parts most lines into the same number of columns, two or more."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [file.readline(PIECE) for _ in range(LOOKED_AT)]
    return max(SEPARATORS, key=lambda sign: _fit(lines, sign))


def _fit(lines: list[str], sign: str) -> tuple[bool, float, float, int]:
    """How well a separator explains the lines: the higher, the better.

    With a wrong one, lines differ, or quotation marks stand in the middle of what it
    parts.
    """
    try:
        rows = [row for row in csv.reader(lines, delimiter=sign) if row]
    except csv.Error:
        return False, 0.0, 0.0, 0
    if not rows:
        return False, 0.0, 0.0, 0
    width, often = Counter(map(len, rows)).most_common(1)[0]
    stray = sum('"' in cell for row in rows for cell in row)
    return width > 1, often / len(rows), -stray / sum(map(len, rows)), width
