"""One data folder, one running Almanac."""

import fcntl
import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from config.embedded.problems import StartError

WAIT_FOR_LEFTOVERS = 10.0


class FolderLock:
    """An exclusive lock on the data folder, holding our process id and address.

    PostgreSQL and Valkey inherit the open file, so the lock lasts until the last of them is gone,
    also when the supervisor itself was killed.
    """

    def __init__(self, folder: Path, *, address: str) -> None:
        self.folder = folder
        self.path = folder / "run" / "lock"
        self.address = address
        self.fd = -1

    def __enter__(self) -> Self:
        """Take the lock. Raises StartError when another process holds it."""
        self._open()
        deadline = time.monotonic() + WAIT_FOR_LEFTOVERS
        while not self._taken():
            holder = self._holder()
            if is_alive(holder.get("pid")):
                self._refuse(
                    f"Almanac is already running on {self.folder} (process {holder['pid']}): "
                    f"open {holder.get('address')}, or stop it first with Ctrl-C in its terminal, "
                    "or set ALMANAC_VAR to another folder."
                )
            if time.monotonic() > deadline:
                self._refuse(
                    f"A database of an earlier start still uses {self.folder}: wait a moment, or "
                    "end its “postgres” and “valkey-server” processes, then start again."
                )
            time.sleep(0.1)
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, json.dumps({"pid": os.getpid(), "address": self.address}).encode(), 0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.fd)
        self.fd = -1

    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise StartError(
                f"The data folder {self.folder} cannot be written ({problem.strerror}): give "
                "yourself write access to it, or set ALMANAC_VAR to another folder."
            ) from problem

    def _taken(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> dict[str, object]:
        try:
            found = json.loads(os.pread(self.fd, 4096, 0) or b"{}")
        except json.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    def _refuse(self, sentence: str) -> None:
        os.close(self.fd)
        self.fd = -1
        raise StartError(sentence)


def is_alive(pid: object) -> bool:
    """Whether this process exists and is not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}
