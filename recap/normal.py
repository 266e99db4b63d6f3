"""Markdown written anew from its tree, for the newsletter.

A newsletter's own reader may know HTML, and goes on after each part: what leaves here
has neither tags nor a fence that somebody left open.
"""

import re
from textwrap import indent

from recap.pdf.markup import Node, tree
from recap.writing import escape

MARKS = {"em": "*", "strong": "**", "s": "~~"}
LISTS = {"ul", "ol"}
LOWER = 2  # below the headings of the newsletter's parts
LOWEST = 6


def normal(text: str) -> str:
    """The same to read, and nothing but Markdown."""
    return _blocks(tree(text))


def _blocks(nodes: list[Node]) -> str:
    """One after the other; a list may follow the line above it at once."""
    out = ""
    for node in nodes:
        between = "\n" if node["t"] in LISTS and out else "\n\n"
        out += (between if out else "") + _block(node)
    return out


def _block(node: Node) -> str:  # noqa: PLR0911 -- one line for each kind
    match node["t"]:
        case "h":
            return f"{'#' * min(node['level'] + LOWER, LOWEST)} {_line(node['c'])}"
        case "quote":
            return indent(_blocks(node["c"]), "> ", lambda _line: True)
        case "ul":
            return "\n".join(_item("- ", item) for item in node["c"])
        case "ol":
            items = enumerate(node["c"], start=1)
            return "\n".join(_item(f"{n}. ", item) for n, item in items)
        case "pre":
            fence = _ticks(node["v"], 3)
            return f"{fence}\n{node['v']}\n{fence}"
        case "hr":
            return "---"
        case "table":
            return _table(node)
        case _:
            return _line(node.get("c", [node]))


def _item(mark: str, item: Node) -> str:
    return mark + indent(_blocks(item["c"]), " " * len(mark)).lstrip(" ")


def _table(table: Node) -> str:
    rows = [
        [re.sub(r"(?<!\\)\|", r"\\|", _line(cell["c"])) for cell in row["c"]]
        for group in table["c"]
        for row in group["c"]
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)


def _line(nodes: list[Node]) -> str:
    return _inline(nodes).strip(" ")


def _inline(nodes: list[Node]) -> str:
    out = ""
    for node in nodes:
        piece = _piece(node)
        if piece.startswith("[") and out.endswith("!"):  # or it would be a picture
            out = f"{out[:-1]}\\!"
        out += piece
    return out


def _piece(node: Node) -> str:
    kind = node["t"]
    if kind == "text":
        return escape(re.sub(r"[\r\n\t]+", " ", node["v"]))
    if kind == "br":
        return "\\\n"
    if kind == "code":
        ticks = _ticks(node["v"], 1)
        room = " " if "`" in node["v"] else ""
        return f"{ticks}{room}{node['v']}{room}{ticks}"
    inside = _inline(node["c"])
    if kind == "link":
        url = re.sub(r"([()])", r"\\\1", node["url"])
        return f"[{inside}]({url})"
    mark = MARKS.get(kind, "")
    return f"{mark}{inside}{mark}"


def _ticks(code: str, least: int) -> str:
    """More than the code has in a row."""
    runs = (len(run) + 1 for run in re.findall("`+", code))
    return "`" * max([least, *runs])
