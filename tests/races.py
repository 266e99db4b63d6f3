"""Make calls at the same moment, to see who wins."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from core.exceptions import Refused


def race(*calls):
    """Make all calls at once, each in its own thread; return the answers.

    A ``Refused`` is an answer; anything else that is raised is raised again.
    """
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait()
            return call()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
