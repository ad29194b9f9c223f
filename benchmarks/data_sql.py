"""SQL by the API: a small query, a refusal, and a group-by over 5 million rows beside its peers."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pandas as pd

from benchmarks import report
from tests.browser.stack import Stack

ROWS = 5_000_000
SMALL_ROWS = 26_293
REQUESTS = 60
# Between two statements a person at least reads the answer of the first.
PAUSE = 0.5
BAR = 150.0
SMALL = "SELECT date_trunc('month', c1) AS month, count(*), avg(c2) FROM {} GROUP BY 1 ORDER BY 1"
GROUPED = "SELECT c4, count(*), avg(c2), max(c3) FROM {} GROUP BY c4 ORDER BY c4"
REFUSED = "COPY small TO '/tmp/stolen.csv'"
_MAKE = """
    COPY (SELECT TIMESTAMP '2000-01-01' + i * INTERVAL 1 MINUTE AS c1, (i % 1000)::DOUBLE AS c2,
        sin(i / 1440.0) * 100 AS c3, 'group ' || (i % 50) AS c4 FROM range({}) t(i))
    TO '{}' (FORMAT parquet, COMPRESSION zstd)
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.parquet"), Path(folder, "large.parquet")
        with duckdb.connect() as connection:
            connection.execute(_MAKE.format(SMALL_ROWS, small))
            connection.execute(_MAKE.format(ROWS, large))
        stack = Stack(ALMANAC_RATE_USER="100000/min", ALMANAC_RATE_SQL="100000/min").start()
        os.environ.update({**stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"})
        try:
            session = seed(small, large)
            holds = measure(stack, session)
        finally:
            stack.stop()
        peers(large)
    return 0 if holds else 1


def seed(small: Path, large: Path) -> str:
    """A person with both files as datasets; answers the session's key."""
    from benchmarks import people  # noqa: PLC0415

    people.setup()
    # Django must be set up before its apps are imported.
    from datasets.versioning.versions import NewColumn, create_dataset_from  # noqa: PLC0415

    person, session = people.make_person()
    columns = [NewColumn(f"c{number}", f"c{number}") for number in range(1, 5)]
    create_dataset_from(person, "small", small, columns)
    create_dataset_from(person, "large", large, columns)
    return session


def measure(stack: Stack, session: str) -> bool:
    """Print what the API takes, from the first byte sent to the last received."""
    ask(stack, session, "SELECT 1")
    time.sleep(2)
    quick = timed(stack, session, SMALL.format("small"), REQUESTS)
    report.row("data_sql_small_api_p50", statistics.median(quick), "ms")
    holds = report.row("data_sql_small_api_p95", quantile(quick), "ms", BAR)
    refused = timed(stack, session, REFUSED, 20)
    report.row("data_sql_refused_api_p95", quantile(refused), "ms")
    grouped = timed(stack, session, GROUPED.format("large"), 5)
    report.row("data_sql_group_5m_api", min(grouped), "ms")
    return holds


def peers(large: Path) -> None:
    """The same question put to the same file without us."""
    with duckdb.connect(config={"threads": 2}) as connection:
        sql = GROUPED.format(f"read_parquet('{large}')")
        best = min(clock(lambda: connection.execute(sql).fetchall()) for _ in range(5))
    report.row("data_sql_group_5m_duckdb", best, "ms")
    best = min(clock(lambda: by_pandas(large)) for _ in range(2))
    report.row("data_sql_group_5m_pandas", best, "ms")


def by_pandas(large: Path) -> pd.DataFrame:
    """Read the needed columns and group them."""
    frame = pd.read_parquet(large, columns=["c2", "c3", "c4"])
    grouped = frame.groupby("c4", sort=True)
    return grouped.agg(n=("c2", "size"), mean=("c2", "mean"), most=("c3", "max"))


def timed(stack: Stack, session: str, sql: str, count: int) -> list[float]:
    """Milliseconds of some requests, one after the other."""
    found = []
    for _ in range(count):
        found.append(clock(lambda: ask(stack, session, sql)))
        time.sleep(PAUSE)
    return found


def clock(work: object) -> float:
    """Milliseconds that calling `work` takes."""
    assert callable(work)
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def quantile(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def ask(stack: Stack, session: str, sql: str) -> dict[str, object]:
    """The JSON answer of the API."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=60)
    token = "t" * 32
    headers = {
        "Content-Type": "application/json",
        "Cookie": f"almanac_session={session}; almanac_csrf={token}",
        "X-CSRFToken": token,
    }
    connection.request("POST", "/api/v1/datasets/query/", json.dumps({"sql": sql}), headers)
    answer = connection.getresponse()
    content: dict[str, object] = json.loads(answer.read())
    connection.close()
    if answer.status not in {200, 422}:
        raise SystemExit(f"{answer.status}: {content}")
    return content


if __name__ == "__main__":
    sys.exit(main())
