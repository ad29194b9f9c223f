"""The parts of the product itself: workers, scheduler, web."""

import http.client
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.env import BASE_DIR, env_int
from config.supervisor.process import Part

READY_FILE = "ALMANAC_READY_FILE"
CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "config.supervisor.announce"]
# Python's own filter syntax; a comma would end the filter.
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True)
class Product:
    """Makes the parts; `env` names the stores, `run_folder` holds short-lived files."""

    env: Mapping[str, str]
    run_folder: Path

    def fast_worker(self) -> Part:
        """Processes for work that answers in seconds."""
        processes = env_int("ALMANAC_FAST_WORKERS", max(2, min(4, cores())))
        return self._worker("fast", "fast", ["--pool=prefork", f"--concurrency={processes}"])

    def training_workers(self) -> list[Part]:
        """One process a slot: threads pool, so that joblib may fork and torch is never forked."""
        slots = env_int("ALMANAC_TRAINING_SLOTS", 1)
        names = ["training"] if slots == 1 else [f"training{n}" for n in range(1, slots + 1)]
        threads = {} if slots == 1 else {"OMP_NUM_THREADS": str(max(1, cores() // slots))}
        if "OMP_NUM_THREADS" in self.env:
            threads = {}
        options = ["--pool=threads", "--concurrency=1"]
        return [self._worker(name, "training", options, threads) for name in names]

    def scheduler(self) -> Part:
        """Sends what is due; what is due when stands in the database."""
        command = [*CELERY, "beat", "--pidfile=", "--loglevel=INFO"]
        return self._announcing("scheduler", command, self.env)

    def web(self, descriptor: int, host: str, port: int) -> Part:
        """HTTP and WebSocket server on the listening socket with this descriptor."""
        return Part(
            name="web",
            command=[sys.executable, "-m", "config.supervisor.web", str(descriptor)],
            env=self.env,
            folder=BASE_DIR,
            ready=lambda: answers(host, port),
            pass_fds=(descriptor,),
        )

    def serving(self, address: str) -> Part:
        """Answers for models that need torch; without it the rest of the product works on."""
        return Part(
            name="serving",
            command=[sys.executable, "-m", "forecasting.serving", address],
            # Several forecasts are made side by side, each on one thread.
            env={"OMP_NUM_THREADS": "1", **self.env},
            folder=BASE_DIR,
            spare=True,
        )

    def task(self, name: str, *arguments: str) -> Part:
        """A management command that ends by itself."""
        command = [sys.executable, "manage.py", *arguments]
        return Part(name=name, command=command, env=self.env, folder=BASE_DIR)

    def welcome(self, base_url: str) -> Part:
        """Ends by itself; its only line is the set-up link."""
        command = [sys.executable, "-m", "config.supervisor.welcome", base_url]
        return Part(name="welcome", command=command, env=self.env, folder=BASE_DIR, quiet=True)

    def _worker(
        self, name: str, queue: str, options: list[str], extra: Mapping[str, str] | None = None
    ) -> Part:
        command = [*CELERY, "worker", "-n", f"{name}@%h", "-Q", queue, *options]
        command += ["--loglevel=INFO", "--without-gossip", "--without-mingle"]
        warnings = filter(None, [os.environ.get("PYTHONWARNINGS"), ROOT_WARNING])
        return self._announcing(
            name, command, {**self.env, **(extra or {}), "PYTHONWARNINGS": ",".join(warnings)}
        )

    def _announcing(self, name: str, command: list[str], env: Mapping[str, str]) -> Part:
        ready_file = self.run_folder / f"{name}.ready"
        ready_file.unlink(missing_ok=True)
        return Part(
            name=name,
            command=command,
            env={**env, READY_FILE: str(ready_file)},
            folder=BASE_DIR,
            ready=ready_file.exists,
        )


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0))


def answers(host: str, port: int) -> bool:
    """Whether a web server behind this address answers, whatever it says."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
