"""Markdown as a tree of plain data, which a typst template draws without reading it.

Nobody's text is ever typst: the templates are ours, and texts reach them as JSON.
"""

from typing import Any

from django.conf import settings
from markdown_it.token import Token

from core.markdown import parse

Node = dict[str, Any]
LONGEST_LINK = 2000  # typst makes no PDF of one that is much longer
CONTAINERS = {
    "paragraph": "p",
    "blockquote": "quote",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "em": "em",
    "strong": "strong",
    "s": "s",
    "table": "table",
    "tr": "tr",
    "th": "cell",
    "td": "cell",
}


def whole(url: str) -> str:
    """Of a paper one cannot go on to the same site."""
    return f"{settings.SITE_URL}{url}" if url.startswith("/") else url


def tree(text: str) -> list[Node]:
    """Nodes such as ``{"t": "p", "c": [...]}`` and ``{"t": "text", "v": "..."}``."""
    return _grow(parse(text))


def _grow(tokens: list[Token]) -> list[Node]:
    top: list[Node] = []
    stack = [top]
    for token in tokens:
        if token.nesting > 0:
            node = _container(token)
            stack[-1].append(node)
            stack.append(node["c"])
        elif token.nesting < 0:
            stack.pop()
        else:
            stack[-1].extend(_leaf(token))
    return top


def _container(token: Token) -> Node:
    kind = token.type.removesuffix("_open")
    if kind == "heading":
        return {"t": "h", "level": int(token.tag[1]), "c": []}
    if kind == "link":
        url = whole(str(token.attrs.get("href", "")))
        return {
            "t": "link" if len(url) <= LONGEST_LINK else "group",
            "url": url,
            "c": [],
        }
    return {"t": CONTAINERS.get(kind, "group"), "c": []}


def _leaf(token: Token) -> list[Node]:
    if token.type == "inline":
        return _grow(token.children or [])
    if token.type in {"softbreak", "hardbreak"}:
        return [{"t": "br" if token.type == "hardbreak" else "text", "v": " "}]
    if token.type in {"fence", "code_block"}:
        return [{"t": "pre", "v": token.content.rstrip("\n")}]
    if token.type == "code_inline":
        return [{"t": "code", "v": token.content}]
    if token.type == "hr":
        return [{"t": "hr", "v": ""}]
    return [{"t": "text", "v": token.content}]
