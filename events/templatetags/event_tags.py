"""How phases and moments look on a page. No queries: views prefetch the windows."""

import json
from dataclasses import dataclass
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from events import log
from events.days import days_of
from events.models import (
    HEADLINE,
    AuditEntry,
    Event,
    Phase,
    PhaseWindow,
    answer_in_words,
)

register = template.Library()
# As in Django's json_script.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@dataclass(frozen=True)
class Step:
    """One step of the phase strip."""

    label: str
    state: str  # done, now, open (beside the current one) or later
    window: PhaseWindow


@register.simple_tag
def phase_steps(event: Event) -> list[Step]:
    """The headline phases of ``event`` in order, and where each stands."""
    moment = timezone.now()
    current = event.phase(moment)
    steps = []
    for phase in HEADLINE:
        window = event.window(phase)
        if window is None:
            continue
        if phase == current:
            state = "now"
        elif window.opens_at > moment:
            state = "later"
        else:
            state = "open" if window.is_open(moment) else "done"
        steps.append(Step(str(Phase(phase).label), state, window))
    return steps


@register.simple_tag
def next_deadline(event: Event) -> PhaseWindow | None:
    return event.next_deadline()


@register.simple_tag
def next_opening(event: Event) -> PhaseWindow | None:
    """The window that opens next, if any still does."""
    moment = timezone.now()
    later = [window for window in event.windows.all() if window.opens_at > moment]
    return min(later, key=lambda window: window.opens_at, default=None)


@register.filter
def zone_name(moment: datetime, event: Event) -> str:
    """The short name of the event's time zone at that moment, such as CEST."""
    return moment.astimezone(event.zone).tzname() or event.time_zone


@register.filter
def days_in_words(event: Event) -> str:
    """The day of the event, or its first and last."""
    return days_of(event, with_weekday=True)


@register.filter
def clock(moment: datetime, event: Event) -> str:
    """The time of day in the event's zone: for something of today."""
    return f"{moment.astimezone(event.zone):%H:%M}"


@register.inclusion_tag("events/_moment.html")
def moment(then: datetime, event: Event, user: object = None) -> dict[str, object]:
    """A moment in the event's zone, and in the reader's own if that differs.

    Of readers who have not told their zone the browser knows it: see menlo.js.
    """
    there = then.astimezone(event.zone)
    own = getattr(user, "zone", None)
    here = then.astimezone(own) if own else None
    differs = here is not None and here.utcoffset() != there.utcoffset()
    return {
        "then": then,
        "zone": event.time_zone,
        "short": zone_name(then, event),
        "own_zone": str(own) if differs else "",
        "own_short": here.tzname() if here else "",
        "is_unknown": own is None,
    }


@register.simple_tag
def structured_data(content: dict[str, object]) -> SafeString:
    """A data block for search engines. No script: the policy lets it pass unread."""
    text = json.dumps(content, ensure_ascii=False).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308 -- nothing in it can end the element
    )


@register.filter
def in_words(entry: AuditEntry) -> str:
    return log.in_words(entry)


@register.filter
def answer_text(answer: object) -> str:
    return answer_in_words(answer)
