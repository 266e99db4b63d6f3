import time
from argparse import ArgumentParser
from io import StringIO
from typing import Any

import segno
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard.demo.load import PASSWORD
from dashboard.health import Unwell, check_worker
from judging.models import Judge

LOOK_AGAIN = 0.3  # seconds


def wait_for_a_worker(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            check_worker()
        except Unwell:
            time.sleep(LOOK_AGAIN)
        else:
            return


class Command(BaseCommand):
    help = "Say where the demo is and how to sign in, with the judge's QR code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wait",
            type=float,
            default=0,
            metavar="SECONDS",
            help="How long to wait first for the worker to show that it is there.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("There is no demo in production.")
        wait_for_a_worker(options["wait"])
        judge = Judge.objects.active().filter(event__slug="bring-your-own-data").first()
        lines = [
            "",
            f"  Menlo is at  {settings.SITE_URL}/",
            "",
            f"  organiser    olga-petrenko@example.org   {PASSWORD}   (then /admin/)",
            f"  attendee     ada-okafor@example.org      {PASSWORD}",
            f"  mails        {settings.SITE_URL}/mail/",
        ]
        if judge:
            link = f"{settings.SITE_URL}{judge.get_link_path()}"
            lines += [f"  judge        {link}", "               or scan:", ""]
            self.stdout.write("\n".join(lines))
            code = StringIO()
            segno.make(link).terminal(out=code, compact=True)
            self.stdout.write(code.getvalue())
        else:
            self.stdout.write("\n".join(lines))
        self.stdout.write("")
