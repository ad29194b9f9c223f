"""The supervisor over toy parts: order, restarts, stops, and that nothing stays behind."""

import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from config.embedded.spawn import child_setup
from config.supervisor.lock import is_alive

ROOT = Path(__file__).resolve().parents[2]
SLEEP = "import time; time.sleep(600)"
NOTE_PID = "import os, pathlib; pathlib.Path({path!r}).write_text(str(os.getpid())); "
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


class Run:
    """A supervisor in a process of its own, with its output line by line."""

    def __init__(self, plan):
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("supervised.py")), json.dumps(plan)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=child_setup(signal.SIGKILL),  # noqa: PLW1509
        )
        self.lines = []
        self._queue = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def until(self, text):
        """Wait for a line that contains the text; answers it."""
        while True:
            line = self._queue.get(timeout=20)
            assert line is not None, f"ended before “{text}”: {self.lines}"
            self.lines.append(line)
            if text in line:
                return line

    def end(self):
        """Wait for the end; answers the exit code."""
        while (line := self._queue.get(timeout=20)) is not None:
            self.lines.append(line)
        return self.process.wait(20)

    @property
    def output(self):
        return "\n".join(self.lines)


@pytest.fixture
def run():
    runs = []

    def start(*parts, **plan):
        runs.append(Run({"parts": list(parts), **plan}))
        return runs[-1]

    yield start
    for each in runs:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()
        each.process.stdout.close()


def noting(path, code=SLEEP):
    return NOTE_PID.format(path=str(path)) + code


def pid_in(path):
    return int(path.read_text())


def test_ctrl_c_stops_every_part_and_ends_well(run, tmp_path):
    files = [tmp_path / name for name in ("store", "web")]
    running = run(
        {"name": "store", "code": noting(files[0]), "ready": str(files[0]), "essential": True},
        {"name": "web", "code": noting(files[1]), "ready": str(files[1])},
    )
    running.until("READY")
    pids = [pid_in(path) for path in files]
    assert all(is_alive(pid) for pid in pids)
    running.process.send_signal(signal.SIGINT)
    assert running.end() == 0
    assert not any(is_alive(pid) for pid in pids)


def test_a_grandchild_that_left_its_session_is_ended_as_well(run, tmp_path):
    grandchild = tmp_path / "grandchild"
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        f"    {noting(grandchild)}\n"
        "time.sleep(600)"
    )
    running = run({"name": "web", "code": code, "ready": str(grandchild)})
    running.until("READY")
    running.process.send_signal(signal.SIGINT)
    assert running.end() == 0
    assert not is_alive(pid_in(grandchild))


def test_a_part_that_dies_is_started_again_and_that_is_said_loudly(run, tmp_path):
    file = tmp_path / "web"
    running = run({"name": "web", "code": noting(file), "ready": str(file)})
    running.until("READY")
    first = pid_in(file)
    os.kill(first, signal.SIGKILL)
    assert running.until("!!!").endswith(
        "!!! web was killed by SIGKILL and is started again in 0.5 s (1 of at most 5 times)"
    )
    running.until("web was started again")
    running.process.send_signal(signal.SIGINT)
    assert running.end() == 0
    assert not is_alive(first)


def test_what_a_killed_part_had_started_does_not_live_on(run, tmp_path):
    pool = tmp_path / "pool"
    code = f"import os, time\nif os.fork() == 0:\n    {noting(pool)}\ntime.sleep(600)"
    parent = tmp_path / "worker"
    running = run({"name": "worker", "code": noting(parent, code), "ready": str(pool)})
    running.until("READY")
    old = pid_in(pool)
    os.kill(pid_in(parent), signal.SIGKILL)
    running.until("was started again")
    assert not is_alive(old)


def test_a_part_that_keeps_dying_stops_everything_with_a_reason(run, tmp_path):
    other = tmp_path / "store"
    running = run(
        {"name": "store", "code": noting(other), "ready": str(other), "essential": True},
        {"name": "web", "code": "import time; time.sleep(0.3); raise SystemExit(3)"},
        limit=1,
    )
    assert running.end() == 1
    assert "web exited with 3, 2 times within 60 seconds" in running.output
    assert not is_alive(pid_in(other))


def test_a_spare_part_that_keeps_dying_is_tried_again_while_the_rest_works_on(run, tmp_path):
    web = tmp_path / "web"
    running = run(
        {"name": "web", "code": noting(web), "ready": str(web)},
        {
            "name": "serving",
            "code": "import time; time.sleep(0.3); raise SystemExit(3)",
            "spare": True,
        },
        limit=1,
    )
    running.until("serving exited with 3 and is started again in 0.5 s (1 of at most 1 times)")
    running.until("serving exited with 3 and is started again in 60 s; the rest works on")
    assert is_alive(pid_in(web))
    running.process.send_signal(signal.SIGINT)
    assert running.end() == 0


def test_a_store_that_dies_stops_everything(run, tmp_path):
    store, web = tmp_path / "store", tmp_path / "web"
    running = run(
        {"name": "store", "code": noting(store), "ready": str(store), "essential": True},
        {"name": "web", "code": noting(web), "ready": str(web)},
    )
    running.until("READY")
    os.kill(pid_in(store), signal.SIGKILL)
    assert running.end() == 1
    assert "store was killed by SIGKILL; nothing works without it" in running.output
    assert not is_alive(pid_in(web))


def test_a_part_that_ignores_its_stop_signal_is_ended_by_force(run, tmp_path):
    file = tmp_path / "web"
    running = run(
        {"name": "web", "code": STUBBORN + noting(file), "ready": str(file)}, patience=0.3
    )
    running.until("READY")
    running.process.send_signal(signal.SIGINT)
    assert running.end() == 0
    assert "web did not stop in time and is ended by force" in running.output
    assert not is_alive(pid_in(file))


def test_a_second_ctrl_c_does_not_wait(run, tmp_path):
    file, asked = tmp_path / "web", tmp_path / "asked"
    code = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('asked', flush=True))\n"
        f"{noting(file, 'pass')}\n"
        "while True: time.sleep(600)"
    )
    running = run({"name": "web", "code": code, "ready": str(file)}, patience=600)
    running.until("READY")
    running.process.send_signal(signal.SIGINT)
    running.until("asked")
    running.process.send_signal(signal.SIGINT)
    assert running.end() == 0
    assert not is_alive(pid_in(file))
    assert not asked.exists()


def test_the_stores_stop_after_what_uses_them(run, tmp_path):
    def saying(name):
        return (
            "import signal, sys, time\n"
            f"signal.signal(signal.SIGINT, lambda *_: sys.exit(print('{name} ends', flush=True)))\n"
            f"{noting(tmp_path / name, 'pass')}\n"
            "while True: time.sleep(600)"
        )

    running = run(
        *(
            {
                "name": name,
                "code": saying(name),
                "ready": str(tmp_path / name),
                "stop": "SIGINT",
                "essential": name != "web",
            }
            for name in ("postgres", "valkey", "web")
        )
    )
    running.until("READY")
    running.process.send_signal(signal.SIGTERM)
    assert running.end() == 0
    ends = [line.split("│ ")[1] for line in running.lines if line.endswith("ends")]
    assert ends == ["web ends", "valkey ends", "postgres ends"]


def test_nothing_survives_a_killed_supervisor(run, tmp_path):
    file = tmp_path / "web"
    running = run({"name": "web", "code": noting(file), "ready": str(file)})
    running.until("READY")
    pid = pid_in(file)
    watched = os.pidfd_open(pid)
    running.process.kill()
    # The descriptor becomes readable when the process has ended.
    assert select.select([watched], [], [], 10)[0]
    os.close(watched)
    assert not is_alive(pid)


def test_a_part_that_dies_while_starting_is_one_sentence_and_nothing_stays(run, tmp_path):
    other = tmp_path / "store"
    running = run(
        {"name": "store", "code": noting(other), "ready": str(other)},
        {"name": "web", "code": "raise SystemExit('no such table')", "ready": str(tmp_path / "x")},
    )
    assert running.end() == 1
    assert "web        │ no such table" in running.output
    assert "“web” exited with 1 while starting; its last words are above." in running.output
    assert not other.exists() or not is_alive(pid_in(other))


def test_a_part_that_never_becomes_ready_is_given_up(run, tmp_path):
    running = run(
        {"name": "web", "code": SLEEP, "ready": str(tmp_path / "never"), "ready_within": 0.2}
    )
    assert running.end() == 1
    assert "“web” did not become ready within 0.2 seconds" in running.output


def test_lines_carry_their_part_and_json_records_pass_as_they_are(run):
    code = (
        "import sys, time\n"
        'sys.stdout.write(\'plain words\\n{"level": "INFO"}\\nhalf a line\')\n'
        "sys.stdout.flush()\n"
    )
    running = run({"name": "fast", "code": code, "essential": True})
    assert running.end() == 1
    assert "fast       │ plain words" in running.lines
    assert '{"level": "INFO"}' in running.lines
    assert "fast       │ half a line" in running.lines
