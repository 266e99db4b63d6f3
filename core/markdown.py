"""Markdown from people to HTML that cannot run, load or link anything unsafe."""

import re
from collections.abc import Iterator

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h2", "h3", "h4", "h5", "h6", "hr",
    "li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr",
    "ul",
}  # fmt: skip
MAX_LENGTH = 20_000
# Without the full stop or the bracket that closes what it stands in.
_BARE = re.compile(r"""(https?://[^\s<>"']*[^\s<>"'.,;:!?)\]}*_])""", re.IGNORECASE)


def _lower_headings(state: StateCore) -> None:
    """Below the page's h1, and no level left out: screen readers go by them."""
    level = 1
    for token in state.tokens:
        if token.type == "heading_open":
            level = min(int(token.tag[1]) + 1, level + 1, 6)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{level}"


def _link_bare_addresses(state: StateCore) -> None:
    """What starts with https:// is a link, as people expect it to be."""
    for block in state.tokens:
        if block.children and any("://" in token.content for token in block.children):
            block.children = list(_with_links(block.children))


def _with_links(tokens: list[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type in {"link_open", "link_close"} else 0
        if token.type != "text" or depth:
            yield token
            continue
        for number, piece in enumerate(_BARE.split(token.content)):
            if not number % 2:
                if piece:
                    yield Token("text", "", 0, content=piece)
                continue
            yield Token("link_open", "a", 1, attrs={"href": piece})
            yield Token("text", "", 0, content=piece)
            yield Token("link_close", "a", -1)


_parser = (
    MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20})
    .enable(["table", "strikethrough"])
    .disable(["image", "html_block", "html_inline"])
)
# Anything else, such as "java&Tab;script:", stays the text it is.
_parser.validateLink = re.compile(r"(https?://|mailto:|/(?!/)|#)", re.IGNORECASE).match  # type: ignore[assignment,method-assign]
_parser.core.ruler.push("bare_addresses", _link_bare_addresses)
_parser.core.ruler.push("headings_below_the_page_title", _lower_headings)


def parse(text: str) -> list[Token]:
    """What :func:`render` makes its HTML of, for those who print rather than show."""
    return _parser.parse(text[:MAX_LENGTH])


def render(text: str) -> SafeString:
    """Return sanitised HTML; images and raw HTML are shown as the text they are."""
    return mark_safe(  # noqa: S308 -- the one door; nh3 has cleaned it
        nh3.clean(
            _parser.render(text[:MAX_LENGTH]),
            tags=TAGS,
            attributes={"a": {"href", "title"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow ugc",
        )
    )


def plain(text: str) -> str:
    """The words without their marks, on one line: for lists that show how it begins."""
    words = []
    for block in parse(text):
        if block.type in {"fence", "code_block"}:
            words.append(block.content)
        for token in block.children or ():
            is_break = token.type in {"softbreak", "hardbreak"}
            words.append(" " if is_break else token.content)
        words.append(" ")
    return " ".join("".join(words).split())


def as_text(text: str) -> str:  # noqa: C901 -- one branch for each kind of token
    """What it says without its signs, for mails in plain text."""
    blocks: list[str] = []
    items: list[str] = []  # what stands before the next block: "- " or "2. "
    counters: list[int | None] = []
    was_item = False
    for token in parse(text):
        match token.type:
            case "bullet_list_open":
                counters.append(None)
            case "ordered_list_open":
                counters.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                counters.pop()
            case "list_item_open":
                number = counters[-1]
                items.append("- " if number is None else f"{number}. ")
                if number is not None:
                    counters[-1] = number + 1
            case "inline":
                indent = "  " * max(len(counters) - 1, 0)
                said = indent + "".join(items) + _words(token.children or [])
                if items and was_item:  # items stand close together
                    blocks[-1] += f"\n{said}"
                else:
                    blocks.append(said)
                was_item = bool(items)
                items.clear()
            case "fence" | "code_block":
                blocks.append(token.content.rstrip())
                was_item = False
            case "hr":
                blocks.append("---")
    return "\n\n".join(blocks).strip()


def _words(tokens: list[Token]) -> str:
    said, link, start = "", "", 0
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                said += token.content
            case "softbreak" | "hardbreak":
                said += "\n"
            case "link_open":
                link, start = str(token.attrs.get("href", "")), len(said)
            case "link_close":
                if said[start:] not in {link, link.removeprefix("mailto:")}:
                    said += f" ({link})"
    return said
