"""What programs read of a dataset: preview, rows, columns, profile, points, files."""

import io
import json

import pandas as pd
import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from datasets.serializers import plain
from tests.datasets.made import read_dataset


def address(dataset, action):
    return f"/api/v1/datasets/{dataset.pk}/{action}/"


def test_preview_shows_the_first_rows_or_the_last(hourly, owner_api):
    first = owner_api.get(address(hourly, "preview"), {"rows": 2}).json()
    last = owner_api.get(address(hourly, "preview"), {"rows": 1, "last": 1}).json()
    assert first["rows"] == [
        ["2026-01-01T00:00:00", 100, None],
        ["2026-01-01T01:00:00", 110, "calm"],
    ]
    assert last["rows"] == [["2026-01-10T23:00:00", 330, "calm"]]


def test_rows_are_paged_sorted_and_filtered(hourly, owner_api):
    asked = {"sort": "-c1", "f": ["c2:ge:320", "c3:present:"], "page_size": 4, "page": 2}
    content = owner_api.get(address(hourly, "rows"), asked).json()
    assert (content["total"], content["of"], content["pages"]) == (10, 240, 3)
    assert [row[0] for row in content["rows"]] == [
        f"2026-01-{day:02d}T23:00:00" for day in (6, 5, 4, 3)
    ]


def test_columns_have_keys_roles_types_and_numbers(hourly, owner_api):
    columns = owner_api.get(address(hourly, "columns")).json()
    assert [(c["key"], c["name"], c["role"]) for c in columns][:2] == [
        ("c1", "time", "time"),
        ("c2", "load", "target"),
    ]
    assert columns[1]["stats"]["mean"] == pytest.approx(215)
    assert columns[2]["missing"] == 120


def test_the_profile_says_facts_findings_and_how_the_file_was_read(hourly, owner_api):
    profile = owner_api.get(address(hourly, "profile")).json()
    assert profile["facts"]["rows"] == 240
    assert profile["facts"]["frequency"] == "h"
    assert profile["reading"]["delimiter"] == ","


def test_versions_name_their_content(hourly, owner_api):
    versions = owner_api.get(address(hourly, "versions")).json()
    assert [version["number"] for version in versions] == [1]
    assert len(versions[0]["content_hash"]) == 64


def test_points_of_a_range(hourly, owner_api):
    asked = {"column": "load", "start": "2026-01-02", "end": "2026-01-02T03:00:00"}
    points = owner_api.get(address(hourly, "chart"), asked).json()
    assert (points["column"], points["series"], points["exact"]) == ("load", None, True)
    assert points["y"][:4] == [100, 110, 120, 130]


def test_a_long_series_keeps_its_extremes_in_few_points(owner, owner_api):
    times = pd.date_range("2026-01-01", periods=20_000, freq="min")
    lines = [f"{time:%Y-%m-%d %H:%M},{index % 100}" for index, time in enumerate(times)]
    lines[12_345] = f"{times[12_345]:%Y-%m-%d %H:%M},9999"
    dataset = read_dataset(owner, "time,load\n" + "\n".join(lines) + "\n")
    points = owner_api.get(address(dataset, "chart"), {"width": 200}).json()
    assert points["total"] == 20_000
    assert len(points["x"]) <= 2 * 200 + 2
    assert max(y for y in points["y"] if y is not None) == 9999


@pytest.mark.parametrize(
    ("action", "asked", "field"),
    [
        ("rows", {"page": "0"}, "page"),
        ("rows", {"page_size": "-1"}, "page_size"),
        ("rows", {"f": "c2:like:1"}, ""),
        ("rows", {"sort": "c77"}, ""),
        ("preview", {"rows": "many"}, "rows"),
        ("chart", {"column": "c77"}, "column"),
        ("chart", {"start": "soon"}, "start"),
        ("chart", {"width": "wide"}, "width"),
        ("download", {"as": "docx"}, "format"),
    ],
)
def test_bad_questions_are_answered_in_the_one_error_shape(hourly, owner_api, action, asked, field):
    response = owner_api.get(address(hourly, action), asked)
    error = response.json()["error"]
    assert response.status_code in {400, 422}
    assert error["message"].endswith(".")
    assert not field or error["field"] == field


def test_no_answer_holds_a_bare_nan(owner, owner_api):
    rows = "".join(f"2026-01-{day:02d},{'' if day % 3 else day}\n" for day in range(1, 29))
    dataset = read_dataset(owner, "day,load\n" + rows)
    for action in ("preview", "rows", "columns", "profile", "chart"):
        content = owner_api.get(address(dataset, action)).content
        json.loads(content, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), None),
        (float("inf"), "Infinity"),
        (2**53, 2**53),
        (2**53 + 1, "9007199254740993"),
        (True, True),
        ({"a": [float("nan"), 1.5]}, {"a": [None, 1.5]}),
        ("NaN", "NaN"),
    ],
)
def test_values_travel_exactly_or_as_text(value, expected):
    assert plain(value) == expected


@pytest.mark.django_db(transaction=True)
async def test_the_table_is_downloaded_in_chunks(hourly, owner):
    client = AsyncClient()
    await sync_to_async(client.force_login)(owner)
    response = await client.get(address(hourly, "download"), {"as": "parquet"})
    content = b"".join([chunk async for chunk in response.streaming_content])
    await sync_to_async(connections.close_all)()
    assert len(pd.read_parquet(io.BytesIO(content))) == 240
