"""Markdown as a tree of plain data, which a typst template draws without reading it.

Nobody's text is ever typst: the templates are ours, and texts reach them as JSON.
"""

from typing import Any

from markdown_it.token import Token

from core.markdown import parse

Node = dict[str, Any]
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
        return {"t": "link", "url": str(token.attrs.get("href", "")), "c": []}
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
