import logging.config
import os
import threading
from collections import Counter
from typing import Any

from celery import Celery, bootsteps
from celery.signals import beat_init, setup_logging, task_postrun
from django.conf import settings

from core.broker import has_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")

FIRST_SIGN_IN = 60  # seconds; from then on, beat has called again
DAILY = 24 * 3600
# Without a broker, how many runs of a task there may be at once; of others, one.
AT_ONCE = {"notifications.tasks.deliver_due": 3}

app = Celery("hackathon")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_as_django_does(**_kwargs: Any) -> None:
    """Without a receiver, a worker would set up logging of its own."""
    logging.config.dictConfig(settings.LOGGING)


@beat_init.connect
def ask_for_a_sign_of_life(**_kwargs: Any) -> None:
    """Beat calls for the first time only after a whole interval; /readyz/ waits."""
    app.send_task("notifications.tasks.beat_heartbeat", expires=FIRST_SIGN_IN)


class OwnSchedule(bootsteps.StartStopStep):
    """Without a broker, the worker calls the tasks itself: nobody can send it any.

    See docs/adr/0014. Its messages stay in its memory; the rows are the record.
    """

    requires = ("celery.worker.components:Timer",)

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.enabled = not has_broker()
        self.lock = threading.Lock()
        self.running: Counter[str] = Counter()

    def start(self, worker: Any) -> None:
        task_postrun.connect(self.forget)
        for tick in settings.TICKS.values():
            if tick["schedule"] < DAILY:  # else each restart would be a day
                self.call(tick["task"])
            worker.timer.call_repeatedly(tick["schedule"], self.call, (tick["task"],))

    def call(self, task: str) -> None:
        """Run it, unless it still runs: a slow mail server must not pile them up."""
        with self.lock:
            if self.running[task] >= AT_ONCE.get(task, 1):
                return
            self.running[task] += 1
        app.send_task(task)

    def forget(self, sender: Any, **_kwargs: Any) -> None:
        with self.lock:
            self.running[sender.name] -= 1


app.steps["worker"].add(OwnSchedule)
