"""Requests borrow a thread that lasts, so that the connections a thread holds last too.

Django gives each request a thread of its own that ends with it, and with it the connection to the
database: opening one costs more than most answers. Here threads are lent one after the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import django
from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler

# Threads that wait for the next request; more of them end as soon as they are given back.
MOST_WAITING: Final = 16


class Threads:
    """Executors of one thread each."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self.most = most
        self.waiting: deque[ThreadPoolExecutor] = deque()

    @contextmanager
    def lent(self) -> Iterator[ThreadPoolExecutor]:
        """One thread for one request: the one used last, whose connections are the warmest."""
        thread = self.waiting.pop() if self.waiting else self._new()
        try:
            yield thread
        finally:
            # Who went away left the work running: the thread is free once it comes to this.
            thread.submit(int).add_done_callback(lambda _: self._take_back(thread))

    def _take_back(self, thread: ThreadPoolExecutor) -> None:
        if len(self.waiting) < self.most:
            self.waiting.append(thread)
        else:
            thread.shutdown(wait=False)

    def _new(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")


class LastingHandler(ASGIHandler):
    """Django's handler on threads that outlive a request."""

    def __init__(self) -> None:
        super().__init__()
        self.threads = Threads()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one HTTP request."""
        with self.threads.lent() as thread:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)


def application() -> LastingHandler:
    """Django, set up, as an ASGI application."""
    django.setup(set_prefix=False)
    return LastingHandler()
