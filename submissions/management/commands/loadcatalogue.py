from typing import Any

from django.core.management.base import BaseCommand

from submissions import catalogue


class Command(BaseCommand):
    help = "Add the tools that Menlo ships with; keeps what is there."

    def handle(self, *args: Any, **options: Any) -> None:
        added = catalogue.load()
        if options["verbosity"]:
            self.stdout.write(f"{added} tools added.")
