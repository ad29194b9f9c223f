"""PostgreSQL and Valkey: our own, or the ones that the environment names."""

import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import env
from config.embedded import cluster, postgres, valkey
from config.embedded.ports import free_port
from config.embedded.problems import StartError
from config.supervisor.process import Part
from config.supervisor.supervisor import Supervisor

ATTEMPTS = 3
PORT_LOST = ("Address already in use", "could not create any TCP/IP sockets", "Failed listening")


Started = TypeVar("Started", bound="Server")


class Server(Protocol):
    """What our two own servers have in common."""

    @property
    def url(self) -> str: ...

    def command(self) -> list[str]: ...

    def preexec(self) -> Callable[[], None]: ...

    def is_ready(self) -> bool: ...


@dataclass(frozen=True)
class Stores:
    """Brings up what the product stores its data in; `folder` is the locked data folder."""

    supervisor: Supervisor
    folder: Path
    lock_fd: int

    def database_url(self) -> str:
        """Address of a database that answers; starts our own unless DATABASE_URL is set."""
        given = os.environ.get("DATABASE_URL", "").strip()
        if given:
            check_database(given)
            return given
        data = self.folder / "postgres"
        identity = cluster.identity_for(data)
        password = env.env_secret("ALMANAC_POSTGRES_PASSWORD", local=True)
        untouched = postgres.Postgres(data, 0, password, identity)
        if untouched.initialised:
            cluster.make_startable(untouched)
        else:
            self.supervisor.console.say("making a new database")
            cluster.initialise(untouched)

        def make() -> postgres.Postgres:
            return postgres.Postgres(data, free_port(), password, identity)

        server = self._start("postgres", postgres.STOP_SIGNAL, make)
        server.ensure_database()
        return server.url

    def queue_url(self) -> str:
        """Address of a Redis or Valkey that answers; starts our own unless REDIS_URL is set."""
        given = os.environ.get("REDIS_URL", "").strip()
        if given:
            check_queue(given)
            return given
        password = env.env_secret("ALMANAC_VALKEY_PASSWORD", local=True)

        def make() -> valkey.Valkey:
            server = valkey.Valkey(self.folder / "valkey", free_port(), password)
            server.prepare()
            return server

        return self._start("valkey", valkey.STOP_SIGNAL, make).url

    def _start(
        self, name: str, stop_signal: signal.Signals, make: Callable[[], Started]
    ) -> Started:
        """Another program may take the free port before the server does: then try again."""
        for remaining in reversed(range(ATTEMPTS)):
            server = make()
            part = Part(
                name=name,
                command=server.command(),
                env=_environment_of_stores(),
                folder=Path("/"),
                preexec=server.preexec(),
                stop_signal=stop_signal,
                essential=True,
                quiet=True,
                ready=server.is_ready,
                pass_fds=(self.lock_fd,),
            )
            running = self.supervisor.start(part)
            try:
                self.supervisor.wait_until_ready([running])
            except StartError:
                if not remaining or not _port_was_lost(running.last_lines):
                    raise
                self.supervisor.forget(running)
            else:
                break
        return server


def _environment_of_stores() -> dict[str, str]:
    """Nothing of ours, and no PG… variable of the person who starts us."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _port_was_lost(lines: Iterable[str]) -> bool:
    return any(words in line for line in lines for words in PORT_LOST)


def check_database(url: str) -> None:
    """Raise StartError when the database named by the environment does not answer."""
    try:
        psycopg2.connect(url, connect_timeout=5).close()
    except psycopg2.OperationalError as problem:
        raise StartError(
            f"The database that DATABASE_URL names ({place(url)}) does not answer: "
            f"{' '.join(str(problem).split())}. Start it or correct DATABASE_URL; without "
            "DATABASE_URL Almanac starts a PostgreSQL of its own."
        ) from problem


def check_queue(url: str) -> None:
    """Raise StartError when the Redis named by the environment does not answer."""
    try:
        client = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=5)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError) as problem:
        raise StartError(
            f"The Redis that REDIS_URL names ({place(url)}) does not answer: {problem}. "
            "Start it or correct REDIS_URL; without REDIS_URL Almanac starts a Valkey of its own."
        ) from problem


def place(url: str) -> str:
    """Host and port of an address, never its password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
