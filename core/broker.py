"""Tells workers that there is something to do. What there is stands in the rows.

Without Redis there is no broker: the one worker looks at the rows every second and
needs no telling; see docs/adr/0014.
"""

import logging
import threading
import time

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# After a failed nudge the broker is left alone for so long; the schedule does the work.
PAUSE = 30.0
# What is committed within so many seconds is told once: a request may owe hundreds.
MOMENT = 0.05
# A nudge that no worker took by then is dropped: the schedule has called since.
OF_USE = 30
NAME = "nudge"


def has_broker() -> bool:
    return not str(current_app.conf.broker_url).startswith("memory:")


class Nudge:
    """Wakes a worker for one task after a commit. Never slows or breaks the request."""

    paused_until = 0.0  # of all: they share the broker

    def __init__(self, task: str) -> None:
        self.task = task
        self.quiet_until = 0.0

    def __call__(self) -> None:
        """Tell it in a thread, unless that is about to happen or the broker is down."""
        now = time.monotonic()
        if has_broker() and now >= max(self.quiet_until, Nudge.paused_until):
            self.quiet_until = now + MOMENT
            threading.Thread(target=self._tell, name=NAME, daemon=True).start()

    def _tell(self) -> None:
        time.sleep(MOMENT)
        try:
            current_app.send_task(self.task, retry=False, expires=OF_USE)
        except (OperationalError, OSError):
            Nudge.paused_until = time.monotonic() + PAUSE
            logger.warning("The broker cannot be reached; the schedule will do it")
