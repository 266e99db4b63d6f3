"""Parts of an event's pages, kept for people who are signed in. docs/adr/0018."""

import hashlib
import pickle
import time
from collections.abc import Callable
from typing import ClassVar, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.utils import translation

from core.pagecache import SITE, event_scope, unless_away, versions

T = TypeVar("T")

MOST_AT_HAND = 2000


class Shelf:
    """What several people's views of one event's pages have in common.

    Filed under the versions of the moment the shelf is opened: open it before reading
    anything a part is made of. Whoever is signed in expects to see their own change at
    once, so versions are asked for, never remembered.
    """

    at_hand: ClassVar[dict[str, tuple[float, bytes]]] = {}

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.names: list[str] | None = None
        if settings.PAGE_CACHE_SECONDS:
            scopes = [SITE, event_scope(slug)]
            self.names = unless_away(versions.of, scopes, 0.0)

    def keep(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, or gave to somebody for whom ``name`` was the same.

        ``make`` must not look at the request beyond what ``name`` says. ``None`` is not
        kept.
        """
        if self.names is None:
            return make()
        language = translation.get_language() or ""
        # The slug, too: of events that have not changed for long no version is known.
        address = "\n".join([self.slug, *self.names, language, name])
        key = f"part:{hashlib.sha256(address.encode()).hexdigest()}"
        now = time.time()
        until, packed = self.at_hand.get(key, (0.0, b""))
        if until <= now:
            found: bytes | None = unless_away(cache.get, key)
            if found is None:
                part = make()
                if part is None:
                    return part
                found = pickle.dumps(part)
                unless_away(cache.set, key, found, settings.PAGE_CACHE_SECONDS)
            packed = found
            if len(self.at_hand) >= MOST_AT_HAND:
                self.at_hand.clear()
            self.at_hand[key] = (now + settings.PAGE_CACHE_SECONDS, packed)
        kept: T = pickle.loads(packed)  # noqa: S301 -- as Django's cache itself does
        return kept
