"""What holds when the gate is gone: the walls of the query process itself."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from datasets.query.process import QueryProcess

# What a statement could do if it ran anything at all, tried in a process behind the walls.
TRY = """
import ctypes, json, os, socket, subprocess, sys
from datasets.query.confine import confine
from datasets.query.landlock import allow_reading_only

walls = confine(int(sys.argv[1]), memory=1024**3, seconds=20)
allowed, other, target = sys.argv[2:5]
given = allow_reading_only([allowed])

def refused(attempt):
    try:
        attempt()
    except (OSError, MemoryError, subprocess.SubprocessError) as error:
        return type(error).__name__
    return "done"

def child():
    if os.fork() == 0:
        os._exit(0)

tries = {
    "read allowed": lambda: open(allowed, "rb").read(),
    "read other": lambda: open(other, "rb").read(),
    "read password": lambda: open("/etc/passwd", "rb").read(),
    "list": lambda: os.listdir("/"),
    "write allowed": lambda: open(allowed, "r+b").write(b"x"),
    "empty allowed": lambda: os.truncate(allowed, 0),
    "create": lambda: open(target, "wb"),
    "remove": lambda: os.remove(allowed),
    "rename": lambda: os.rename(allowed, target),
    "socket": lambda: socket.socket(),
    "program": lambda: subprocess.run(["/bin/true"], check=True),
    "fork": child,
    "kill": lambda: os.kill(int(sys.argv[1]), 0),
    "memory": lambda: bytearray(2 * 1024**3),
}
print(json.dumps({"walls": {**walls, "files": given}, **{k: refused(v) for k, v in tries.items()}}))
"""


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """What each attempt came to."""
    folder = tmp_path_factory.mktemp("walls")
    allowed, other = folder / "allowed", folder / "other"
    allowed.write_bytes(b"mine")
    other.write_bytes(b"theirs")
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(os.getpid()), allowed, other, folder / "new"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    if not (said["walls"]["files"] and said["walls"]["calls"]):
        pytest.skip("this kernel offers neither Landlock nor seccomp to this process")
    said["content"] = allowed.read_bytes()
    return said


def test_the_given_file_can_be_read(tried):
    assert tried["read allowed"] == "done"


@pytest.mark.parametrize("attempt", ["read other", "read password", "list"])
def test_no_other_file_can_be_read(tried, attempt):
    assert tried[attempt] == "PermissionError"


@pytest.mark.parametrize(
    "attempt", ["write allowed", "empty allowed", "create", "remove", "rename"]
)
def test_nothing_can_be_written(tried, attempt):
    assert tried[attempt] == "PermissionError"
    assert tried["content"] == b"mine"


@pytest.mark.parametrize("attempt", ["socket", "program", "fork", "kill"])
def test_neither_network_nor_other_processes_can_be_reached(tried, attempt):
    assert tried[attempt] == "PermissionError"


def test_memory_ends_at_its_limit(tried):
    assert tried["memory"] == "MemoryError"


def test_the_environment_holds_no_secret():
    os.environ["SECRET_FOR_TEST"] = "do not leak"
    child = QueryProcess()
    try:
        given = Path(f"/proc/{child.process.pid}/environ").read_bytes()
    finally:
        child.end()
        del os.environ["SECRET_FOR_TEST"]
    names = {entry.partition(b"=")[0] for entry in given.split(b"\0") if entry}
    assert names <= {
        b"PATH",
        b"LD_LIBRARY_PATH",
        b"LANG",
        b"PYTHONUTF8",
        b"PYTHONDONTWRITEBYTECODE",
        b"OMP_NUM_THREADS",
        b"OPENBLAS_NUM_THREADS",
        b"MALLOC_ARENA_MAX",
    }


def test_a_query_process_dies_with_the_process_that_started_it():
    starter = (
        "import os, subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-m', 'datasets.query.child', str(os.getpid()), "
        "str(1024**3), '20'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "p.stdout.readline(); print(p.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", starter], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and is_running(pid):
        time.sleep(0.05)
    assert not is_running(pid)


def is_running(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_no_thread_starts_before_the_walls_stand():
    counted = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os\n"
            "from datasets.query import child\n"
            "connection = child._connect(1024**3)\n"
            "statement, _ = child._chosen(connection, {'sql': 'SELECT 1; SELECT 2', "
            "'first_only': True})\n"
            "child._checked(connection, statement)\n"
            "print(len(os.listdir('/proc/self/task')))",
        ],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert counted.stdout.strip() == "1"
