"""Pytest plugin: a throw-away PostgreSQL and Valkey for this run alone.

Loaded with `-p tests.throwaway_stores`, so that it runs before Django's settings are read. A store
whose address is already given in the environment (DATABASE_URL, REDIS_URL) is not started. Each run
has its own folder and ports; the kernel stops the servers should pytest itself be killed.
"""

import atexit
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from config.embedded import cluster, postgres, valkey
from config.embedded.ports import free_port

PREFIX = "almanac-tests-"
ATTEMPTS = 3

_running: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []
_folders: list[Path] = []


# Wrappers run before every other plugin's hook, pytest-django's reading of the settings included.
@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config, parser, args):
    if not spreads(args):
        start()
    return (yield)


def pytest_unconfigure(config):
    stop()


def spreads(args):
    """Whether this process only hands the tests to workers, which have stores of their own."""
    asked = any(argument.startswith(("-n", "--numprocesses")) for argument in args)
    return asked and "PYTEST_XDIST_WORKER" not in os.environ


def start():
    """Start what the environment does not name, and name it there."""
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    remove_abandoned(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    (folder / "owner").write_text(str(os.getpid()), encoding="ascii")
    _folders.append(folder)
    atexit.register(stop)
    try:
        if "REDIS_URL" not in os.environ:
            os.environ["REDIS_URL"] = start_valkey(folder)
        if "DATABASE_URL" not in os.environ:
            os.environ["DATABASE_URL"] = start_postgres(folder)
    except BaseException:
        stop()
        raise


def stop():
    """Stop what this run started and remove its folder."""
    while _running:
        process, stop_signal = _running.pop()
        process.send_signal(stop_signal)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def start_postgres(folder):
    """Start a server that forgets everything with its folder; answers its address."""
    data = folder / "postgres"
    password = secrets.token_urlsafe(16)
    identity = cluster.identity_for(data)
    if identity.switches_user:
        folder.chmod(0o711)
    cluster.initialise(postgres.Postgres(data, 0, password, identity), throw_away=True)

    def attempt():
        server = postgres.Postgres(data, free_port(), password, identity)
        process = launch(
            server.command(postgres.THROW_AWAY), server.preexec(), folder / "postgres.log"
        )
        return server, process

    server = until_ready(attempt, postgres.STOP_SIGNAL, folder / "postgres.log")
    server.ensure_database()
    return server.url


def start_valkey(folder):
    """Start a server without persistence; answers its address."""
    password = secrets.token_urlsafe(16)

    def attempt():
        server = valkey.Valkey(folder / "valkey", free_port(), password)
        server.prepare(throw_away=True)
        return server, launch(server.command(), server.preexec(), folder / "valkey.log")

    return until_ready(attempt, valkey.STOP_SIGNAL, folder / "valkey.log").url


def launch(command, preexec, log):
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            preexec_fn=preexec,  # noqa: PLW1509
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
        )


def until_ready(attempt, stop_signal, log):
    """The first server that answers; another run may snatch a port, so try a few."""
    for _ in range(ATTEMPTS):
        server, process = attempt()
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            if server.is_ready():
                _running.append((process, stop_signal))
                return server
            time.sleep(0.02)
        if process.poll() is None:
            process.kill()
            process.wait()
    raise RuntimeError(f"A test service did not start:\n{log.read_text()[-2000:]}")


def remove_abandoned(parent):
    """Remove folders of runs that were killed before they could tidy up."""
    for folder in parent.glob(PREFIX + "*"):
        with contextlib.suppress(OSError, ValueError):
            pid = int((folder / "owner").read_text(encoding="ascii"))
            if not Path(f"/proc/{pid}").exists():
                shutil.rmtree(folder)
