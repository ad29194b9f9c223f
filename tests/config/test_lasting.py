"""Requests borrow threads that last, and nobody waits behind work that was left behind."""

import asyncio
import threading
import time

import pytest
from django.core.cache import caches

from config.cache import JsonSerializer, SharedRedisCache
from config.lasting import LastingHandler, Threads

SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}


class Handler(LastingHandler):
    """Says on which threads its requests ran."""

    def __init__(self, work):
        super().__init__()
        self.work = work
        self.ran_on = []

    async def handle(self, scope, receive, send):
        from asgiref.sync import sync_to_async  # noqa: PLC0415

        self.ran_on.append(await sync_to_async(threading.get_ident)())
        await sync_to_async(self.work)()


async def settled(threads, count):
    for _ in range(5000):
        if len(threads.waiting) == count:
            return
        await asyncio.sleep(0.001)
    raise AssertionError(threads.waiting)


async def test_one_request_after_the_other_runs_on_one_thread():
    handler = Handler(lambda: None)
    for _ in range(3):
        await handler(SCOPE, None, None)
        await settled(handler.threads, 1)
    assert len(set(handler.ran_on)) == 1


async def test_requests_at_once_run_on_threads_of_their_own():
    meeting = threading.Barrier(3, timeout=10)
    handler = Handler(meeting.wait)
    await asyncio.gather(*(handler(SCOPE, None, None) for _ in range(3)))
    assert len(set(handler.ran_on)) == 3


async def test_a_thread_that_still_works_for_someone_who_left_is_not_lent():
    threads, freed = Threads(), threading.Event()
    with threads.lent() as busy:
        busy.submit(freed.wait, 10)
    with threads.lent() as other:
        assert other is not busy
        assert other.submit(int).result(5) == 0
    freed.set()
    await settled(threads, 2)


async def test_more_than_the_most_are_not_kept():
    threads = Threads(most=1)
    with threads.lent() as one, threads.lent() as two:
        assert one is not two
    await settled(threads, 1)
    await asyncio.sleep(0.05)
    [kept] = threads.waiting
    assert kept.submit(int).result(5) == 0
    with pytest.raises(RuntimeError):
        (two if kept is one else one).submit(int)


def test_every_cache_object_uses_the_same_connections():
    one, two = (caches.create_connection("default") for _ in range(2))
    assert isinstance(one, SharedRedisCache)
    one.set("lasting", {"a": [1, 2.5, None, "ä"]}, 10)
    assert two.get("lasting") == {"a": [1, 2.5, None, "ä"]}
    pools = [cache._cache._get_connection_pool(write=True) for cache in (one, two)]
    assert pools[0] is pools[1]


def test_what_is_kept_is_json_and_the_store_itself_can_count():
    cache = caches["default"]
    cache.set("counted", 4, 10)
    assert cache.incr("counted") == 5
    assert cache.get("counted") == 5
    with pytest.raises(TypeError):
        JsonSerializer().dumps(time)
