"""Starts the parts in order, watches them, and stops them so that nothing stays behind.

Everything happens in one thread: the kernel ties a child's life to the thread that forked it, and
forking is only safe while no other thread runs.
"""

import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from types import FrameType
from typing import Self

from config.embedded.problems import StartError
from config.supervisor.console import Console
from config.supervisor.descendants import adopt_orphans, end_all, reap_adopted
from config.supervisor.process import Part, Running
from config.supervisor.restart import Deaths, RestartPolicy

PATIENCE = 10.0
PROBE_EVERY = 0.05
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequestedError(Exception):
    """Ctrl-C, or a polite signal, while starting or watching."""


class Supervisor:
    """Owns the running parts. Use as a context manager: leaving it stops everything."""

    def __init__(
        self,
        console: Console,
        *,
        patience: float = PATIENCE,
        policy: RestartPolicy = RestartPolicy(),  # noqa: B008  # frozen
    ) -> None:
        self.console = console
        self.patience = patience
        self.policy = policy
        self.running: list[Running] = []
        self._deaths: dict[str, Deaths] = {}
        self._restarts: list[tuple[float, Part]] = []
        self._stop_requests = 0
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        adopt_orphans()
        self._wake_read, self._wake_write = socket.socketpair()
        for end in (self._wake_read, self._wake_write):
            end.settimeout(0)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._old_wakeup = signal.set_wakeup_fd(self._wake_write.fileno())
        # A hang-up that was ignored on purpose (nohup) stays ignored.
        heard = [s for s in STOP_SIGNALS if signal.getsignal(s) is not signal.SIG_IGN]
        self._old_handlers = {s: signal.signal(s, self._on_stop) for s in heard}
        # Without a handler of ours, a child's end would not wake the loop.
        self._old_handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        signal.set_wakeup_fd(self._old_wakeup)
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)
        self._selector.close()
        self._wake_read.close()
        self._wake_write.close()

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop_requests += 1

    def start(self, part: Part) -> Running:
        """Start one part without waiting for it. Raises StartError when it cannot be run."""
        try:
            running = Running(part)
        except (OSError, subprocess.SubprocessError) as problem:
            raise StartError(
                f"“{part.name}” could not be started ({problem}): run “make setup” again."
            ) from problem
        self.running.append(running)
        self._selector.register(running.output, selectors.EVENT_READ, running)
        return running

    def wait_until_ready(self, waiting: Sequence[Running]) -> None:
        """Wait for every probe. Raises StartError when one dies or stays silent too long."""
        pending = list(waiting)
        while pending:
            self.check_for_deaths_at_start()
            for running in list(pending):
                if running.part.ready():
                    pending.remove(running)
                elif time.monotonic() > running.started_at + running.part.ready_within:
                    self._repeat_last_words(running)
                    raise StartError(
                        f"“{running.name}” did not become ready within "
                        f"{running.part.ready_within:g} seconds: its last words are above."
                    )
            if pending:
                self.pump(PROBE_EVERY)

    def check_for_deaths_at_start(self, *, but: Sequence[Running] = ()) -> None:
        """Raise StartError when a part has already died; tasks in `but` may end."""
        for running in self.running:
            if running not in but and running.has_ended():
                self._drain(running)
                raise StartError(self._failure(running))

    def _failure(self, running: Running) -> str:
        self._repeat_last_words(running)
        return (
            f"“{running.name}” {running.how_it_ended()} while starting; its last words are above. "
            "Nothing is left running."
        )

    def _repeat_last_words(self, running: Running) -> None:
        if running.part.quiet:
            for line in running.last_lines:
                self.console.relay(running.name, line)

    def run_to_end(self, *parts: Part) -> list[Running]:
        """Run short tasks side by side to their end. Raises StartError when one fails."""
        tasks = [self.start(part) for part in parts]
        while not all(task.has_ended() for task in tasks):
            self.check_for_deaths_at_start(but=tasks)
            self.pump(1.0)
        for task in tasks:
            self.forget(task)
        for task in tasks:
            if task.returncode != 0:
                raise StartError(self._failure(task))
        return tasks

    def watch(self) -> str:
        """Keep everything running; answers why it had to end (Ctrl-C raises instead)."""
        while True:
            for running in [r for r in self.running if r.has_ended()]:
                reason = self._after_death(running)
                if reason:
                    return reason
            reap_adopted({running.pid for running in self.running})
            self._restart_due()
            self.pump(self._seconds_to_next_restart())

    def stop(self) -> None:
        """Stop in reverse order; 10 s of patience, then by force. A second Ctrl-C hurries.

        Web, workers and scheduler may end at the same time; the stores follow one by one.
        """
        self._restarts.clear()
        backwards = list(reversed(self.running))
        product = [running for running in backwards if not running.part.essential]
        hurry_at = self._stop_requests + 1
        for group in [product, *([store] for store in backwards if store.part.essential)]:
            for running in group:
                running.ask_to_stop()
            self._wait_for_end(group, hurry_at)
        for running in backwards:
            running.end_by_force()
            self.forget(running)
        end_all()

    def pump(self, timeout: float | None) -> None:
        """Relay output until something happens. Raises StopRequestedError after Ctrl-C."""
        self._relay(timeout)
        if self._stop_requests:
            raise StopRequestedError

    def _relay(self, timeout: float | None) -> None:
        for key, _ in self._selector.select(timeout):
            if isinstance(key.data, Running):
                self._relay_lines(key.data)
            else:
                self._wake_read.recv(4096)

    def _relay_lines(self, running: Running) -> bool:
        lines, ended = running.read_lines()
        if not running.part.quiet:
            for line in lines:
                self.console.relay(running.name, line)
        if ended:
            self._selector.unregister(running.output)
        return bool(lines) and not ended

    def _wait_for_end(self, group: Sequence[Running], hurry_at: int) -> None:
        deadline = time.monotonic() + self.patience
        while self._stop_requests < hurry_at and time.monotonic() < deadline:
            if all(running.has_ended() for running in group):
                return
            self._relay(0.1)
        for running in group:
            if not running.has_ended():
                self.console.say(f"{running.name} did not stop in time and is ended by force")
                running.end_by_force()

    def _after_death(self, running: Running) -> str | None:
        """Plan a restart, or answer why everything must stop."""
        self.forget(running)
        part, how = running.part, running.how_it_ended()
        if part.essential:
            self._repeat_last_words(running)
            return f"{part.name} {how}; nothing works without it."
        deaths = self._deaths.setdefault(part.name, Deaths(self.policy))
        now = time.monotonic()
        delay = deaths.delay_after(now)
        times = f" ({deaths.count} of at most {self.policy.limit} times)"
        if delay is None and part.spare:
            delay, times = self.policy.window, "; the rest works on without it"
        if delay is None:
            return (
                f"{part.name} {how}, {deaths.count} times within "
                f"{self.policy.window:.0f} seconds: its last words are above."
            )
        self.console.shout(f"{part.name} {how} and is started again in {delay:g} s{times}")
        self._restarts.append((now + delay, part))
        return None

    def _seconds_to_next_restart(self) -> float | None:
        if not self._restarts:
            return None
        return max(0.0, min(at for at, _ in self._restarts) - time.monotonic())

    def _restart_due(self) -> None:
        now = time.monotonic()
        due = [part for at, part in self._restarts if at <= now]
        self._restarts = [(at, part) for at, part in self._restarts if at > now]
        for part in due:
            self.start(part)
            self.console.say(f"{part.name} was started again")

    def _drain(self, running: Running) -> None:
        if running.output in self._selector.get_map():
            while self._relay_lines(running):
                pass

    def forget(self, running: Running) -> None:
        """Relay the last words of a part that ended and stop following it."""
        self._drain(running)
        if running.output in self._selector.get_map():
            self._selector.unregister(running.output)
        running.close()
        self.running.remove(running)
