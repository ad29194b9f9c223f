"""One started program: its output by lines, its stop signal, its whole process group."""

import contextlib
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.spawn import child_setup

KEPT_LINES = 30
LONGEST_LINE = 64 * 1024


def always() -> bool:
    """The probe of a part that needs none."""
    return True


@dataclass(frozen=True)
class Part:
    """How to start, probe and stop one part of the product.

    The product ends with an `essential` part, and with one that keeps dying unless it is `spare`.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    folder: Path
    preexec: Callable[[], None] = field(default_factory=lambda: child_setup(signal.SIGKILL))
    stop_signal: signal.Signals = signal.SIGTERM
    essential: bool = False
    spare: bool = False
    ready: Callable[[], bool] = always
    ready_within: float = 90.0
    pass_fds: tuple[int, ...] = ()
    quiet: bool = False


class Running:
    """A part that was started."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.started_at = time.monotonic()
        self.last_lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._rest = b""
        self.returncode: int | None = None
        self.process = subprocess.Popen(
            list(part.command),
            env=dict(part.env),
            cwd=part.folder,
            # Safe: the supervisor has one thread.
            preexec_fn=part.preexec,  # noqa: PLW1509
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=part.pass_fds,
        )
        os.set_blocking(self.output, False)

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> int:
        """File descriptor of stdout and stderr together."""
        if self.process.stdout is None:
            raise ValueError(f"{self.name} was started without its output")
        return self.process.stdout.fileno()

    def read_lines(self) -> tuple[list[str], bool]:
        """Complete lines written since the last call, and whether the output has ended."""
        try:
            chunk = os.read(self.output, LONGEST_LINE)
        except BlockingIOError:
            return [], False
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        if self._rest and (not chunk or len(self._rest) >= LONGEST_LINE):
            whole, self._rest = [*whole, self._rest], b""
        lines = [line.decode("utf-8", errors="replace").rstrip("\r") for line in whole]
        self.last_lines.extend(lines)
        return lines, not chunk

    def has_ended(self) -> bool:
        """Whether the program ended; then its whole process group is gone as well."""
        if self.returncode is not None:
            return True
        # Looked at without reaping: until then no other process can get this id.
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        self.signal_group(signal.SIGKILL)
        self.returncode = self.process.wait()
        return True

    def ask_to_stop(self) -> None:
        """Send the part's own stop signal to the program (not to its children)."""
        if not self.has_ended():
            os.kill(self.pid, self.part.stop_signal)

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the program and all that it started in its session."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def end_by_force(self) -> None:
        """Kill the whole group now and wait for the program."""
        if not self.has_ended():
            self.signal_group(signal.SIGKILL)
            self.returncode = self.process.wait()

    def close(self) -> None:
        if self.process.stdout is not None:
            self.process.stdout.close()

    def how_it_ended(self) -> str:
        """For people: “exited with 3” or “was killed by SIGKILL”."""
        if self.returncode is None:
            return "is running"
        if self.returncode < 0:
            return f"was killed by {signal.Signals(-self.returncode).name}"
        return f"exited with {self.returncode}"
