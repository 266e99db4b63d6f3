from io import StringIO
from typing import Any

import segno
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboard.demo.load import PASSWORD
from judging.models import Judge


class Command(BaseCommand):
    help = "Say where the demo is and how to sign in, with the judge's QR code."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("There is no demo in production.")
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
