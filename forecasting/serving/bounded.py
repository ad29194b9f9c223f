"""A cache for threads: at most so many bytes, the longest unused leaves first, each loaded once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class BoundedCache(Generic[Value]):
    """Several threads that want the same absent value wait for one load; failures are not kept."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._held: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._loading: dict[Hashable, Future[Value]] = {}
        self._lock = Lock()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def bytes(self) -> int:
        """What is held now."""
        return self._bytes

    def get(self, key: Hashable, load: Callable[[], tuple[Value, int]]) -> Value:
        """The value of `key`; `load` answers it with its size in bytes.

        A value larger than the whole cache is answered and not kept. What `load` raises reaches
        everybody who waits for it.
        """
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key][0]
            coming = self._loading.get(key)
            if coming is None:
                mine: Future[Value] = Future()
                self._loading[key] = mine
        return coming.result() if coming is not None else self._load(key, mine, load)

    def _load(
        self, key: Hashable, mine: Future[Value], load: Callable[[], tuple[Value, int]]
    ) -> Value:
        try:
            value, size = load()
        except BaseException as problem:
            with self._lock:
                del self._loading[key]
            mine.set_exception(problem)
            raise
        with self._lock:
            del self._loading[key]
            self._keep(key, value, size)
        mine.set_result(value)
        return value

    def _keep(self, key: Hashable, value: Value, size: int) -> None:
        if size > self.most_bytes:
            return
        self._held[key] = (value, size)
        self._bytes += size
        while self._bytes > self.most_bytes:
            _, (_, left) = self._held.popitem(last=False)
            self._bytes -= left
