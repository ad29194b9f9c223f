"""Upload cases 1 to 56 of delimited text and 69 to 72 of any file, each by its number.

Rule G holds for all of them: within five seconds a file is either read, or refused in a sentence
that names the file; nothing else happens, no temporary file stays, and whatever was changed is
among the findings. Cases 57 to 68 (JSON, Excel, Parquet, TFB) are in `tests/datasets/formats/`.
What a person is asked (26, 38, 44 to 53) is tested on the page in `pages/test_mapper.py`; the
details of most cases in `test_encodings`, `test_rows_of_files`, `test_headers`,
`test_numbers_of_files`, `test_times_of_files`, `test_life_of_a_dataset` and `test_resumable`.
"""

import time
from dataclasses import dataclass, field

import pytest

from accounts.problems import Problem
from datasets import frames, storage
from datasets.models import Dataset, Upload, Version
from datasets.receiving import resumable, uploads
from tests.datasets.given import codes, read

pytestmark = pytest.mark.django_db
SECONDS = 5.0


def days(cells, names="day,y", start=1):
    """A table with a day in front of each cell."""
    rows = [f"2026-01-{start + place:02d},{cell}" for place, cell in enumerate(cells)]
    return names + "\n" + "\n".join(rows) + "\n"


def many(rows, late=""):
    return "day,y\n" + "".join(f"2026-01-01,{place}\n" for place in range(rows)) + late


@dataclass(frozen=True)
class Case:
    """A file and what must come of it."""

    content: str | bytes
    rows: int = 0
    refused: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    values: tuple = ()
    options: dict = field(default_factory=dict)


LOAD = days(range(10, 38))
WORDS = days([1, 2, 3, 4, 5, 6])
CASES = {
    "1 UTF-8 with a byte order mark": Case(
        b"\xef\xbb\xbf" + LOAD.encode(), rows=28, names=("day", "y")
    ),
    "2 UTF-16 LE with a byte order mark": Case(LOAD.encode("utf-16"), rows=28),
    "2b UTF-16 BE with a byte order mark": Case(b"\xfe\xff" + LOAD.encode("utf-16-be"), rows=28),
    "3 UTF-16 without a byte order mark": Case(LOAD.encode("utf-16-le"), refused=("UTF-16",)),
    "4 Windows-1252 accents": Case(
        days(["café", "thé"] * 9).encode("cp1252"), rows=18, found=("encoding_guessed",)
    ),
    "5 Shift-JIS": Case(
        days(["売上高の合計", "東京の天気", "大阪の天気", "電力需要"] * 6).encode("shift_jis"),
        rows=24,
        found=("encoding_guessed",),
    ),
    "6 one bad byte at row 900,000": Case(
        many(899_998).encode() + b"2026-01-01,\xe9\n2026-01-01,5\n", refused=("row 900,000",)
    ),
    "7 NUL inside a field": Case(days(["1", "x\0y", "3"]), refused=("row 3", "NUL")),
    "8 a file of NULs": Case(b"\0" * 5000, refused=("zero bytes",)),
    "9 CR only": Case(LOAD.replace("\n", "\r"), rows=28),
    "10 mixed CRLF and LF": Case(LOAD.replace("\n", "\r\n", 9), rows=28),
    "11 no final newline": Case(LOAD.rstrip("\n"), rows=28),
    "12 one row longer": Case(days(["1", "2,surplus", "3"]), refused=("row 3", "3 cells")),
    "13 every row longer than the header": Case(
        days(["1,9", "2,9", "3,9"]), refused=("every row has 3 cells", "2 columns")
    ),
    "14 short rows": Case("a,b,c\n1,2,3\n4,5\n6\n", rows=3, found=("short_rows",)),
    "15 an unclosed quote": Case(days(["1", '"open', "3"]), refused=("row 3", "quote")),
    "16 a quote inside a cell": Case(
        days(['5" pipe', "6"], "day,text"), rows=2, values=('5" pipe', "6")
    ),
    "17 a newline in quotes": Case(
        days(['"two\nlines"', "one"], "day,text"), rows=2, values=("two\nlines", "one")
    ),
    "18 semicolons with decimal commas": Case(
        "day;y\n2026-01-01;1,5\n2026-01-02;2,25\n", rows=2, values=(1.5, 2.25)
    ),
    "19 tabs": Case(LOAD.replace(",", "\t"), rows=28, types=("datetime", "integer")),
    "20 pipes": Case(LOAD.replace(",", "|"), rows=28, types=("datetime", "integer")),
    "21 thousands marks": Case(days(['"1,234"', '"2,500"', '"3,001"']), values=(1234, 2500, 3001)),
    "22 zero bytes": Case("", refused=("no data rows",)),
    "23 whitespace only": Case(" \n\t\n  \n", refused=("no data rows",)),
    "24 a header only": Case("day,y\n", refused=("no data rows",)),
    "25 one row": Case("day,y\n2026-01-01,5\n", rows=1),
    "26 no header": Case("2026-01-01,5\n2026-01-02,6\n", rows=2, found=("no_header",)),
    "27 a name twice": Case("y,y\n1,2\n3,4\n", names=("y", "y (2)"), found=("renamed",)),
    "28 y, y, y.1": Case(
        "y,y,y.1\n1,2,3\n4,5,6\n", names=("y", "y (2)", "y.1"), found=("renamed",)
    ),
    "29 an empty name": Case("day,\n2026-01-01,5\n", found=("unnamed",), rows=1),
    "30 a name of 5,000 characters": Case(f"day,{'x' * 5000}\n2026-01-01,5\n", rows=1),
    "31 names that look like code": Case(
        'day,"a ""b""","{{7*7}}",__proto__,"drop table x;--","two\nlines"\n2026-01-01,1,2,3,4,5\n',
        names=("day", 'a "b"', "{{7*7}}", "__proto__", "drop table x;--", "two\nlines"),
    ),
    "32 names that differ in case only": Case("Y,y\n1,2\n3,4\n", names=("Y", "y")),
    "32b names that differ in Unicode form only": Case(
        "caf\u00e9,cafe\u0301\n1,2\n3,4\n", names=("café", "café (2)"), found=("renamed",)
    ),
    "33 10,000 columns": Case(
        ",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("1" * 10_000) + "\n",
        refused=("10,000 columns", "2,000"),
    ),
    "35 1e308": Case(days(["1e308", "-1e308", "5"]), values=(1e308, -1e308, 5.0)),
    "36 1e309": Case(days(["1e309", *"123456789"]), rows=10, found=("unreadable",)),
    "37 inf, -Infinity and NaN": Case(
        days(["inf", "-Infinity", "NaN", *"1234567890", *"1234567890", *"123"]),
        rows=26,
        found=("unreadable", "missing_words"),
    ),
    "38 NA among words stays a word": Case(
        days(["NA", "DE", "FR"], "day,land"), values=("NA", "DE", "FR")
    ),
    "38b NA among numbers is missing and said": Case(
        days([*"123456789", "NA"]), rows=10, found=("missing_words",)
    ),
    "39 integers of 21 digits": Case(
        days(["123456789012345678901", "123456789012345678902"]),
        values=("123456789012345678901", "123456789012345678902"),
    ),
    "40 ids beyond 2^53": Case(
        days(["9007199254740993", "9007199254740995"]),
        values=("9007199254740993", "9007199254740995"),
    ),
    "41 leading zeros": Case(days(["00123", "00456"]), values=("00123", "00456")),
    "42 one x after 300,000 numbers": Case(
        many(300_000, "2026-01-01,x\n"), rows=300_001, found=("unreadable",)
    ),
    "43 yes and no": Case(days(["yes", "no", "yes"]), types=("datetime", "boolean")),
    "43b True and False": Case(days(["True", "False", "True"]), types=("datetime", "boolean")),
    "43c 0 and 1 are numbers": Case(days(["0", "1", "1"]), types=("datetime", "integer")),
    "44 a later day above twelve decides the order": Case(
        "day,y\n01/02/2020,1\n02/02/2020,2\n13/02/2020,3\n", rows=3, types=("datetime", "integer")
    ),
    "44b nothing decides the order": Case(
        "day,y\n01/02/2020,1\n02/02/2020,2\n", rows=2, found=("day_order_ambiguous",)
    ),
    "45 Unix seconds": Case(
        "time,y\n1767225600,1\n1767229200,2\n", rows=2, found=("numbers_as_times",)
    ),
    "46 Excel serial days": Case("date,y\n45000,1\n45001,2\n", found=("numbers_as_times",)),
    "47 dates as 20240101": Case("date,y\n20240101,1\n20240102,2\n", found=("numbers_as_times",)),
    "48 a time the clock skips": Case(
        "time,y\n2026-03-29 01:30,1\n2026-03-29 02:30,2\n2026-03-29 03:30,3\n",
        rows=3,
        found=("zone_applied", "clock_skipped"),
        options={"zone": "Europe/Berlin"},
    ),
    "49 an hour that comes twice": Case(
        "time,y\n2026-10-25 01:30,1\n2026-10-25 02:30,2\n2026-10-25 02:30,3\n2026-10-25 03:30,4\n",
        rows=4,
        found=("zone_applied", "clock_changes"),
        options={"zone": "Europe/Berlin"},
    ),
    "50 mixed zones": Case(
        "time,y\n2026-01-01T00:00+01:00,1\n2026-01-01T02:00+02:00,2\n", rows=2, found=("zones",)
    ),
    "51 times with and without Z": Case(
        "time,y\n2026-01-01T00:00:00Z,1\n2026-01-01T01:00:00,2\n", rows=2, found=("zones",)
    ),
    "52 years 0001, 1677, 2262 and 9999": Case(
        "day,y\n0001-01-01,1\n1677-01-01,2\n2262-06-01,3\n9999-12-31,4\n", rows=4
    ),
    "52b the year 99999": Case(
        "day,y\n2026-01-01,1\n99999-01-01,2\n2026-01-03,3\n", refused=("row 3", "99999-01-01")
    ),
    "53 a time twice": Case(
        "day,y\n2026-01-01,1\n2026-01-01,3\n2026-01-02,5\n", rows=3, found=("repeated_times",)
    ),
    "53b a time twice, merged as asked": Case(
        "day,y\n2026-01-01,1\n2026-01-01,3\n2026-01-02,5\n",
        values=(2.0, 5.0),
        found=("merged",),
        options={"repeated": "mean"},
    ),
    "54 unsorted times": Case(
        "day,y\n2026-01-03,3\n2026-01-01,1\n2026-01-02,2\n", values=(1, 2, 3), found=("sorted",)
    ),
    "55 descending times": Case(
        "day,y\n2026-01-03,3\n2026-01-02,2\n2026-01-01,1\n", values=(1, 2, 3), found=("sorted",)
    ),
    "56 irregular gaps": Case(
        "day,y\n2026-01-01,1\n2026-01-02,2\n2026-01-03,3\n2026-01-04,4\n2026-01-09,5\n",
        found=("gaps",),
    ),
    "56b a constant series": Case(days([7, 7, 7]), found=("constant",)),
    "56c a column without any value": Case(days([",", ","], "day,y,z"), found=("empty_column",)),
    "56d 29 February": Case("day,y\n2024-02-28,1\n2024-02-29,2\n2024-03-01,3\n", rows=3),
    "56e ISO week 53": Case("week,y\n2020-W52,1\n2020-W53,2\n2021-W01,3\n", rows=3),
    "56f a leap second": Case(
        "time,y\n2016-12-31 23:59:58,1\n2016-12-31 23:59:59,2\n2016-12-31 23:59:60,3\n",
        refused=("row 4", "23:59:60"),
    ),
}


def judged(owner, own_files, content, options=None, name="table.csv"):
    """The version, or the sentence of the refusal; asserts rule G on the way."""
    # Of this process: other work on the machine does not count.
    began = time.process_time()
    more = {"options": uploads.ReadingOptions.from_dict(options)} if options else {}
    refused = None
    try:
        outcome = read(owner, content, name=name, **more)
    except Problem as problem:
        refused, outcome = problem, str(problem.message)
    if refused:
        assert name in outcome
        assert refused.status in {413, 422}
        assert not Version.objects.exists()
    assert time.process_time() - began < SECONDS
    assert list((own_files / "work").iterdir()) == []
    return outcome


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_case(owner, own_files, case):
    outcome = judged(owner, own_files, case.content, case.options)
    if case.refused:
        assert isinstance(outcome, str), "it was read"
        for words in case.refused:
            assert words in outcome
        return
    assert isinstance(outcome, Version), outcome
    columns = list(outcome.columns.all())
    assert case.rows in {0, outcome.row_count}
    assert case.types in {(), tuple(column.type for column in columns)}
    assert case.names in {(), tuple(column.name for column in columns)}
    assert set(case.found) <= codes(outcome)
    if case.values:
        assert tuple(frames.read_frame(outcome).iloc[:, 1].tolist()) == case.values


@pytest.mark.slow
def test_case_34_five_million_rows_are_read_within_the_memory_of_a_worker(owner, own_files):
    block = "".join(f"2026-01-01,{place},{place % 7}\n" for place in range(100_000))
    content = ("day,a,b\n" + block * 50).encode()
    version = read(owner, content)
    assert version.row_count == 5_000_000


def test_case_44_one_order_holds_for_the_whole_column(owner, own_files):
    version = judged(
        owner, own_files, CASES["44 a later day above twelve decides the order"].content
    )
    assert version.profile["start"] == "2020-02-01T00:00:00"
    assert version.profile["end"] == "2020-02-13T00:00:00"


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "x" * 300 + ".csv", "../../etc/passwd", "..\\x.csv", "%2e%2e/y.csv",
        "/abs/z.csv", "a\0b.csv", "a\nb.csv", "\u202efdp.csv", "📈.csv", "CON", "trailing.",
        "<img onerror=x>.csv",
    ],
)  # fmt: skip
def test_case_69_names_have_no_effect_on_paths(owner, own_files, name):
    dataset = read(owner, LOAD, name=name).dataset
    stored = [path for path in (own_files / "storage").rglob("*") if path.is_file()]
    assert dataset.file_path == f"datasets/{dataset.pk}/source"
    assert all(str(dataset.pk) in str(path) for path in stored)
    assert len(dataset.filename) <= 120
    assert not set(dataset.filename) & set("/\\\n\0\u202e")


def test_case_70_links_are_never_followed(owner, own_files, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("day,y\n2026-01-01,42\n")
    upload = resumable.begin(owner=owner, name="load.csv", size=secret.stat().st_size)
    part = resumable.part_of(upload.pk)
    part.unlink()
    part.symlink_to(secret)
    with pytest.raises((Problem, OSError)):
        resumable.append(upload, offset=0, blocks=[b"x" * upload.size])
    assert secret.read_text() == "day,y\n2026-01-01,42\n"


def test_case_71_an_aborted_upload_leaves_nothing(owner, own_files):
    def broken():
        yield LOAD.encode()[:100]
        raise ConnectionError("the other side went away")

    with pytest.raises(ConnectionError):
        uploads.receive(owner=owner, name="load.csv", content=broken())
    assert list((own_files / "work").iterdir()) == []
    assert not Dataset.objects.exists()


def test_case_72_the_same_file_twice_makes_two_datasets(owner, own_files):
    first, second = read(owner, LOAD), read(owner, LOAD)
    assert first.dataset_id != second.dataset_id
    assert first.content_hash == second.content_hash


def test_case_72_a_full_quota_is_exact_and_leaves_no_blob(owner, own_files, settings):
    settings.QUOTA_BYTES = len(LOAD)
    uploads.receive(owner=owner, name="a.csv", content=[LOAD.encode()])
    with pytest.raises(Problem, match="are full"):
        uploads.receive(owner=owner, name="b.csv", content=[LOAD.encode()])
    with pytest.raises(Problem, match="are full"):
        resumable.begin(owner=owner, name="b.csv", size=1)
    assert not Upload.objects.exists()
    assert storage.stored_folders() == [str(Dataset.objects.get().pk)]
