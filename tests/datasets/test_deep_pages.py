"""Pages deep in a sorted table are those of the sorted table."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from datasets.building.duck import connect, parquet
from datasets.grid import deep_pages

ROWS = 60_000
_MAKE = """
    COPY (SELECT CASE WHEN i % 10 = 0 THEN NULL ELSE ((i * 7919) % 10007)::DOUBLE END AS c1,
        'name ' || ((i * 31) % 997) AS c2, (i % 3)::DOUBLE AS c3,
        TIMESTAMP '2026-01-01' + ((i * 13) % 60000) * INTERVAL 1 MINUTE AS c4
        FROM range(60000) t(i)) TO '{}' (FORMAT parquet)
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("deep") / "rows.parquet"
    with duckdb.connect() as connection:
        connection.execute(_MAKE.format(path))
    return path


def _asked(table, key, *, tests, descending=False):
    numbered = parquet(table, numbered=True)
    return deep_pages.Asked(numbered, key, tests=tests, values=[], descending=descending)


@pytest.mark.parametrize("key", ["c1", "c2", "c3", "c4"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("skipped", [0, 1_000, 17_777, 30_000, 52_000, 59_950])
@pytest.mark.parametrize("tests", [[], ["c3 > 0"]])
def test_every_page_equals_that_of_the_whole_sort(table, key, descending, skipped, tests):
    frame = pd.read_parquet(table)
    kept = frame[frame["c3"] > 0] if tests else frame
    skipped = min(skipped, len(kept) - 100)
    # Equal values stand in the order of the file in either direction, missing ones last.
    rank = kept[key].rank(method="dense", ascending=not descending).fillna(np.inf)
    expected = rank.sort_values(kind="stable").index[skipped : skipped + 100]
    asked = _asked(table, key, descending=descending, tests=tests)
    with connect() as connection:
        found = deep_pages.places(connection, asked, skipped, 100)
    if found is None:
        assert key == "c1"
        filled = int(kept["c1"].notna().sum())
        assert skipped < filled < skipped + 100
    else:
        assert found == list(expected)


def test_a_sample_too_small_to_trust_leaves_it_to_the_whole_sort(table):
    asked = _asked(table, "c1", tests=["c4 < '2026-01-02'"])
    with connect() as connection:
        assert deep_pages.places(connection, asked, 10, 10) is None
