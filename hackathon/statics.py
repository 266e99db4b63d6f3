from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)

_imports = HashedFilesMixin._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]  # noqa: SLF001


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """The judges' modules import one another by their hashed names, too.

    So a page never mixes modules of two versions, and the service worker, which knows
    hashed names, has all of them. Other people's scripts are left as they are.
    """

    patterns = (*HashedFilesMixin.patterns, ("judging/*.js", _imports))
