"""Deep calls do not ask the system for memory again and again."""

import resource
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.test import RequestFactory

from core.middleware import RoomMiddleware
from core.stack import with_room


def descend(depth, work):
    return descend(depth - 1, work) if depth else work()


def faults(work):
    """How often memory had to be fetched meanwhile."""
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def calls():
    """As a template calls its nodes: again and again from one place."""
    for _again in range(300):
        descend(3, int)


def at_any_depth():
    return max(faults(partial(descend, depth, calls)) for depth in range(200))


def test_with_room_calls_fetch_no_memory_at_whatever_depth():
    with ThreadPoolExecutor(1) as thread:  # the stack of this one has room already
        thread.submit(at_any_depth).result()

        assert thread.submit(with_room(at_any_depth)).result() < 100


def test_the_admin_has_room():
    site = RoomMiddleware(lambda _request: at_any_depth())
    with ThreadPoolExecutor(1) as thread:
        ask = partial(site, RequestFactory().get("/admin/events/"))
        thread.submit(ask).result()

        assert thread.submit(ask).result() < 100


def test_what_is_given_room_gets_its_arguments_and_its_answer_comes_back():
    assert with_room(divmod)(7, 2) == (3, 1)
    assert with_room(sorted)([1, 2], reverse=True) == [2, 1]
