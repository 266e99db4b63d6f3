"""Sessions, as Django keeps them in its cache and in the database.

Whoever is signed in costs one way to the cache in each request. What else the request
is going to ask there comes along on the same way. If the cache is away, the database
knows as well.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.sessions.backends import cached_db, db
from django.core.cache import cache

from core.pagecache import unless_away

# Of a session's name; longer than any that Django makes.
LONGEST_KEY = 40


class SessionStore(cached_db.SessionStore):
    # Keys that the request will ask the cache for. They come along if it has a session.
    along: Sequence[str] = ()
    # Those that the cache was asked for, and its answer; ``None`` if it was away.
    asked: Sequence[str] = ()
    brought: dict[str, Any] | None = None

    def load(self) -> dict[str, Any]:
        if len(self.session_key or "") > LONGEST_KEY:  # nobody was ever given such
            return super().load()
        keys = [self.cache_key, *self.along]
        self.asked, self.brought = self.along, unless_away(cache.get_many, keys)
        if self.brought is None:
            return db.SessionStore.load(self)  # and leave the cache alone
        data: dict[str, Any] | None = self.brought.get(self.cache_key)
        return super().load() if data is None else data

    def exists(self, session_key: str) -> bool:
        """Ask the database alone: it knows every session."""
        return db.SessionStore.exists(self, session_key)

    def delete(self, session_key: str | None = None) -> None:
        """While the cache is away people can sign out; their browsers forget the key.

        A cache that comes back with what it knew forgets it when the session runs out.
        """
        db.SessionStore.delete(self, session_key)
        if key := session_key or self.session_key:
            unless_away(cache.delete, self.cache_key_prefix + key)
