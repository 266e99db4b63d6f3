"""Parts of an event's pages, kept for people who are signed in. docs/adr/0018."""

import hashlib
import pickle
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.db.models import Model
from django.utils import translation

from core.pagecache import drawer, scopes_of, unless_away, versions
from core.sessions import SessionStore

T = TypeVar("T")
M = TypeVar("M", bound=Model)

MOST_AT_HAND = 2000
NOTHING: tuple[float, Any] = (0.0, None)


def names_now(slug: str, session: SessionBase | None) -> list[str] | None:
    """The versions of an event's pages; ``None`` if the cache is away.

    Asked for in this request: perhaps together with the session, before anything else.
    """
    scopes = scopes_of(slug)
    keys = [*map(drawer, scopes)]
    if not (isinstance(session, SessionStore) and session.asked == keys):
        return unless_away(versions.of, scopes, 0.0)
    if session.brought is None:
        return None
    return [session.brought.get(key, "") for key in keys]


class Shelf:
    """What several people's views of one event's pages have in common.

    Filed under the versions of the moment the shelf is opened: open it before reading
    anything a part is made of. Whoever is signed in expects to see their own change at
    once, so versions are asked for, never remembered.
    """

    at_hand: ClassVar[dict[str, tuple[float, Any]]] = {}

    def __init__(self, slug: str, session: SessionBase | None = None) -> None:
        self.slug = slug
        self.names: list[str] | None = None
        if settings.PAGE_CACHE_SECONDS:
            self.names = names_now(slug, session)

    def keep(
        self,
        name: str,
        make: Callable[[], T],
        until: Callable[[], datetime | None] = lambda: None,
    ) -> T:
        """What ``make`` gives, or gave to somebody for whom ``name`` was the same.

        ``make`` must not look at the request beyond what ``name`` says. ``None`` is not
        kept, and nothing for longer than ``until``. Everybody is given the same object:
        it must be one that cannot be changed.
        """
        if self.names is None:
            return make()
        language = translation.get_language() or ""
        # The slug, too: of events that have not changed for long no version is known.
        address = "\n".join([self.slug, *self.names, language, name])
        kept = self.at_hand.get(address, NOTHING)
        if kept[0] <= time.time():
            kept = self.find(address, make, until)
            if kept[1] is not None:
                if len(self.at_hand) >= MOST_AT_HAND:
                    self.at_hand.clear()
                self.at_hand[address] = kept
        part: T = kept[1]
        return part

    def find(
        self,
        address: str,
        make: Callable[[], T],
        until: Callable[[], datetime | None],
    ) -> tuple[float, T]:
        """The part and until when it is good: another process has it, or it is made."""
        key = f"part:{hashlib.sha256(address.encode()).hexdigest()}"
        now = time.time()
        fresh_until, part = unless_away(cache.get, key) or NOTHING
        if fresh_until <= now:
            fresh_until = now + settings.PAGE_CACHE_SECONDS
            if moment := until():  # asked first: it may come while the part is made
                fresh_until = min(fresh_until, moment.timestamp())
            part = make()
            if part is not None:
                kept = (fresh_until, part)
                unless_away(cache.set, key, kept, settings.PAGE_CACHE_SECONDS)
        return fresh_until, part

    def keep_row(self, name: str, make: Callable[[], M | None]) -> M | None:
        """Likewise for a row of the database. Views may change it: each has a copy."""

        def pack() -> bytes | None:
            row = make()
            return None if row is None else pickle.dumps(row)

        packed = self.keep(name, pack)
        if packed is None:
            return None
        row: M = pickle.loads(packed)  # noqa: S301 -- as Django's cache itself does
        return row
