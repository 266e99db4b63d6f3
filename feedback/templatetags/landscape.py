from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from feedback.landscape.stacks import Link
from feedback.statistics import Estimate
from submissions.models import Tool

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """0.347 as “35 %”, with a space that does not break."""
    return f"{share * 100:.0f}\N{NO-BREAK SPACE}%"


@register.filter
def share(found: Estimate | None) -> SafeString:
    """A share and its interval; in the place of one of too few, what stands there."""
    if not found:  # also what a template makes of no verdict at all
        return too_few()
    return format_html(
        '<strong>{}</strong> <small class="muted">{}\N{EN DASH}{}</small>',
        *(percent(part) for part in (found.value, found.low, found.high)),
    )


@register.filter
def score(found: Estimate | None) -> SafeString:
    """The same of a score from 0 to 100, with a picture and from how many people."""
    if not found:  # also what a template makes of no verdict at all
        return too_few()
    return format_html(
        '{} <span><strong>{}</strong> <small class="muted">{}\N{EN DASH}{}, {}</small>'
        "</span>",
        interval(found),
        *(rounded(part) for part in (found.value, found.low, found.high)),
        gettext("{n} people").format(n=found.n),
    )


@register.filter
def rounded(value: float) -> str:
    return f"{value:.0f}"


@register.filter
def interval(score: Estimate, size: str = "") -> SafeString:
    """A score from 0 to 100 as a line in its interval; the numbers stand beside it."""
    return format_html(
        '<svg class="interval{}" viewBox="0 0 104 10" aria-hidden="true" '
        'focusable="false" preserveAspectRatio="none"><g transform="translate(2 0)">'
        '<line class="interval__axis" x1="0" x2="100" y1="5" y2="5" />'
        '<line class="interval__range" x1="{}" x2="{}" y1="5" y2="5" />'
        '<line class="interval__value" x1="{}" x2="{}" y1="1" y2="9" /></g></svg>',
        f" interval--{size}" if size else "",
        *(f"{x:.1f}" for x in (score.low, score.high, score.value, score.value)),
    )


@register.simple_tag
def too_few() -> SafeString:
    """What stands where a number must not: a dot, and words for who cannot see it."""
    return format_html(
        '<span class="muted"><span aria-hidden="true">·</span>'
        '<span class="visually-hidden">{}</span></span>',
        gettext("too few answers"),
    )


@register.filter
def at(items: Sequence[Any], place: int) -> Any:
    """The item at this place, counted from 0."""
    return items[place]


@register.filter
def beside(line: Link, tool: Tool) -> Tool:
    """The other end of a line of the network."""
    return line.beside(tool)
