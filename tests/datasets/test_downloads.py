"""Data on its way out."""

import csv
import io

import pyarrow.parquet
import pytest
from asgiref.sync import async_to_sync

from accounts.problems import Problem
from datasets import downloads, exporting, frames
from datasets.formats.registry import FORMATS
from tests.datasets.given import read

CSV, PARQUET = FORMATS["csv"], FORMATS["parquet"]
TEXT = (
    'day,n,word,note\n2026-01-01,-5,=SUM(A1),"a,b"\n2026-01-02,2.5,+1-1,"say ""hi"""\n'
    "2026-01-03,,-12.5,@me\n2026-01-04,7,-x,plain\n"
)


def collected(blocks):
    async def run():
        return b"".join([block async for block in blocks])

    return async_to_sync(run)()


@pytest.fixture
def version(owner):
    return read(owner, TEXT)


def test_csv_makes_formulas_harmless_and_leaves_numbers_alone(version):
    table = list(csv.reader(io.StringIO(collected(downloads.chunks(version, CSV)).decode())))
    assert table[0] == ["day", "n", "word", "note"]
    assert [row[1] for row in table[1:]] == ["-5.0", "2.5", "", "7.0"]
    assert [row[2] for row in table[1:]] == ["'=SUM(A1)", "'+1-1", "-12.5", "'-x"]
    assert [row[3] for row in table[1:]] == ["a,b", 'say "hi"', "'@me", "plain"]


def test_names_of_columns_are_made_harmless_too(owner):
    version = read(owner, "day,=cmd()\n2026-01-01,1\n2026-01-02,2\n")
    assert collected(downloads.chunks(version, CSV)).startswith(b"day,'=cmd()\n")


def test_parquet_has_the_names_people_see_and_nothing_of_ours(version, tmp_path):
    path = tmp_path / "out.parquet"
    path.write_bytes(collected(downloads.chunks(version, PARQUET)))
    frame = pyarrow.parquet.read_table(path).to_pandas()
    assert list(frame) == ["day", "n", "word", "note"]
    assert frame["n"].tolist()[:2] == [-5, 2.5]


def test_names_that_differ_in_case_survive_parquet(owner, tmp_path):
    version = read(owner, "day,y,Y\n2026-01-01,1,2\n2026-01-02,3,4\n")
    path = tmp_path / "out.parquet"
    path.write_bytes(collected(downloads.chunks(version, PARQUET)))
    assert pyarrow.parquet.read_schema(path).names == ["day", "y", "Y"]


def test_the_original_is_the_original(version):
    assert collected(downloads.original(version.dataset)) == TEXT.encode()


def test_a_download_of_what_was_downloaded_reads_equal(owner, version):
    again = read(owner, collected(downloads.chunks(version, CSV)))
    assert frames.read_frame(again)["n"].equals(frames.read_frame(version)["n"])


def test_blocks_are_small_however_large_the_file(owner):
    version = read(owner, "n,v\n" + "".join(f"{n},{n / 7}\n" for n in range(120_000)))
    sizes, blocks = [], downloads.chunks(version, CSV)

    async def run():
        async for block in blocks:
            sizes.append(len(block))

    async_to_sync(run)()
    assert len(sizes) > 4
    assert max(sizes) < 1_000_000


def test_other_formats_do_not_exist():
    with pytest.raises(Problem, match="exe is not a format we write"):
        exporting.wanted_format("exe")
