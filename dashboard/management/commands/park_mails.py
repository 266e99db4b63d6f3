from typing import Any

from django.core.management.base import BaseCommand

from feedback.tasks import open_and_close_surveys
from notifications.actions import doubt_due_mails
from notifications.reminders import queue_due
from recap.tasks import write_recaps


class Command(BaseCommand):
    help = (
        "After a restore, before a worker runs: mark each mail that is due as perhaps "
        "sent, also those that would be owed again. Then organisers decide."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        queue_due()
        open_and_close_surveys()
        write_recaps()
        parked = doubt_due_mails()
        self.stdout.write(f"{parked} mails are marked as perhaps sent.")
