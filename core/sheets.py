"""Pages that look the same to many, but for a few places that are one's own.

Such a page is made without request and person, and may be kept. The places that the
tag ``personal`` marks stay open in it, and are filled for each reader.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from core.pagecache import fresh_until, made_earlier, tell_age

PLACES = "places_left_open"


@dataclass
class Places:
    """Takes the names of the templates whose places are left open in a page."""

    names: list[str] = field(default_factory=list)
    # Nobody can have typed it into what the page shows.
    secret: str = field(default_factory=lambda: secrets.token_hex(16))

    def leave_open(self, template: str) -> SafeString:
        self.names.append(template)
        mark = f"\0{self.secret}:{len(self.names) - 1}\0"
        return mark_safe(mark)  # noqa: S308 -- nothing of anybody's

    def split(self, html: str) -> list[str]:
        """Texts and names of templates in turn, beginning and ending with a text."""
        pieces = re.split(f"\0{self.secret}:([0-9]+)\0", html)
        pieces[1::2] = [self.names[int(number)] for number in pieces[1::2]]
        return pieces


@dataclass(frozen=True)
class Sheet:
    """What stands before, between and after the open places; what belongs in them."""

    texts: tuple[bytes, ...]
    places: tuple[str, ...]
    made_at: datetime
    until: datetime | None

    def answer(self, request: HttpRequest, **personal: Any) -> HttpResponse:
        """The page for whoever asks: with their name, their token, their messages."""
        user = request.user
        context = Context(
            {
                "request": request,
                "user": user,
                "messages": get_messages(request),
                **personal,
            }
        )
        if user.is_authenticated:
            context["csrf_token"] = get_token(request)
        engine = Engine.get_default()
        pieces = [self.texts[0]]
        for place, text in zip(self.places, self.texts[1:], strict=True):
            pieces += [engine.get_template(place).render(context).encode(), text]
        response = HttpResponse(b"".join(pieces))
        made_earlier(request, self.made_at)
        fresh_until(request, self.until)
        tell_age(response, self.made_at)
        return response


def make_sheet(template: str, context: dict[str, Any], until: datetime | None) -> Sheet:
    made_at = timezone.now()
    places = Places()
    html = render_to_string(template, {**context, PLACES: places})
    pieces = places.split(html)
    texts = tuple(piece.encode() for piece in pieces[::2])
    return Sheet(texts, tuple(pieces[1::2]), made_at, until)
