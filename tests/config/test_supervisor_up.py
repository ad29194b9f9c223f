"""`manage.py up`, the real set: what a person sees when it starts, breaks and stops."""

import contextlib
import http.client
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from config.embedded.ports import free_port
from config.embedded.spawn import child_setup, namespaces_work
from config.supervisor.lock import is_alive

ROOT = Path(__file__).resolve().parents[2]
STORES = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "DJANGO_SETTINGS_MODULE")
START_LIMIT = 90
CORES = 2
NORMAL_USER = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


class Up:
    """One `manage.py up` on a data folder and a port."""

    def __init__(self, var, *, port=None, prefix=(), **environment):
        self.var = var
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if name not in STORES}
        self.environment = {**kept, "ALMANAC_VAR": str(var), **environment}
        self.lines = []
        self.sessions = set()
        self._queue = queue.Queue()
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "manage.py", "up", "--port", str(self.port)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=child_setup(signal.SIGINT),  # noqa: PLW1509
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def until(self, text):
        """Wait for a line that contains the text; answers it."""
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            line = self._queue.get(timeout=START_LIMIT)
            assert line is not None, f"ended before “{text}”:\n{self.output}"
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"no “{text}” in\n{self.output}")

    def started(self):
        self.until("Ctrl-C stops it.")
        return self

    def end(self):
        """Wait for the end; answers the exit code."""
        while (line := self._queue.get(timeout=40)) is not None:
            self.lines.append(line)
        return self.process.wait(40)

    def stop(self):
        self.remember_sessions()
        self.process.send_signal(signal.SIGINT)
        return self.end()

    def remember_sessions(self):
        """Note the sessions of all parts, to look for members after the end."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                self.sessions.add(os.getsid(pid))

    @property
    def output(self):
        return "\n".join(self.lines)

    def pids(self, needle=""):
        """Living processes below this start whose command line holds the text."""
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if needle in " ".join(process.cmdline()) and is_alive(process.pid):
                    found.append(process.pid)
        return sorted(found)

    def parts(self):
        """The processes it started itself; below them the database opens and ends its own."""
        return sorted(child.pid for child in psutil.Process(self.process.pid).children())

    def left(self):
        """Living processes of this data folder or of a session that was remembered."""
        mine = f"ALMANAC_VAR={self.var}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                ours = mine in (entry / "environ").read_bytes()
                if (ours or os.getsid(int(entry.name)) in self.sessions) and is_alive(entry.name):
                    found.append(int(entry.name))
        return found

    def processor_seconds(self):
        """What it and all it started have used so far; ended processes count for their parent."""
        root = psutil.Process(self.process.pid)
        total = 0.0
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += sum(process.cpu_times()[:4])
        return total

    def status(self, path="/health"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status


@pytest.fixture
def up():
    started = []

    def start(var, **options):
        started.append(Up(var, **options))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.send_signal(signal.SIGINT)
            try:
                each.process.wait(30)
            except subprocess.TimeoutExpired:
                each.process.kill()
                each.process.wait()
        each.process.stdout.close()


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """A data folder that was started and stopped once."""
    var = tmp_path_factory.mktemp("var") / "almanac"
    first = Up(var)
    try:
        first.started()
    finally:
        assert first.stop() == 0, first.output
        first.process.stdout.close()
    assert first.left() == []
    # Whoever starts it again on the same folder finds its own.
    first.left_its_address = (var / "run" / "env.json").exists()
    yield var, first
    shutil.rmtree(var)


_running: list = []


def stop_running():
    while _running:
        stopped = _running.pop()
        code = stopped.stop()
        stopped.process.stdout.close()
        assert code == 0, stopped.output
        assert stopped.left() == []


@pytest.fixture
def alone(used):
    """The data folder with nothing that runs on it."""
    stop_running()
    return used[0]


@pytest.fixture(scope="module", autouse=True)
def stopped_at_the_end():
    yield
    stop_running()


@pytest.fixture
def running(used):
    """The second start on the folder: one for all tests that leave it running."""
    if not _running:
        began = time.monotonic()
        _running.append(Up(used[0]))
        _running[0].started()
        _running[0].took = time.monotonic() - began
        _running[0].used = _running[0].processor_seconds()
    return _running[0]


def test_the_first_start_offers_the_one_time_link_and_leaves_only_closed_files(used):
    var, first = used
    assert re.search(rf"^ +{first.url}/setup/\S+$", first.output, re.MULTILINE)
    secrets = list((var / "secrets").iterdir())
    assert len(secrets) >= 4
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
    assert (var / "postgres").stat().st_mode & 0o777 == 0o700
    assert not first.left_its_address
    for password in ("almanac_postgres_password", "almanac_valkey_password"):
        assert (var / "secrets" / password).read_text() not in first.output


def test_a_second_start_takes_less_than_ten_seconds_and_everything_answers(running):
    assert running.status("/ready") == 200
    # The other half of the suite has one of the two cores: then the processor's time decides.
    seconds = min(running.took, running.used / CORES)
    assert seconds < 10, f"{running.took:.1f} s, {running.used:.1f} CPU s\n{running.output}"


def test_a_dead_web_server_comes_back_while_the_browser_waits(running):
    [web] = running.pids("config.supervisor.web")
    os.kill(web, signal.SIGKILL)
    assert running.status() == 200
    running.until("!!! web was killed by SIGKILL and is started again in 0.5 s")
    assert running.pids("config.supervisor.web") != [web]


@pytest.mark.slow
def test_a_dead_worker_and_scheduler_come_back(running):
    fast = running.pids("-n fast@")
    scheduler = running.pids("beat")
    os.kill(fast[0], signal.SIGKILL)
    running.until("fast was started again")
    os.kill(scheduler[0], signal.SIGTERM)
    running.until("scheduler was started again")
    assert not set(fast + scheduler) & set(running.pids())


@pytest.mark.slow
@pytest.mark.parametrize("store", ["postgres", "valkey"])
def test_a_dead_store_stops_everything(alone, up, store):
    running = up(alone).started()
    program = "bin/postgres" if store == "postgres" else "valkey-server"
    running.remember_sessions()
    os.kill(running.pids(program)[0], signal.SIGKILL)
    assert running.end() == 1
    assert f"!!! {store} was killed by SIGKILL; nothing works without it." in running.output
    assert running.left() == []


def test_other_commands_find_what_runs_and_a_second_start_is_refused(used, running, up):
    found = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--check"],
        cwd=ROOT,
        env=running.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    env_file = used[0] / "run" / "env.json"
    assert env_file.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(env_file.read_text())) == {"DATABASE_URL", "REDIS_URL"}
    before = running.parts()
    assert len(before) > 1
    second = up(used[0])
    assert second.end() == 1
    assert f"already running on {used[0]} (process {running.process.pid})" in second.output
    assert running.parts() == before


@pytest.mark.slow
def test_a_taken_port_is_refused_before_anything_starts(running, up, tmp_path):
    other = up(tmp_path / "other", port=running.port)
    assert other.end() == 1
    assert f"Port {running.port} on 127.0.0.1 cannot be used" in other.output
    assert other.left() == []
    assert not (tmp_path / "other" / "postgres").exists()


@pytest.mark.slow
def test_the_environment_replaces_both_stores(used, running, up):
    stores = json.loads((used[0] / "run" / "env.json").read_text())
    guest_var = used[0].with_name("guest")
    guest = up(guest_var, **stores).started()
    assert guest.status("/ready") == 200
    assert guest.pids("bin/postgres") == guest.pids("valkey-server") == []
    assert guest.stop() == 0
    assert running.status("/ready") == 200


def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(up, tmp_path):
    address = f"postgresql://almanac:secret-words@127.0.0.1:{free_port()}/almanac"
    refused = up(tmp_path / "var", DATABASE_URL=address)
    assert refused.end() == 1
    assert "that DATABASE_URL names (127.0.0.1:" in refused.output
    assert "secret-words" not in refused.output
    assert "Traceback" not in refused.output
    assert refused.left() == []


def test_ctrl_c_while_starting_leaves_nothing(up, tmp_path):
    running = up(tmp_path / "var")
    running.until("making a new database")
    assert running.stop() == 0
    assert running.left() == []


def test_a_port_that_does_not_exist_is_one_sentence(up, tmp_path):
    refused = up(tmp_path / "var", port=70000)
    assert refused.end() == 1
    assert "There is no port 70000: choose one between 1 and 65535." in refused.output


@pytest.mark.slow
def test_nothing_survives_a_killed_supervisor_and_the_next_start_works(alone, up):
    running = up(alone).started()
    parts = running.pids()
    assert len(parts) > 10
    running.remember_sessions()
    running.process.kill()
    again = up(alone).started()
    assert not any(is_alive(pid) for pid in parts)
    assert again.status("/ready") == 200


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0 or not namespaces_work() or shutil.which("unshare") is None,
    reason="needs root and user namespaces to become somebody else",
)
def test_a_normal_user_can_run_it(up, tmp_path):
    running = up(tmp_path / "var", prefix=NORMAL_USER).started()
    assert running.status("/ready") == 200
    assert running.stop() == 0
    assert running.left() == []
