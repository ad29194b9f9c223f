"""Files of a dataset with a zone: no program can mistake their times."""

from datetime import datetime

import openpyxl
import pyarrow.parquet as pq
import pytest

from datasets import exporting
from datasets.exporting import wanted_format
from tests.datasets.given import read
from tests.datasets.zoned import zoned

pytestmark = pytest.mark.django_db


@pytest.fixture
def autumn(owner):
    """Six hours around the hour that comes twice in Berlin."""
    return zoned(owner, "Europe/Berlin", "2026-10-25 00:00", 6)


@pytest.fixture
def text(tmp_path):
    """What a version is as text in a format."""

    def written(version, key, **chosen):
        format = wanted_format(key)
        exporting.write(version, format, exporting.choose(format, chosen), tmp_path / "table")
        return (tmp_path / "table").read_text()

    return written


def test_csv_says_the_offset_of_every_time(autumn, text):
    lines = text(autumn, "csv").splitlines()
    assert lines[3:5] == ["2026-10-25 02:00:00+02:00,2", "2026-10-25 02:00:00+01:00,3"]


def test_json_says_the_offset_of_every_time(autumn, text):
    lines = text(autumn, "json", orient="lines").splitlines()
    assert '"2026-10-25T02:00:00+02:00"' in lines[2]
    assert '"2026-10-25T02:00:00+01:00"' in lines[3]


@pytest.mark.parametrize("key", ["csv", "json"])
def test_a_file_read_again_has_the_same_instants_whatever_the_reader_s_zone(
    key, autumn, owner, text
):
    owner.timezone = "Asia/Tokyo"
    owner.save()
    again = read(owner, text(autumn, key), name=f"table.{key}")
    assert again.profile["start"] == autumn.profile["start"] == "2026-10-24T22:00:00"
    assert again.profile["end"] == autumn.profile["end"]


def test_parquet_holds_instants_and_their_zone(autumn, tmp_path):
    target = tmp_path / "table.parquet"
    exporting.write(autumn, wanted_format("parquet"), {}, target)
    table = pq.read_table(target)
    assert str(table.schema.field("time").type) == "timestamp[us, tz=Europe/Berlin]"
    assert table.column("time")[2].as_py().isoformat() == "2026-10-25T02:00:00+02:00"


def test_a_sheet_has_utc_and_says_so(autumn, tmp_path):
    target = tmp_path / "table.xlsx"
    exporting.write(autumn, wanted_format("xlsx"), {}, target)
    cell = openpyxl.load_workbook(target).active["A4"]
    assert cell.value == datetime(2026, 10, 25)  # noqa: DTZ001
    assert "UTC" in cell.number_format


def test_times_of_no_known_zone_leave_as_they_were_written(owner, text):
    version = read(owner, "time,load\n2026-01-01 00:00,1\n2026-01-01 01:00,2\n")
    assert text(version, "csv").splitlines()[1] == "2026-01-01 00:00:00,1"
