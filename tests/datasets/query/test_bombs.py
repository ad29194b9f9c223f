"""Statements made to exhaust the machine: each ends in time, and the next one is fine."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from datasets.query.pool import Busy, Pool
from datasets.query.process import Question
from datasets.query.refusals import Refused
from datasets.query.words import problem_from
from tests.datasets.query.attacks import AT_THE_GATE, BOMB_DISGUISES, BOMBS
from tests.datasets.query.passing import passed

LIMIT = 1.5
ENDINGS = {
    "shown",
    "too_slow",
    "out_of_memory",
    "too_deep",
    "too_long",
    "argument",
    "function",
    "failed",
    "syntax",
    "crashed",
}
# The same statements without the gate, straight into a locked connection behind the walls.
UNGATED = """
import json, sys, duckdb
from datasets.query import child
from datasets.query.confine import confine

confine(int(sys.argv[1]), memory=1024**3, seconds=25)
connection = child._connect(1024**3)
sql = sys.stdin.read()
try:
    connection.execute(sql).fetchmany(10)
    print("ran")
except (duckdb.Error, MemoryError, RecursionError) as error:
    print(type(error).__name__)
"""


@pytest.fixture(scope="module")
def pool():
    made = Pool(at_once=2, started=2, waiting=6, patience=30.0)
    made.warm()
    yield made
    made.close()


def ask(pool, sql, seconds=LIMIT, person="olive"):
    question = Question(
        sql, lambda names: {"tables": [], "known": []}, lambda: False, seconds=seconds
    )
    return pool.ask(person, question)


def ending(pool, sql):
    """`shown` for a result of bounded size, else the code of a refusal that says what to do."""
    try:
        answer = ask(pool, sql)
    except Refused as refused:
        problem = problem_from(refused, memory="1 GiB")
        assert str(problem).endswith(".")
        assert problem.hint.endswith((".", "?"))
        # SET is refused as well: no advice for people here.
        assert "SET " not in f"{problem} {problem.hint}"
        return refused.code
    size = sum(len(json.dumps(row)) for row in answer.rows)
    return "shown" if size <= 17 * 1024**2 else "too large"


def check_that_it_ends(pool, sql):
    began = time.monotonic()
    assert ending(pool, sql) in ENDINGS
    # The limit, its start, and the two seconds that counting may take.
    assert time.monotonic() - began < LIMIT + 8
    assert ask(pool, "SELECT 42", seconds=10).rows == [[42]]


@pytest.mark.parametrize("case", [case for case in BOMBS if case not in AT_THE_GATE[1:]])
def test_a_bomb_ends_in_time_and_the_next_statement_is_fine(pool, case):
    check_that_it_ends(pool, BOMBS[case])


@pytest.mark.slow
@pytest.mark.parametrize("disguise", BOMB_DISGUISES)
@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_in_disguise_ends_in_time_and_the_next_statement_is_fine(pool, case, disguise):
    check_that_it_ends(pool, BOMB_DISGUISES[disguise](BOMBS[case]))


@pytest.mark.parametrize("disguise", [None, *BOMB_DISGUISES])
@pytest.mark.parametrize("case", AT_THE_GATE)
def test_what_is_known_to_be_a_bomb_does_not_begin(parser, case, disguise):
    sql = BOMB_DISGUISES[disguise](BOMBS[case]) if disguise else BOMBS[case]
    with pytest.raises(Refused) as refused:
        passed(parser, sql)
    assert refused.value.code in {"argument", "function", "too_long"}


@pytest.mark.parametrize("disguise", BOMB_DISGUISES)
def test_a_bomb_that_only_runs_long_is_stopped_in_every_disguise(pool, disguise):
    sql = BOMB_DISGUISES[disguise](BOMBS["43 three million-row ranges"])
    with pytest.raises(Refused) as refused:
        ask(pool, sql, seconds=0.4)
    assert refused.value.code == "too_slow"
    assert ask(pool, "SELECT 42", seconds=10).rows == [[42]]


def test_a_statement_that_takes_too_long_says_after_how_many_seconds(pool):
    with pytest.raises(Refused) as refused:
        ask(pool, BOMBS["43 three million-row ranges"], seconds=0.5)
    assert (refused.value.code, refused.value.params["seconds"]) == ("too_slow", 0.5)


def test_a_result_is_cut_at_sixteen_megabytes_and_counted(pool):
    answer = ask(pool, BOMBS["54 a hundred megabytes of result"], seconds=10)
    assert answer.has_more
    assert 1000 < len(answer.rows) < 2000
    assert answer.total == 10_000


def test_fifty_statements_at_once_share_two_places_and_the_rest_is_told_when_to_return():
    pool = Pool(at_once=2, started=2, waiting=6, patience=30.0)
    seen = []

    def one(number):
        try:
            disguise = list(BOMB_DISGUISES)[number % len(BOMB_DISGUISES)]
            answer = ask(pool, BOMB_DISGUISES[disguise](f"SELECT {number}"), seconds=20)
            seen.append(pool.running())
            return answer.rows == [[1 if disguise == "in an argument" else number]]
        except Busy as busy:
            return busy.retry_after

    try:
        with ThreadPoolExecutor(50) as threads:
            outcomes = list(threads.map(one, range(50)))
        assert ask(pool, "SELECT 42", seconds=20).rows == [[42]]
    finally:
        pool.close()
    answered = [outcome for outcome in outcomes if outcome is True]
    turned_away = [outcome for outcome in outcomes if outcome is not True]
    assert len(answered) >= 7
    assert turned_away
    assert all(1 <= seconds <= 60 for seconds in turned_away)
    assert max(seen) <= 2


def test_one_person_cannot_take_every_place():
    pool = Pool(at_once=2, started=0, waiting=6, patience=30.0)
    try:
        with ThreadPoolExecutor(3) as threads:
            slow = [
                threads.submit(outcome, pool, BOMBS["43 three million-row ranges"], 3)
                for _ in range(2)
            ]
            time.sleep(0.5)
            began = time.monotonic()
            assert ask(pool, "SELECT 1", seconds=10, person="sam").rows == [[1]]
            assert time.monotonic() - began < 2.9
            assert {future.result() for future in slow} == {"too_slow"}
    finally:
        pool.close()


def outcome(pool, sql, seconds):
    try:
        ask(pool, sql, seconds=seconds)
    except Refused as refused:
        return refused.code
    return "ran"


@pytest.mark.slow
@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_past_the_gate_is_held_by_the_walls(case):
    process = subprocess.Popen(
        [sys.executable, "-c", UNGATED, str(os.getpid())],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    peak, began = 0, time.monotonic()
    process.stdin.write(BOMBS[case])
    process.stdin.close()
    while process.poll() is None and time.monotonic() - began < 10:
        peak = max(peak, resident(process.pid))
        time.sleep(0.02)
    process.kill()
    process.wait()
    process.stdout.close()
    assert 0 < peak <= 1024**3


def resident(pid):
    """The most memory the process has had so far, in bytes."""
    with Path(f"/proc/{pid}/status").open(encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines.get("VmHWM", "0 kB").split()[0]) * 1024
