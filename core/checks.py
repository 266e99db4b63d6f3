"""What ``manage.py check --deploy`` asks of the machine."""

import stat
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004


@register(Tags.security, deploy=True)
def data_is_private(**_kwargs: Any) -> list[CheckMessage]:
    """The database, uploads and keys lie there."""
    folder = Path(settings.DATA_DIR)
    if not folder.exists() or not folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return []
    return [
        Warning(
            f"Others on this machine may enter {folder}, where people's data is.",
            hint=f"chmod 0700 {folder}",
            id="menlo.W001",
        )
    ]
