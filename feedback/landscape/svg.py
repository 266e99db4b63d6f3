"""Drawings as text, for a page and for a file.

In a page the style sheet colours them by class, and so for light, dark and print; in a
file each shape says its colours itself. Nothing of it needs a style attribute, which
the content security policy would refuse.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.safestring import SafeString, mark_safe

NAMESPACE = "http://www.w3.org/2000/svg"
FONT = "Atkinson Hyperlegible Next, Verdana, DejaVu Sans, sans-serif"
INK, SOFT, RULE, STRONG = "#1d1a16", "#5c5447", "#cfc4ae", "#857a66"
NOTE, BAD = "#234f7d", "#a11d2b"

# What the classes of feedback.css mean on white paper.
LOOKS: Mapping[str, Mapping[str, str]] = {
    "chart__text": {"fill": INK},
    "chart__soft": {"fill": SOFT},
    "chart__strong": {"fill": INK, "font-weight": "700"},
    "chart__rule": {"stroke": RULE, "stroke-width": "1"},
    "chart__usual": {"stroke": STRONG, "stroke-width": "1", "stroke-dasharray": "2 3"},
    "chart__range": {"stroke": NOTE, "stroke-width": "3"},
    "chart__value": {"stroke": INK, "stroke-width": "3"},
    "chart__frame": {"fill": "#ffffff", "stroke": RULE},
    "chart__line": {"fill": "none", "stroke": NOTE, "stroke-width": "2"},
    "chart__dot": {"fill": NOTE},
    "chart__together": {"fill": "none", "stroke": NOTE},
    "chart__instead": {"fill": "none", "stroke": BAD, "stroke-dasharray": "5 4"},
    "band-0": {"fill": "#ffffff", "stroke": STRONG, "stroke-dasharray": "3 3"},
    "band-1": {"fill": "#fae3e0", "stroke": BAD},
    "band-2": {"fill": "#fbeccb", "stroke": "#7a4a00"},
    "band-3": {"fill": "#e2ecf4", "stroke": NOTE},
    "band-4": {"fill": "#d3e9cd", "stroke": "#21633b"},
}


def number(value: float) -> str:
    """Short: a tenth of a unit is finer than any eye."""
    return f"{value:.1f}".removesuffix(".0")


def width_of(text: str) -> float:
    """About how many letters wide a text is: ideographs count double, marks nothing."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(char)
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )


def shortened(text: str, letters: int) -> str:
    if width_of(text) <= letters:
        return text
    while text and width_of(text) > letters - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def lines_of(text: str, letters: int) -> list[str]:
    """One or two lines, broken between words where that is possible."""
    if width_of(text) <= letters:
        return [text]
    first, *rest = text.split()
    while rest and width_of(f"{first} {rest[0]}") <= letters:
        first = f"{first} {rest.pop(0)}"
    if not rest or width_of(first) > letters:
        return [shortened(text, letters)]
    return [first, shortened(" ".join(rest), letters)]


@dataclass
class Drawing:
    """What stands on one piece of paper; its title and description are read aloud."""

    width: float
    height: float
    title: str
    description: str = ""
    ident: str = "chart"
    shapes: list[ET.Element] = field(default_factory=list)

    def add(
        self, tag: str, look: str, /, *, to: ET.Element | None = None, **values: Any
    ) -> ET.Element:
        """A shape; ``text_anchor=`` becomes ``text-anchor``, and numbers get short."""
        shape = ET.Element(tag)
        if look:
            shape.set("class", look)
        for name, value in values.items():
            shape.set(
                name.rstrip("_").replace("_", "-"),
                number(value) if isinstance(value, float | int) else str(value),
            )
        if to is None:
            self.shapes.append(shape)
        else:
            to.append(shape)
        return shape

    def text(
        self,
        x: float,
        y: float,
        words: str,
        look: str = "chart__text",
        *,
        size: int = 13,
        anchor: str = "start",
        to: ET.Element | None = None,
    ) -> ET.Element:
        shape = self.add(
            "text", look, to=to, x=x, y=y, font_size=size, text_anchor=anchor
        )
        shape.text = words
        return shape

    def link(self, address: str, label: str) -> ET.Element:
        """Shapes put into it lead there, by mouse, finger and keyboard."""
        return self.add("a", "chart__link", href=address, aria_label=label)

    def note(self, shape: ET.Element, words: str) -> None:
        """Words that show up beside the pointer."""
        ET.SubElement(shape, "title").text = words

    def inline(self) -> SafeString:
        """For a page. Everything that people typed is escaped by the serialiser."""
        root = self._root({"class": "chart", "role": "group", "id": self.ident})
        root.set("aria-labelledby", f"{self.ident}-title")
        root.set("aria-describedby", f"{self.ident}-desc")
        root[0].set("id", f"{self.ident}-title")
        root[1].set("id", f"{self.ident}-desc")
        root.extend(self.shapes)
        return mark_safe(ET.tostring(root, encoding="unicode"))  # noqa: S308

    def file(self) -> str:
        """For itself: with a background, without links, every colour spelt out."""
        root = self._root(
            {
                "xmlns": NAMESPACE,
                "width": number(self.width),
                "height": number(self.height),
                "font-family": FONT,
            }
        )
        ET.SubElement(root, "rect", width="100%", height="100%", fill="#ffffff")
        root.extend(_spelt_out(shape) for shape in self.shapes)
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(
            root, encoding="unicode"
        )

    def _root(self, attributes: dict[str, str]) -> ET.Element:
        box = f"0 0 {number(self.width)} {number(self.height)}"
        root = ET.Element("svg", {**attributes, "viewBox": box})
        ET.SubElement(root, "title").text = self.title
        ET.SubElement(root, "desc").text = self.description
        return root


def _spelt_out(shape: ET.Element) -> ET.Element:
    attributes = dict(shape.attrib)
    looks = attributes.pop("class", "").split()
    if shape.tag == "a":
        attributes = {}
    for look in looks:
        attributes |= LOOKS.get(look, {})
    copy = ET.Element("g" if shape.tag == "a" else shape.tag, attributes)
    copy.text = shape.text
    copy.extend(_spelt_out(inner) for inner in shape)
    return copy


def stacked(
    drawings: list[Drawing],
    columns: int,
    *,
    title: str,
    description: str = "",
    gap: int = 12,
) -> Drawing:
    """Several drawings on one sheet, each in the shortest column."""
    column = max((drawing.width for drawing in drawings), default=0) + gap
    filled = [float(gap)] * columns
    sheet = Drawing(columns * column + gap, 0, title, description)
    for drawing in drawings:
        place = filled.index(min(filled))
        group = sheet.add(
            "g",
            "",
            transform=f"translate({number(gap + place * column)} "
            f"{number(filled[place])})",
        )
        group.extend(drawing.shapes)
        filled[place] += drawing.height + gap
    sheet.height = max(filled)
    return sheet
