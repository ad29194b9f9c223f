"""The SQL page: run, look, save, find again, cancel."""

import json
import re
import threading
import time

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from datasets.models import Query
from datasets.query.kept import kept
from tests.datasets.made import make_dataset, read_dataset

RUN, EDITOR = "/data/sql/run/", "/data/sql/"
HTMX = {"HX-Request": "true"}


def run(client, sql, **more):
    return client.post(RUN, {"sql": sql, "run": "0123456789-run", **more}, headers=HTMX)


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def load(owner):
    return read_dataset(owner)


def test_a_statement_shows_its_rows_and_a_chart(load, owner, owner_client):
    answer = run(
        owner_client, "SELECT note, avg(load) AS mean FROM load GROUP BY note ORDER BY mean"
    )
    shown = text_of(answer)
    assert "2 rows from 240 read" in shown
    assert "version 1" in shown
    # Even hours run 100, 120 … 320 without a note, odd ones 110 … 330 are calm.
    assert re.search(r"missing 210 .*calm 220", shown)
    query = Query.objects.get(owner=owner)
    assert (query.rows, query.error, query.name) == (2, "", "")
    assert answer["HX-Push-Url"] == f"{EDITOR}?query={query.pk}"
    figure = owner_client.get(f"/data/sql/{query.pk}/figure/").json()
    assert (figure["data"][0]["type"], figure["data"][0]["y"]) == ("bar", [210.0, 220.0])
    assert figure["data"][0]["x"] == ["–", "calm"]


def test_the_page_opens_with_a_statement_about_the_dataset_one_comes_from(load, owner_client):
    page = owner_client.get(EDITOR, {"dataset": load.pk}).content.decode()
    assert "FROM load\nLIMIT 100" in page
    assert page.count("data-sql-insert") == 4


def test_the_data_page_opens_the_editor_with_its_table(load, owner, owner_client):
    read_dataset(owner, "day,price\n2026-01-01,1\n2026-01-02,2\n", name="newer")
    page = owner_client.get(f"/data/{load.pk}/rows/").content.decode()
    link = re.search(r'<a class="btn" href="([^"]+)">.*?Open in SQL</a>', page)
    assert "FROM load\nLIMIT 100" in owner_client.get(link.group(1)).content.decode()


def test_a_refused_line_is_marked_with_the_remedy_and_nothing_is_shown(load, owner_client):
    answer = run(owner_client, "SELECT 1,\n  getenv('HOME')")
    assert 'data-line="2"' in answer.content.decode()
    assert "The function getenv is not among those" in text_of(answer)
    assert "sql-result" not in answer.content.decode()


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("SELECT lod FROM load", "Did you mean load"),
        ("SELECT t.lod FROM load AS t", "Your tables and columns are listed at the left."),
    ],
)
def test_an_unknown_column_is_named_with_those_that_come_near(load, owner_client, sql, hint):
    shown = text_of(run(owner_client, sql))
    assert f"Line 1 was not run: There is no column lod. {hint}" in shown
    assert "!" not in shown


def test_a_single_row_is_read_and_not_drawn(load, owner, owner_client):
    answer = run(owner_client, "SELECT avg(load) AS mean FROM load").content.decode()
    assert "sql-chart" not in answer
    query = Query.objects.get(owner=owner)
    refused = owner_client.get(f"/data/sql/{query.pk}/figure/")
    assert "two rows" in refused.content.decode()


def test_of_two_statements_the_first_runs_and_the_second_is_named(load, owner_client):
    answer = run(owner_client, "-- hm\nSELECT count(*)\nFROM load;\n\nCOPY load TO\n 'load.csv';")
    shown = text_of(answer)
    assert "Line 5 was not run: COPY writes a file. SQL reads only here." in shown
    assert "Lines 2 to 3 ran." in shown
    assert "Remove lines 5 to 6" in shown
    assert "240" in shown


def test_a_result_has_pages_views_and_charts_without_being_asked_again(owner, owner_client):
    run(owner_client, "SELECT i, i * 2 AS twice FROM range(250) r(i)")
    query = Query.objects.get(owner=owner)
    address = reverse("datasets:sql_result", args=[query.pk])
    third = owner_client.get(address, {"page": 3, "view": "table"})
    assert "page 3 of 3" in text_of(third)
    assert re.search(r"249 498", text_of(third))
    assert "sql-chart" not in third.content.decode()
    figure = owner_client.get(
        reverse("datasets:sql_figure", args=[query.pk]), {"x": "twice", "y": "i", "form": "line"}
    ).json()["data"][0]
    assert (figure["mode"], figure["x"][-1], figure["y"][-1]) == ("lines", 498, 249)
    query.refresh_from_db()
    assert query.rows == 250


def test_a_result_that_is_gone_says_so(owner, owner_client):
    query = Query.objects.create(owner=owner, sql="SELECT 1")
    answer = owner_client.get(reverse("datasets:sql_result", args=[query.pk]), headers=HTMX)
    assert answer.status_code == 422
    assert "no longer kept" in text_of(answer)


def test_more_rows_than_shown_are_counted_and_said(owner, owner_client):
    shown = text_of(run(owner_client, "SELECT i FROM range(26293) r(i)"))
    assert "10,000 of 26,293 rows shown." in shown


def test_cells_are_escaped_and_long_ones_cut(owner, owner_client):
    answer = run(owner_client, "SELECT '<script>x</script>' AS \"<b>\", repeat('y', 500) AS long")
    page = answer.content.decode()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "&lt;b&gt;" in page
    assert "y" * 300 + "…" in page


def test_a_query_is_saved_changed_found_and_forgotten(load, owner, owner_client):
    run(owner_client, "SELECT count(*) FROM load")
    query = Query.objects.get(owner=owner)
    save = {"sql": query.sql, "query": query.pk, "name": "  Count   them "}
    answer = owner_client.post("/data/sql/save/", save, headers=HTMX)
    assert "Count them" in text_of(answer)
    assert Query.objects.get().name == "Count them"
    run(owner_client, "SELECT count(*) + 1 FROM load", query=query.pk)
    # The changed text is remembered beside the saved query, which stays as it was saved.
    assert Query.objects.filter(owner=owner).count() == 2
    assert Query.objects.get(name="Count them").sql == "SELECT count(*) FROM load"
    listed = text_of(owner_client.get("/data/sql/history/", {"q": "+ 1"}))
    assert "count(*) + 1" in listed
    assert "Count them" not in listed
    reopened = owner_client.get(EDITOR, {"query": query.pk}).content.decode()
    assert "SELECT count(*) FROM load" in reopened
    owner_client.post(f"/data/sql/{query.pk}/delete/", headers=HTMX)
    assert not Query.objects.filter(name="Count them").exists()


def test_a_query_needs_a_name_and_a_text(owner, owner_client):
    for said, words in (
        ({"sql": "SELECT 1", "name": " "}, "Give the query a name, such as"),
        ({"sql": " ", "name": "x"}, "There is no statement to save."),
    ):
        answer = owner_client.post("/data/sql/save/", said, headers=HTMX)
        assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert not Query.objects.exists()


def test_the_same_statement_twice_is_one_entry_of_the_history(owner, owner_client):
    for _ in range(2):
        run(owner_client, "SELECT 1")
    assert Query.objects.filter(owner=owner).count() == 1


def test_the_history_keeps_the_newest(owner, owner_client, monkeypatch):
    monkeypatch.setattr("datasets.query.asking.REMEMBERED", 2)
    Query.objects.create(owner=owner, sql="SELECT 0", name="kept")
    for number in range(4):
        run(owner_client, f"SELECT {number}")
    texts = set(Query.objects.filter(owner=owner).values_list("sql", flat=True))
    assert texts == {"SELECT 0", "SELECT 2", "SELECT 3"}


def test_a_strangers_query_looks_like_none(owner, owner_client, stranger_client):
    run(owner_client, "SELECT 1")
    query = Query.objects.get(owner=owner)
    assert stranger_client.get(EDITOR, {"query": query.pk}).status_code == 404
    assert run(stranger_client, "SELECT 2", query=query.pk).status_code == 404
    assert stranger_client.post(f"/data/sql/{query.pk}/delete/").status_code == 404
    assert stranger_client.get(f"/data/sql/{query.pk}/result/").status_code == 404


def test_a_viewer_may_ask_but_not_save(viewer, viewer_client):
    assert "1 row" in text_of(run(viewer_client, "SELECT 1"))
    saved = viewer_client.post("/data/sql/save/", {"sql": "SELECT 1", "name": "x"}, headers=HTMX)
    assert saved.status_code == 403
    assert "Save as dataset" not in viewer_client.get(EDITOR).content.decode()


def test_a_statement_is_set_out_for_reading(owner_client):
    answer = owner_client.post("/data/sql/format/", {"sql": "select a,b from t where a>1 -- hm"})
    assert answer.json()["sql"].startswith("SELECT a,\n       b\nFROM t")
    assert answer.json()["sql"].rstrip().endswith("-- hm")


def test_the_tree_is_searched_by_table_and_column(owner, owner_client):
    make_dataset(owner, name="Wind")
    read_dataset(owner, "time,price\n2026-01-01 00:00,5\n", "market.csv")
    found = text_of(owner_client.get("/data/sql/tables/", {"q": "pric"}))
    assert "market" in found
    assert "wind" not in found
    assert "No table or column matches" in text_of(
        owner_client.get("/data/sql/tables/", {"q": "nothing like it"})
    )


def test_cancel_ends_a_statement_while_it_runs(owner, owner_client):
    key = f"sql-cancel:{owner.pk}:0123456789-run"
    pressed = threading.Timer(0.7, lambda: cache.set(key, 1, 60))
    began = time.monotonic()
    pressed.start()
    answer = run(owner_client, "SELECT count(*) FROM range(1000000) a, range(1000000) b")
    cache.delete(key)
    assert "The statement was cancelled." in text_of(answer)
    assert 0.5 < time.monotonic() - began < 5


def test_the_cancel_button_reaches_the_run_of_this_person_only(owner, owner_client, stranger):
    owner_client.post("/data/sql/cancel/", {"run": "0123456789-run"})
    assert cache.get(f"sql-cancel:{owner.pk}:0123456789-run") == 1
    assert cache.get(f"sql-cancel:{stranger.pk}:0123456789-run") is None
    slow = "SELECT count(*) FROM range(1000000) a, range(1000000) b"
    assert "The statement was cancelled." in text_of(run(owner_client, slow))


def test_beyond_sixty_a_minute_one_is_told_when_to_return(owner_client, settings, monkeypatch):
    from accounts.throttling import ScopeThrottle  # noqa: PLC0415

    cache.clear()
    monkeypatch.setattr(ScopeThrottle, "THROTTLE_RATES", {"sql": "2/min"})
    assert [run(owner_client, "SELECT 1").status_code for _ in range(3)] == [200, 200, 429]
    last = run(owner_client, "SELECT 1")
    assert 0 < int(last["Retry-After"]) <= 60


def test_the_page_works_without_scripts(load, owner_client):
    page = owner_client.post(RUN, {"sql": "SELECT count(*) AS n FROM load"})
    assert page.status_code == 200
    assert "<!doctype html>" in page.content.decode()
    assert "240" in text_of(page)


def test_a_kept_result_is_only_the_last_one(owner, owner_client, own_files):
    run(owner_client, "SELECT random()")
    first = kept(Query.objects.get(owner=owner))
    run(owner_client, "SELECT random()")
    second = kept(Query.objects.get(owner=owner))
    assert first.rows != second.rows
    assert len(list((own_files / "storage" / "queries").rglob("*.json.gz"))) == 1
    assert json.dumps(second.columns)


def test_people_who_are_deactivated_cannot_ask(owner, owner_client):
    User.objects.filter(pk=owner.pk).update(is_active=False)
    run(owner_client, "SELECT 1")
    assert not Query.objects.exists()
