"""Django's cache in files, fit for counting."""

from pathlib import Path
from typing import Any

from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks


class CountingFileCache(FileBasedCache):
    """``add()`` says yes to one caller only, also when many call at once.

    Locks and counters of tries are built on that; Django's own looks first and writes
    then, so that everybody who looks at the same moment is told yes.
    """

    def __init__(self, folder: str, params: dict[str, Any]) -> None:
        super().__init__(folder, params)
        self.folder = Path(folder)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "adding.lock").open("w") as turn:
            locks.lock(turn, locks.LOCK_EX)  # given back when the file is closed
            return super().add(*args, **kwargs)
