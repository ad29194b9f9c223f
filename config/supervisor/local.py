"""The whole product on one machine, from nothing to a link."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.embedded.ports import LOOPBACK, free_port
from config.embedded.problems import StartError
from config.supervisor.console import Console
from config.supervisor.lock import FolderLock
from config.supervisor.parts import Product
from config.supervisor.preparation import (
    compile_catalogues,
    migrations_pending,
    remember_static_files,
    static_files_mark,
    static_files_stale,
)
from config.supervisor.stores import Stores
from config.supervisor.supervisor import StopRequestedError, Supervisor

BACKLOG = 512
# Where nets are asked; whoever sets it runs a serving process of their own.
SERVING = "ALMANAC_SERVING_URL"
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # recognised, never the default


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def reachable_host(self) -> str:
        """A host under which this machine itself reaches the server."""
        return ANY_ADDRESS.get(self.host, self.host)

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        host = self.reachable_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def listen(self) -> socket.socket:
        """A listening socket. Raises StartError when the port is taken or not allowed."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self.host, self.port))
            listening.listen(BACKLOG)
        except OSError as problem:
            listening.close()
            raise StartError(
                f"Port {self.port} on {self.host} cannot be used ({problem.strerror}): stop the "
                "program that uses it, or choose another one: ALMANAC_PORT=8001 make run, or "
                "manage.py up --port 8001."
            ) from problem
        return listening


def run(address: Address, console: Console) -> int:
    """Start everything, watch it until the end; answers the exit code."""
    folder = env.var_dir()
    try:
        with (
            FolderLock(folder, address=address.url) as lock,
            address.listen() as listening,
            Supervisor(console) as supervisor,
        ):
            reason = _run(supervisor, Stores(supervisor, folder, lock.fd), address, listening)
    except (StartError, ImproperlyConfigured) as problem:
        console.shout(str(problem))
        return 1
    console.say("everything is stopped")
    return 1 if reason else 0


def _run(supervisor: Supervisor, stores: Stores, address: Address, listening: socket.socket) -> str:
    """Answers why the product had to end; nothing when a person asked for it."""
    console = supervisor.console
    try:
        with _published(stores) as child_env:
            # Mails and webhooks name the address under which people reach the product.
            told = {"ALMANAC_URL": address.url, SERVING: f"http://{_place_of_serving()}"}
            product = Product({**told, **child_env}, stores.folder / "run")
            link = _start_product(supervisor, product, address, listening)
            _greet(console, link, address)
            reason = supervisor.watch()
            console.shout(f"{reason} Everything is stopped.")
            return reason
    except StopRequestedError:
        console.say("stopping (Ctrl-C once more ends everything at once)")
        return ""


@contextmanager
def _published(stores: Stores) -> Iterator[dict[str, str]]:
    """Start the stores; while they run, other commands find them through var/run/env.json."""
    found = {"REDIS_URL": stores.queue_url(), "DATABASE_URL": stores.database_url()}
    path = stores.folder / "run" / "env.json"
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(found), encoding="utf-8")
    draft.rename(path)
    try:
        style = "text" if stores.supervisor.console.is_terminal() else "json"
        yield {"ALMANAC_LOG": style, **os.environ, **found, "PYTHONUNBUFFERED": "1"}
    finally:
        path.unlink(missing_ok=True)


def _start_product(
    supervisor: Supervisor, product: Product, address: Address, listening: socket.socket
) -> str:
    """Prepare and start the product; answers the link to print."""
    _prepare(supervisor, product)
    workers = [*product.training_workers(), product.fast_worker()]
    web = product.web(listening.fileno(), address.reachable_host, address.port)
    started = [supervisor.start(part) for part in [*workers, web]]
    welcome = product.welcome(address.url)
    [greeting] = supervisor.run_to_end(welcome)
    supervisor.wait_until_ready(started)
    # Nobody waits for what is due later, nor for torch: they load beside the first pages.
    supervisor.start(product.scheduler())
    if SERVING not in os.environ:
        supervisor.start(product.serving(urlsplit(product.env[SERVING]).netloc))
    return next((line for line in greeting.last_lines if line.startswith(address.url)), "")


def _place_of_serving() -> str:
    return f"{LOOPBACK}:{free_port()}"


def _prepare(supervisor: Supervisor, product: Product) -> None:
    compile_catalogues()
    mark_file, mark = product.run_folder / "static.json", static_files_mark()
    tasks = []
    if migrations_pending(product.env["DATABASE_URL"]):
        supervisor.console.say("bringing the database up to date")
        tasks.append(product.task("migrate", "migrate", "--noinput", "--verbosity=0"))
    if static_files_stale(mark_file, mark):
        supervisor.console.say("collecting static files")
        tasks.append(product.task("static", "collectstatic", "--noinput", "--verbosity=0"))
    supervisor.run_to_end(*tasks)
    remember_static_files(mark_file, mark)


def _greet(console: Console, link: str, address: Address) -> None:
    words = "Create the first administrator (works once):" if link else "Almanac is ready:"
    console.plain(f"\n  {words}\n\n      {link or address.url + '/'}\n\n  Ctrl-C stops it.\n")
    if address.host not in {"127.0.0.1", "::1", "localhost"}:
        console.shout(
            f"Other machines can reach port {address.port} without encryption: put an HTTPS proxy "
            "in front of it and name the host in ALLOWED_HOSTS."
        )
