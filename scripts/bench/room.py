"""What room on Python's stack (core/stack.py) saves where templates lie deep.

    .venv/bin/python scripts/bench/room.py

Loads the demo into a database of its own and asks for pages as an organiser, in turns
with room and without; the CPU time of this thread counts, medians of several rounds.
"""

import io
import os
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_THREAD, getrusage
from statistics import median
from threading import Thread

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
ROUNDS, TIMES = 9, 5


def load(folder):
    """The site, somebody's cookie, and the pages to ask for."""
    os.environ |= {
        "DATA_DIR": folder,
        "MENLO_DEMO": "true",
        "DJANGO_SETTINGS_MODULE": "hackathon.settings",
    }
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("loaddemo", verbosity=0)
    from accounts.models import User
    from events.models import Event
    from hackathon.wsgi import site

    client = Client()
    client.force_login(User.objects.get(email="olga-petrenko@example.org"))
    name = settings.SESSION_COOKIE_NAME
    event = Event.objects.get(slug="bring-your-own-data")
    pages = {
        "event, in the admin": f"/admin/events/event/{event.pk}/change/",
        "registrations, in the admin": "/admin/events/registration/",
        "event": event.get_absolute_url(),
        "registrations": f"{event.get_absolute_url()}registrations/",
    }
    return site, f"{name}={client.cookies[name].value}", pages


def ask(site, cookie, path):
    """Milliseconds of CPU, and how often memory was fetched meanwhile."""
    environ = {
        "REQUEST_METHOD": "GET",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "PATH_INFO": path,
        "HTTP_COOKIE": cookie,
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
    }
    faults, began = getrusage(RUSAGE_THREAD).ru_minflt, time.thread_time()
    status = []
    answer = site(environ, lambda line, _headers, _error=None: status.append(line))
    b"".join(answer)
    answer.close()
    took = 1000 * (time.thread_time() - began)
    if status != ["200 OK"]:
        sys.exit(f"{path} answers {status}")
    return took, getrusage(RUSAGE_THREAD).ru_minflt - faults


def compare(site, cookie, pages):
    from core.stack import with_room

    print("page                          without ms  faults  with ms  faults   ratio")
    for name, path in pages.items():
        both = (site, with_room(site))
        told = ([], [])
        for _round in range(ROUNDS):
            for one, numbers in zip(both, told, strict=True):
                numbers += [ask(one, cookie, path) for _time in range(TIMES)]
        (bare, bare_faults), (roomy, faults) = (
            [median(column) for column in zip(*numbers, strict=True)]
            for numbers in told
        )
        print(
            f"{name:29} {bare:10.1f} {bare_faults:7.0f} {roomy:8.1f} {faults:7.0f} "
            f"{roomy / bare:7.2f}"
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        # In a thread, as gunicorn answers: its stack is new.
        thread = Thread(target=compare, args=load(folder))
        thread.start()
        thread.join()
