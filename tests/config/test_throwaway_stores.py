"""The servers that every test run gets for itself."""

import os
import select
import subprocess
import sys
from pathlib import Path

import psycopg2
import redis
from django.db import connection

from tests import throwaway_stores as stores

ROOT = Path(__file__).resolve().parents[2]


def test_the_run_has_its_own_postgresql(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 160000


def test_the_run_has_its_own_valkey():
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    client.set("greeting", "hello")
    assert client.get("greeting") == b"hello"
    client.close()


HOLD = """
import os, sys
from pathlib import Path
from tests import throwaway_stores as stores
stores.start()
pids = [process.pid for process, _ in stores._running]
print(*pids, stores._folders[0], os.environ["DATABASE_URL"], flush=True)
sys.stdin.read()
stores.stop()
"""


def hold():
    """Another run's stores, in a process of their own: (process, pids, folder, address)."""
    without = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=ROOT,
        env=without,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    valkey, postgres, folder, address = process.stdout.readline().split()
    return process, [int(valkey), int(postgres)], Path(folder), address


def close(process):
    process.stdin.close()
    process.stdout.close()
    process.wait(20)


def test_runs_at_the_same_time_have_servers_of_their_own():
    first, _, folder, address = hold()
    second, _, other_folder, other_address = hold()
    assert folder != other_folder
    assert len({address, other_address, os.environ["DATABASE_URL"]}) == 3
    close(first)
    psycopg2.connect(other_address).close()
    close(second)
    assert not folder.exists()
    assert not other_folder.exists()


def test_a_killed_run_leaves_no_process_and_its_folder_is_removed_by_the_next():
    process, pids, folder, _ = hold()
    descriptors = [os.pidfd_open(pid) for pid in pids]
    process.kill()
    process.wait()
    close(process)
    for descriptor in descriptors:
        assert select.select([descriptor], [], [], 10)[0]
        os.close(descriptor)
    assert folder.exists()
    stores.remove_abandoned(folder.parent)
    assert not folder.exists()
