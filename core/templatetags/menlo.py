"""How things look in our templates. Formatting only: no queries."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import markdown as markdown_

register = template.Library()
HUES = 6


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Lucide icon; without ``label`` it is decoration and hidden from readers."""
    sprite = static("icons/sprite.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            label,
            sprite,
            name,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name
    )


@register.simple_tag
def avatar(person: Any) -> SafeString:
    """A person's initials in one of six inks, the same ink each time."""
    return format_html(
        '<span class="avatar avatar--{}" aria-hidden="true">{}</span>',
        (person.pk or 0) % HUES,
        person.initials,
    )


@register.filter
def markdown(text: str) -> SafeString:
    return markdown_.render(text or "")
