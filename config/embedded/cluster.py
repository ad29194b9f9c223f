"""PostgreSQL's data folder: who may own it, how it is made, whether it can be started."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.postgres import MAJOR_VERSION, USER, Postgres, binary
from config.embedded.problems import StartError
from config.embedded.spawn import MYSELF, Identity, child_setup, namespaces_work, nobody


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
    """Make the data folder (1 to 2 s). Raises StartError with initdb's own words.

    It is made beside its place and moved there at the end, so that a killed start leaves no
    folder that only looks finished.
    """
    identity = server.identity
    draft = server.folder.with_name(f"{server.folder.name}.new")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        if identity.switches_user:
            os.chown(draft, identity.uid or 0, identity.gid or 0)
        _initdb(draft, server.password, identity, throw_away=throw_away)
        draft.rename(server.folder)
    except OSError as problem:
        raise StartError(
            f"The database folder {server.folder} cannot be made ({problem.strerror}): check free "
            "disk space and the folder's rights, then start again."
        ) from problem


def _initdb(folder: Path, password: str, identity: Identity, *, throw_away: bool) -> None:
    with _password_file(password, identity) as password_file:
        command = [
            str(binary("initdb")),
            *("-D", str(folder), "-U", USER, "-E", "UTF8", "--locale=C"),
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
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise StartError(
            f"PostgreSQL could not make its data folder {folder}: "
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
def _password_file(password: str, identity: Identity) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="almanac-pw-"))
    try:
        path = folder / "password"
        path.touch(mode=0o600)
        path.write_text(password, encoding="ascii")
        if identity.switches_user:
            for place in (folder, path):
                os.chown(place, identity.uid or 0, identity.gid or 0)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)
