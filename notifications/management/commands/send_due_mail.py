from typing import Any

from django.core.management.base import BaseCommand

from notifications import delivery
from notifications.models import Notification


class Command(BaseCommand):
    help = "Send the mails that are due now, without a worker and without Redis."

    def handle(self, *_args: Any, **_options: Any) -> None:
        while delivery.deliver_due():
            pass
        stuck = Notification.objects.stuck().count()
        self.stdout.write(f"Nothing is due any more. Late or given up: {stuck}.")
