"""What worker processes say that they hold in memory, and how the page of jobs shows it."""

import os
import re
import time

import psutil
import pytest
from django.core.cache import cache
from redis.exceptions import RedisError

from jobs import memory

MB = 1_000_000


@pytest.fixture(autouse=True)
def _nobody_has_told():
    cache.delete(memory.NAMES)
    yield
    cache.delete(memory.NAMES)


@pytest.fixture
def holds(monkeypatch):
    def holds(node, number, size):
        monkeypatch.setattr(memory, "held", lambda: size)
        memory.tell(node, number)

    return holds


def test_a_process_measures_what_lies_in_memory():
    known = psutil.Process(os.getpid()).memory_info().rss
    assert memory.held() == pytest.approx(known, rel=0.05)


def test_processes_are_listed_by_pool_and_number(holds):
    for node, number, size in (
        ("training@b", 1, 900 * MB),
        ("fast@b", 2, 210 * MB),
        ("fast@b", 1, 200 * MB),
        ("fast@b", 1, 205 * MB),
    ):
        holds(node, number, size)
    told = [(one.name, one.host, one.bytes) for one in memory.processes()]
    assert told == [
        ("fast-1", "b", 205 * MB),
        ("fast-2", "b", 210 * MB),
        ("training-1", "b", 900 * MB),
    ]


def test_one_that_is_silent_is_gone(holds):
    holds("fast@a", 1, 200 * MB)
    holds("fast@a", 2, 200 * MB)
    cache.delete(f"{memory.NAMES}:fast@a:1")
    assert [one.name for one in memory.processes()] == ["fast-2"]


def test_where_the_system_does_not_say_nothing_is_shown(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "STATUS", tmp_path / "absent")
    assert memory.held() is None
    memory.tell("fast@a", 1)
    assert memory.processes() == []


def test_a_cache_that_is_away_stops_neither_workers_nor_the_page(monkeypatch):
    def away(*_given, **_more):
        raise RedisError

    monkeypatch.setattr(cache, "get", away)
    monkeypatch.setattr(cache, "set", away)
    memory.tell("fast@a", 1)
    assert memory.processes() == []


@pytest.mark.django_db
def test_the_page_shows_each_process_in_its_pool(holds, owner_client):
    holds("fast@a", 1, 200 * MB)
    holds("training@a", 1, 4_200 * MB)
    html = owner_client.get("/jobs/").content.decode()
    card = html.split('id="job-workers"')[1].split("</section>")[0]
    assert 'hx-trigger="every 15s"' in card
    rows = card.split('<li class="worker">')[1:]
    assert [re.findall(r'class="mono">([^<]+)</span> ([\d.]+.[MG]B)', row) for row in rows] == [
        [("fast-1", "200 MB")],
        [("training-1", "4.2 GB")],
    ]


@pytest.mark.django_db
def test_without_workers_no_memory_is_claimed(owner_client):
    assert 'class="xs faint processes"' not in owner_client.get("/jobs/").content.decode()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_tells_by_itself(start_worker):
    process = start_worker("training")
    ends = time.monotonic() + 60
    while not memory.processes() and time.monotonic() < ends:
        time.sleep(0.1)
    (told,) = memory.processes()
    assert told.name == "training-1"
    known = psutil.Process(process.pid).memory_info().rss
    assert told.bytes == pytest.approx(known, rel=0.3)
