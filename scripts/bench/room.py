"""What room on Python's stack (core/stack.py) saves where templates lie deep.

    .venv/bin/python scripts/bench/room.py

Loads the demo into a database of its own and asks for pages as an organiser, in turns
with room, on every page, and without; the CPU time of this thread counts, medians of
several rounds.
"""

import sys
import tempfile
import time
from resource import RUSAGE_THREAD, getrusage
from statistics import median
from threading import Thread

from landscape import prepare

ROUNDS, TIMES = 9, 5


def load(folder):
    """An organiser's client, and the pages to ask for."""
    prepare(folder)
    from django.core.management import call_command
    from django.test import Client

    from accounts.models import User
    from events.models import Event

    call_command("loaddemo", verbosity=0)
    client = Client()
    client.force_login(User.objects.get(email="olga-petrenko@example.org"))
    event = Event.objects.get(slug="bring-your-own-data")
    return client, {
        "event, in the admin": f"/admin/events/event/{event.pk}/change/",
        "registrations, in the admin": "/admin/events/registration/",
        "event": event.get_absolute_url(),
        "registrations": f"{event.get_absolute_url()}registrations/",
    }


def ask(get, path):
    """Milliseconds of CPU, and how often memory was fetched meanwhile."""
    faults, began = getrusage(RUSAGE_THREAD).ru_minflt, time.thread_time()
    answer = get(path)
    took = 1000 * (time.thread_time() - began)
    if answer.status_code != 200:
        sys.exit(f"{path} answered {answer.status_code}")
    return took, getrusage(RUSAGE_THREAD).ru_minflt - faults


def compare(client, pages):
    from django.conf import settings
    from django.test import override_settings

    from core.stack import with_room

    own = "core.middleware.RoomMiddleware"
    without = [name for name in settings.MIDDLEWARE if name != own]
    print("page                          without ms  faults  with ms  faults   ratio")
    with override_settings(ALLOWED_HOSTS=["*"], MIDDLEWARE=without):
        for name, path in pages.items():
            both = (client.get, with_room(client.get))
            told = ([], [])
            for _round in range(ROUNDS):
                for get, numbers in zip(both, told, strict=True):
                    numbers += [ask(get, path) for _time in range(TIMES)]
            (bare, bare_faults), (roomy, faults) = (
                [median(column) for column in zip(*numbers, strict=True)]
                for numbers in told
            )
            print(
                f"{name:29} {bare:10.1f} {bare_faults:7.0f} {roomy:8.1f} "
                f"{faults:7.0f} {roomy / bare:7.2f}"
            )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        # In a thread, as gunicorn answers: its stack is new.
        thread = Thread(target=compare, args=load(folder))
        thread.start()
        thread.join()
