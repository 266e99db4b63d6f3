from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)

_imports = HashedFilesMixin._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]  # noqa: SLF001


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Our own modules import one another by their hashed names, too.

    So a page never mixes modules of two versions, and the service worker, which knows
    hashed names, has all of them. Other people's scripts are left as they are.
    """

    patterns = (
        *HashedFilesMixin.patterns,
        ("judging/*.js", _imports),
        ("js/*.js", _imports),
    )

    def stored_name(self, name: str) -> str:
        """The plain name on a site where nothing was collected yet: no page fails."""
        stored: str = super().stored_name(name) if self.hashed_files else name
        return stored
