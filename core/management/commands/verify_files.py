import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import FileField, Model


def kept() -> Iterator[tuple[Model, FileField]]:
    """Each row and field that says it has a file."""
    models: list[Any] = apps.get_models()
    for model in models:
        for field in model._meta.get_fields():
            if isinstance(field, FileField):
                rows = model.objects.exclude(**{field.name: ""})
                for row in rows.iterator(chunk_size=200):
                    yield row, field


def trouble(row: Model, field: FileField) -> str:
    """Why the file is not what was uploaded; nothing if it is."""
    file = getattr(row, field.name)
    if not file or not file.storage.exists(file.name):
        return "is missing"
    wanted = getattr(row, "sha256", "")
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    return "is not what was uploaded" if wanted and found != wanted else ""


class Command(BaseCommand):
    help = "Say which uploaded files are missing or changed, and which nobody knows."

    def handle(self, *_args: Any, **_options: Any) -> None:
        known, bad = set(), []
        for row, field in kept():
            name = getattr(row, field.name).name
            known.add(name)
            if problem := trouble(row, field):
                bad.append(f"{name} of {row._meta.label} {row.pk} {problem}.")
        folder = Path(settings.MEDIA_ROOT)
        for path in sorted(folder.rglob("*")):
            if path.is_file() and str(path.relative_to(folder)) not in known:
                self.stdout.write(f"{path.relative_to(folder)} belongs to nothing.")
        if bad:
            raise CommandError("\n".join(bad))
        self.stdout.write(f"{len(known)} files are there as they were uploaded.")
