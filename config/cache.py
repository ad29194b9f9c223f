"""The cache: one set of connections a process for all its threads, and JSON, never pickle."""

from __future__ import annotations

import json
from typing import Any, cast

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

# Django makes a cache object for every request; connections are worth keeping between them.
_pools: dict[tuple[str, ...], dict[int, Any]] = {}
_clients: dict[Any, Any] = {}


class JsonSerializer:
    """Numbers stay numbers, so that the store itself can count; the rest is JSON."""

    def dumps(self, obj: Any) -> int | str:
        """What to keep. Raises TypeError for what is not JSON."""
        return obj if type(obj) is int else json.dumps(obj)

    def loads(self, data: bytes) -> Any:
        """What was kept."""
        return json.loads(data)


class SharedClient(RedisCacheClient):
    """Its connection pools, which are safe for threads and forks, outlive it."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, serializer=cast("Any", JsonSerializer), **options)
        self._pools = _pools.setdefault(tuple(servers), {})

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client of a server, which is safe for threads: made once, not for every command."""
        made: Any = self
        pool = made._get_connection_pool(write)  # noqa: SLF001
        if pool not in _clients:
            _clients[pool] = super().get_client(key, write=write)
        return _clients[pool]


class SharedRedisCache(RedisCache):
    """Django's cache in Redis with connections that last."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SharedClient
