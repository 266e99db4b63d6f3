from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard.demo.load import load


class Command(BaseCommand):
    help = "Load the living demo; keeps it if it is there."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError(
                "The demo is not for production: its passwords are known."
            )
        if load():
            self.stdout.write("The demo event is loaded.")
