"""Kept readers: nothing of one question is left for the next, nor of a parent for its child."""

import os
import signal
import threading

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.building import readers
from datasets.building.readers import reader


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch):
    """On a busy machine too."""
    monkeypatch.setattr(readers, "_QUICK_SECONDS", 60.0)


def settings(connection):
    return connection.execute(
        "SELECT current_setting('TimeZone'), current_setting('memory_limit'), "
        "current_setting('temp_directory'), current_setting('autoload_known_extensions')"
    ).fetchone()


def test_a_kept_one_is_small_and_closed_and_takes_no_zone_of_the_machine():
    for _ in range(2):
        with reader() as connection:
            assert settings(connection) == ("UTC", "381.4 MiB", "", False)


def test_tables_and_names_of_one_question_are_gone_at_the_next():
    with reader() as connection:
        connection.execute("CREATE TEMP TABLE kept AS SELECT 1 AS x")
        connection.register("given", pa.table({"x": [1]}))
        assert connection.execute("SELECT x FROM given").fetchall() == [(1,)]
    with reader() as connection:
        assert connection.execute("SHOW ALL TABLES").fetchall() == []
        with pytest.raises(duckdb.CatalogException):
            connection.execute("SELECT x FROM given")


def test_a_file_written_anew_is_read_anew(tmp_path):
    path = tmp_path / "rows.parquet"
    for value in (1, 2, 3):
        pq.write_table(pa.table({"x": [value]}), path)
        with reader() as connection:
            assert connection.execute("FROM read_parquet(?)", [str(path)]).fetchall() == [(value,)]


def test_what_failed_is_not_lent_again():
    def fail():
        with reader() as connection:
            connection.execute("CREATE TABLE left_behind AS SELECT 1 AS x")
            connection.execute("SELECT * FROM nothing")

    with pytest.raises(duckdb.CatalogException):
        fail()
    for _ in range(3):
        with reader() as connection:
            assert connection.execute("SHOW ALL TABLES").fetchall() == []


def test_what_took_long_is_not_lent_again(monkeypatch):
    with reader() as first:
        first.execute("CREATE TABLE left_behind AS SELECT 1 AS x")
    with reader() as again:
        assert again.execute("SELECT x FROM left_behind").fetchall() == [(1,)]
        monkeypatch.setattr(readers, "_QUICK_SECONDS", 0.0)
    with reader() as other:
        assert other.execute("SHOW ALL TABLES").fetchall() == []


def test_two_at_once_are_apart():
    with reader() as one, reader() as other, reader() as third:
        one.execute("CREATE TABLE mine AS SELECT 1 AS x")
        assert other.execute("SHOW ALL TABLES").fetchall() == []
        assert third.execute("SHOW ALL TABLES").fetchall() == []
        one.execute("DROP TABLE mine")


def test_threads_share_none():
    found, failed = [], []

    def ask(number):
        try:
            for _ in range(20):
                with reader() as connection:
                    connection.execute(f"CREATE TEMP TABLE own AS SELECT {number} AS x")
                    found.append(connection.execute("SELECT x FROM own").fetchall() == [(number,)])
        except duckdb.Error as error:
            failed.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert found == [True] * 80


def test_a_child_makes_its_own_and_ends():
    with reader() as connection:
        connection.execute("SELECT 1")
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        with reader() as connection:
            rows = connection.execute("SELECT sum(i) FROM range(1000) t(i)").fetchall()
        os._exit(0 if rows == [(499500,)] else 1)
    assert os.waitpid(child, 0)[1] == 0
