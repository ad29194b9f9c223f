"""What a long computation has finished, line by line, so that a killed one goes on from there.

A folder holds ``journal.jsonl``: a first line with the identity of the computation, then one JSON
object per finished step. A line is appended by one write and flushed to the disk; what a crash left
half-written at the end is ignored and cut off. A journal of another identity is begun anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import Any, Final

from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.whole_file import write_whole

FILE: Final = "journal.jsonl"
LOCK: Final = "journal.lock"
VERSION: Final = 1


class Journal:
    """The steps done so far, ``entries``, and the file that takes the next ones.

    Only one process at a time may hold a journal; the lock ends with its holder, however it died.
    """

    def __init__(self, folder: Path, identity: dict[str, Any]) -> None:
        """Raises EngineError when another process is writing this journal."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = _locked(folder / LOCK)
        self._file = folder / FILE
        self.entries: list[dict[str, Any]] = []
        header = {"version": VERSION, "identity": digest(identity)}
        lines = _whole_lines(self._file)
        if lines and lines[0] == header:
            self.entries = lines[1:]
        _rewrite(self._file, [header, *self.entries])

    def append(self, entry: dict[str, Any]) -> None:
        """Keep one finished step; it is on the disk when this returns."""
        with self._file.open("ab") as file:
            file.write(_line(entry))
            file.flush()
            os.fsync(file.fileno())
        self.entries.append(entry)

    def close(self) -> None:
        """Let others have it."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def digest(identity: dict[str, Any]) -> str:
    """SHA-256 of the facts that make two computations the same."""
    text = json.dumps(identity, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _line(entry: dict[str, Any]) -> bytes:
    return (json.dumps(entry, ensure_ascii=False) + "\n").encode()


def _whole_lines(file: Path) -> list[dict[str, Any]]:
    """The objects up to the first line that is not whole."""
    found: list[dict[str, Any]] = []
    text = file.read_bytes() if file.exists() else b""
    for raw in text.split(b"\n")[:-1]:
        try:
            entry = json.loads(raw)
        except ValueError:
            break
        if not isinstance(entry, dict):
            break
        found.append(entry)
    return found


def _rewrite(file: Path, lines: list[dict[str, Any]]) -> None:
    """Replace the file by these lines, or leave it as it was."""
    text = b"".join(_line(line) for line in lines)
    if file.exists() and file.read_bytes() == text:
        return
    write_whole(file, text)


def _locked(file: Path) -> int:
    handle = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise EngineError(
            gettext_noop(
                "Another process is writing the journal in %(folder)s; wait until it has ended or "
                "name another folder."
            ),
            folder=file.parent.name,
        ) from None
    return handle
