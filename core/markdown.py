"""Markdown from people to HTML that cannot run, load or link anything unsafe."""

import re

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


def _lower_headings(state: StateCore) -> None:
    """Below the page's h1, and no level left out: screen readers go by them."""
    level = 1
    for token in state.tokens:
        if token.type == "heading_open":
            level = min(int(token.tag[1]) + 1, level + 1, 6)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{level}"


_parser = (
    MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20})
    .enable(["table", "strikethrough"])
    .disable(["image", "html_block", "html_inline"])
)
# Anything else, such as "java&Tab;script:", stays the text it is.
_parser.validateLink = re.compile(r"(https?://|mailto:|/(?!/)|#)", re.IGNORECASE).match  # type: ignore[assignment,method-assign]
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
