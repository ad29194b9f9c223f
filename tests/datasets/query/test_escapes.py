"""Statements that would leave the sandbox: refused by the gate, in every disguise."""

import pytest

from datasets.query.refusals import Refused
from tests.datasets.made import read_dataset
from tests.datasets.query.attacks import DISGUISES, ESCAPES
from tests.datasets.query.passing import passed


@pytest.mark.parametrize("disguise", [None, *DISGUISES])
@pytest.mark.parametrize("case", ESCAPES)
def test_an_escape_is_refused(parser, case, disguise):
    sql = DISGUISES[disguise](ESCAPES[case]) if disguise else ESCAPES[case]
    with pytest.raises(Refused) as refused:
        passed(parser, sql)
    assert refused.value.code != "crashed"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM load",
        "WITH a AS (SELECT 1 AS x), b AS (SELECT x FROM a) SELECT * FROM b, load",
        "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) FROM t LIMIT 9",
        "SELECT avg(load) OVER (ORDER BY time ROWS 3 PRECEDING) FROM load QUALIFY rank() OVER ()=1",
        "FROM load SELECT count(*) FILTER (WHERE load > 1) GROUP BY ALL",
        "FROM generate_series(TIMESTAMP '2026-01-01', now()::TIMESTAMP, INTERVAL 1 HOUR) s(h)",
        "SELECT list_transform([1, 2], lambda x: x + 1), {'a': 1}.a, load::DECIMAL(9, 2) FROM load",
        "PIVOT load ON note IN ('calm') USING avg(load)",
        "DESCRIBE load",
        "SUMMARIZE SELECT load FROM load",
        "VALUES (1, 'a')",
        "SELECT l.* EXCLUDE (note) FROM load l ASOF JOIN load r ON l.time >= r.time",
    ],
)
def test_what_analysts_write_passes(parser, sql):
    assert passed(parser, sql) <= {"load"}


def test_a_name_of_a_later_with_does_not_open_the_catalogue(parser):
    sql = "WITH a AS (SELECT * FROM sqlite_master), sqlite_master AS (SELECT 1) SELECT * FROM a"
    with pytest.raises(Refused):
        passed(parser, sql)


def test_a_with_name_is_unknown_outside_its_own_query(parser):
    inner = "SELECT * FROM (WITH secret AS (SELECT 1 AS x) SELECT x FROM secret) q"
    assert passed(parser, inner) == set()
    with pytest.raises(Refused) as refused:
        passed(parser, f"{inner}, secret")
    assert (refused.value.code, refused.value.params["name"]) == ("table", "secret")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT list_aggregate([1], 'getenv')",
        "SELECT list_aggregate([1], 'su' || 'm')",
        "SELECT main.getenv('HOME')",
        "SELECT 'x'.getenv()",
        "SELECT system.main.current_setting('threads')",
        "SELECT 1::my_type",
        "SELECT ?",
        "SELECT * FROM load AT (VERSION => 1)",
        "SELECT * FROM memory.main.load",
        "SELECT json_serialize_sql('SELECT 1')",
        "SELECT * FROM (SHOW TABLES)",
        "SELECT nextval('s')",
        "SELECT sleep_ms(100000)",
        "SELECT write_log('x')",
        "SELECT * FROM test_all_types()",
    ],
)
def test_side_doors_are_refused_too(parser, sql):
    with pytest.raises(Refused):
        passed(parser, sql)


def test_the_line_of_the_refused_part_is_named(parser):
    with pytest.raises(Refused) as refused:
        passed(parser, "-- a\nSELECT\n  'é'; -- b\n\nSELECT 2")
    assert refused.value.params["line"] == 5
    with pytest.raises(Refused) as refused:
        passed(parser, "\n\nSELECT 'é',\n  getenv('HOME')")
    assert refused.value.params["line"] == 4


@pytest.mark.parametrize("case", list(ESCAPES)[::25])
def test_an_escape_is_refused_over_the_api_and_the_next_query_is_fine(owner, owner_api, case):
    read_dataset(owner)
    answer = owner_api.post("/api/v1/datasets/query/", {"sql": ESCAPES[case]})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "sql"
    after = owner_api.post("/api/v1/datasets/query/", {"sql": "SELECT count(*) AS n FROM load"})
    assert after.json()["rows"] == [[240]]


@pytest.mark.slow
@pytest.mark.parametrize("disguise", DISGUISES)
def test_every_escape_is_refused_over_the_api_in_every_disguise(owner, owner_api, disguise):
    read_dataset(owner)
    for case, sql in ESCAPES.items():
        answer = owner_api.post("/api/v1/datasets/query/", {"sql": DISGUISES[disguise](sql)})
        assert answer.status_code == 422, case
        after = owner_api.post("/api/v1/datasets/query/", {"sql": "SELECT count(*) FROM load"})
        assert after.json()["rows"] == [[240]], case
