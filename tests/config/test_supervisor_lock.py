"""One data folder, one running Almanac; one port, one server."""

import fcntl
import json
import os
import socket
import subprocess
import sys

import pytest

from config.embedded.ports import free_port
from config.embedded.problems import StartError
from config.supervisor import lock
from config.supervisor.local import Address
from config.supervisor.lock import FolderLock


def test_the_lock_names_its_holder_and_is_free_afterwards(tmp_path):
    with FolderLock(tmp_path, address="http://127.0.0.1:8000"):
        held = json.loads((tmp_path / "run" / "lock").read_text())
        assert held == {"pid": os.getpid(), "address": "http://127.0.0.1:8000"}
    with FolderLock(tmp_path, address="http://127.0.0.1:8001"):
        pass


def test_a_second_start_says_who_runs_and_where(tmp_path):
    with FolderLock(tmp_path, address="http://127.0.0.1:8000"):
        with pytest.raises(StartError) as refused:
            FolderLock(tmp_path, address="http://127.0.0.1:8001").__enter__()
        assert f"process {os.getpid()}" in str(refused.value)
        assert "open http://127.0.0.1:8000, or stop it first" in str(refused.value)
        assert json.loads((tmp_path / "run" / "lock").read_text())["pid"] == os.getpid()


def test_a_lock_file_of_a_dead_process_does_not_lock(tmp_path):
    (tmp_path / "run").mkdir()
    ended = subprocess.Popen([sys.executable, "-S", "-c", "pass"])
    ended.wait()
    (tmp_path / "run" / "lock").write_text(json.dumps({"pid": ended.pid, "address": "x"}))
    with FolderLock(tmp_path, address="http://127.0.0.1:8000"):
        pass


def test_a_database_that_outlived_its_supervisor_is_waited_for_then_named(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "WAIT_FOR_LEFTOVERS", 0.2)
    (tmp_path / "run").mkdir()
    path = tmp_path / "run" / "lock"
    path.write_text(json.dumps({"pid": 2**22 + 1, "address": "x"}))
    with path.open("r+") as leftover:
        fcntl.flock(leftover, fcntl.LOCK_EX)
        with pytest.raises(StartError, match="A database of an earlier start still uses"):
            FolderLock(tmp_path, address="http://127.0.0.1:8000").__enter__()


def test_a_folder_that_cannot_be_written_names_the_remedy(tmp_path):
    (tmp_path / "run").write_text("a file where a folder must be")
    with pytest.raises(StartError, match=r"cannot be written .*set ALMANAC_VAR"):
        FolderLock(tmp_path, address="http://127.0.0.1:8000").__enter__()


def test_a_taken_port_is_one_sentence_with_the_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=rf"Port {port} on 127.0.0.1 .*already in use.*--port"):
            Address("127.0.0.1", port).listen()


def test_a_host_that_is_not_ours_is_one_sentence():
    with pytest.raises(StartError, match=r"Port 8000 on 192\.0\.2\.1 cannot be used"):
        Address("192.0.2.1", 8000).listen()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::", "http://[::1]:8000"),
        ("localhost", "http://localhost:8000"),
    ],
)
def test_the_link_is_one_that_this_machine_can_open(host, url):
    assert Address(host, 8000).url == url


def test_a_port_can_be_used_again_at_once():
    port = free_port()
    Address("127.0.0.1", port).listen().close()
    Address("127.0.0.1", port).listen().close()
