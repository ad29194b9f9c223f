"""Which tables a person has, what they are called, and what comes out of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Share
from datasets.models import Column
from datasets.query.naming import column_names, quoted, table_name
from datasets.query.tables import Tables
from tests.datasets.made import make_dataset, read_dataset
from tests.factories import make_share

QUERY = "/api/v1/datasets/query/"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("Electricity load (2026)", "electricity_load_2026"),
        ("  Wind -- output ", "wind_output"),
        ("2026 sales", "t_2026_sales"),
        ("order", "order_data"),
        ("duckdb_settings", "t_duckdb_settings"),
        ("电力负荷", "电力负荷"),
        ("Ａ１", "a1"),
        ("!!!", "table_1"),
    ],
)
def test_a_table_is_named_after_its_dataset(name, table):
    assert table_name(name) == table


def test_columns_that_the_database_cannot_tell_apart_get_numbers_that_are_seen():
    names = ["Load", "load", "LOAD", "load_2", "Ä", "A\u0308", "", "a b"]
    assert column_names(names) == [
        "Load", "load_2", "LOAD_3", "load_2_2", "Ä", "A\u0308_2", "column_7", "a b",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=12), max_size=30))
def test_any_names_become_as_many_different_ones(names):
    shown = column_names(names)
    assert len(shown) == len(names)
    assert len({name.casefold() for name in shown}) == len(names)


@pytest.mark.parametrize(
    ("name", "written"),
    [("load_mw", "load_mw"), ("Temp C", '"Temp C"'), ('a"b', '"a""b"'), ("order", '"order"')],
)
def test_a_name_is_quoted_only_when_it_must_be(name, written):
    assert quoted(name) == written


def test_of_two_datasets_with_one_name_the_older_keeps_it(owner):
    old, new = make_dataset(owner, name="Load"), make_dataset(owner, name="load")
    tables = Tables(owner)
    assert tables.name_of(old.pk) == "load"
    assert tables.name_of(new.pk) == f"load_{new.pk.hex[:6]}"
    assert tables.named(f"LOAD_{old.pk.hex[:6]}").dataset == old.pk


def test_what_others_share_never_takes_the_name_of_an_own_table(owner, stranger):
    foreign = make_dataset(stranger, name="Load")
    mine = make_dataset(owner, name="Load")
    make_share(foreign, owner)
    assert Tables(owner).name_of(mine.pk) == "load"
    assert Tables(owner).name_of(foreign.pk).startswith("load_")


def test_a_stranger_cannot_even_tell_that_a_table_exists(owner, stranger_api):
    read_dataset(owner)
    known = stranger_api.post(QUERY, {"sql": "SELECT * FROM load"})
    unknown = stranger_api.post(QUERY, {"sql": "SELECT * FROM lorx"})
    assert known.status_code == unknown.status_code == 422
    assert known.json()["error"] == {
        **unknown.json()["error"],
        "message": unknown.json()["error"]["message"].replace("lorx", "load"),
    }


def test_a_person_may_ask_what_is_shared_until_it_is_not(owner, collaborator, collaborator_api):
    dataset = read_dataset(owner)
    share = make_share(dataset, collaborator, Share.Level.VIEWER)
    count = {"sql": "SELECT count(*) FROM load"}
    assert collaborator_api.post(QUERY, count).json()["rows"] == [[240]]
    share.delete()
    assert collaborator_api.post(QUERY, count).status_code == 422


def test_several_datasets_are_joined(owner, owner_api):
    read_dataset(owner)
    read_dataset(owner, "time,price\n2026-01-01 00:00,5\n2026-01-01 01:00,7\n", "price.csv")
    answer = owner_api.post(
        QUERY,
        {"sql": "SELECT sum(load * price) AS cost FROM load JOIN price USING (time)"},
    ).json()
    # 100 × 5 + 110 × 7
    assert answer["rows"] == [[1270.0]]
    assert [(table["name"], table["version"]) for table in answer["tables"]] == [
        ("load", 1),
        ("price", 1),
    ]
    assert answer["rows_read"] == 242


def test_one_dataset_is_asked_under_the_name_data_and_knows_no_other(owner, owner_api):
    dataset = read_dataset(owner)
    read_dataset(owner, "time,price\n2026-01-01 00:00,5\n", "price.csv")
    one = f"/api/v1/datasets/{dataset.pk}/query/"
    assert owner_api.post(one, {"sql": "SELECT max(load) FROM data"}).json()["rows"] == [[330]]
    assert owner_api.post(one, {"sql": "SELECT * FROM price"}).status_code == 422


def test_personal_data_come_out_masked_however_they_are_asked_for(owner, owner_api):
    dataset = read_dataset(
        owner,
        "time,load,mail\n2026-01-01 00:00,5,anna@netz.de\n2026-01-01 01:00,7,anna@netz.de\n",
    )
    Column.objects.filter(version__dataset=dataset, name="mail").update(role=Column.Role.PERSONAL)
    for sql in (
        "SELECT mail FROM load",
        "SELECT upper(mail) FROM load",
        "SELECT * EXCLUDE (time, load) FROM load",
        "SELECT string_agg(mail, '') FROM load",
        "SELECT to_json(l) FROM load l",
        "SELECT mail[2:4] FROM load",
        "SUMMARIZE SELECT mail FROM load",
    ):
        answer = owner_api.post(QUERY, {"sql": sql})
        assert answer.status_code == 200
        assert "nna" not in answer.content.decode().lower(), sql
    hidden = owner_api.post(QUERY, {"sql": "SELECT count(*) FROM load WHERE mail LIKE '%anna%'"})
    assert hidden.json()["rows"] == [[0]]
    wrong = owner_api.post(QUERY, {"sql": "SELECT CAST(mail AS INTEGER) FROM load"})
    assert "anna" not in wrong.content.decode()


def test_the_tables_are_listed_with_their_columns(owner, owner_api):
    read_dataset(owner, "time,Load,load\n2026-01-01 00:00,5,6\n")
    (table,) = owner_api.get("/api/v1/datasets/tables/").json()
    assert (table["name"], table["rows"]) == ("load", 1)
    assert [column["name"] for column in table["columns"]] == ["time", "Load", "load_2"]


def test_a_result_has_types_and_plain_values(owner, owner_api):
    answer = owner_api.post(
        QUERY,
        {
            "sql": "SELECT 1 AS whole, 1.5::DECIMAL(4, 2) AS exact, 'NaN'::DOUBLE AS nothing, "
            "9007199254740993 AS big, DATE '2026-01-01' AS day, INTERVAL 25 HOUR AS span, "
            "[1, NULL] AS list, {'a': 'x'} AS parts, true AS yes, 'é' AS text, NULL AS none"
        },
    ).json()
    assert answer["rows"] == [
        [1, 1.5, None, "9007199254740993", "2026-01-01", "1 day 01:00:00", "[1, null]",
         '{"a": "x"}', True, "é", None]
    ]  # fmt: skip
    assert [column["kind"] for column in answer["columns"]][:5] == [
        "number", "number", "number", "number", "time",
    ]  # fmt: skip


def test_ten_thousand_rows_are_shown_and_all_are_counted(owner, owner_api):
    answer = owner_api.post(QUERY, {"sql": "SELECT i FROM range(26293) r(i) ORDER BY i DESC"})
    assert (answer.json()["shown"], answer.json()["total"]) == (10_000, 26_293)
    assert answer.json()["rows"][0] == [26292]
    few = owner_api.post(QUERY, {"sql": "SELECT i FROM range(26293) r(i)", "limit": 3}).json()
    assert (few["rows"], few["total"]) == ([[0], [1], [2]], 26_293)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("", "sql"),
        ("-- nothing", "There is no statement"),
        ("SELEC 1", "Line 1 was not run: This is not SQL"),
        ("\nSELECT lod FROM load", "Line 2 was not run: There is no column lod. Did you mean load"),
        ("SELECT * FROM lod", "Did you mean load?"),
        ("SELECT 1 / 'x'", "Could not convert"),
        ("DELETE FROM load", "DELETE changes data. SQL reads only here."),
    ],
)
def test_a_refusal_says_what_where_and_what_to_do(owner, owner_api, sql, words):
    read_dataset(owner)
    answer = owner_api.post(QUERY, {"sql": sql})
    error = answer.json()["error"]
    assert answer.status_code in {400, 422}
    assert words in f"{error['message']} {error['hint']} {error['field']}"


def test_a_query_is_audited_without_its_text_or_values(owner, owner_api):
    from accounts.models import AuditEvent  # noqa: PLC0415

    dataset = read_dataset(owner)
    owner_api.post(QUERY, {"sql": "SELECT 'secret value' FROM load"})
    event = AuditEvent.objects.get(action="sql.run")
    assert event.details["datasets"] == [f"{dataset.pk} v1"]
    assert event.details["rows"] == 240
    assert "secret" not in str(event.details) + event.target_name
