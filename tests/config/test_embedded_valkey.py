"""The private Valkey: closed without the password, and its data survives a kill."""

import subprocess
import time
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded import valkey
from config.embedded.ports import free_port
from config.embedded.problems import StartError

PASSWORD = "correct-horse"


@pytest.fixture
def serve():
    processes = []

    def start(server):
        processes.append(
            subprocess.Popen(
                server.command(),
                preexec_fn=server.preexec(),  # noqa: PLW1509
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                cwd="/",
            )
        )
        deadline = time.monotonic() + 20
        while not server.is_ready():
            assert processes[-1].poll() is None
            assert time.monotonic() < deadline
        return processes[-1]

    yield start
    for process in processes:
        if process.poll() is None:
            process.send_signal(valkey.STOP_SIGNAL)
            process.wait(20)


@pytest.fixture
def server(tmp_path):
    made = valkey.Valkey(tmp_path / "valkey", free_port(), PASSWORD)
    made.prepare()
    return made


def test_it_wants_the_password(server, serve):
    serve(server)
    stranger = redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0))
    with stranger as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_the_password_is_neither_in_the_process_list_nor_readable_by_others(server, serve):
    process = serve(server)
    assert PASSWORD not in Path(f"/proc/{process.pid}/cmdline").read_text()
    assert server.config_file.stat().st_mode & 0o777 == 0o600


def test_what_was_written_survives_a_kill(server, serve):
    process = serve(server)
    with redis.Redis.from_url(server.url) as client:
        for number in range(1000):
            client.set(f"key{number}", number)
    process.kill()
    process.wait()
    serve(server)
    with redis.Redis.from_url(server.url) as client:
        assert client.dbsize() == 1000


def test_a_full_store_refuses_instead_of_forgetting(server, serve):
    serve(server)
    with redis.Redis.from_url(server.url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_missing_program_names_the_remedy(monkeypatch):
    monkeypatch.setattr(valkey, "find_spec", lambda name: None)
    with pytest.raises(StartError, match=r"Valkey program is not installed.*REDIS_URL"):
        valkey.binary()
