"""Lines, quotes and separators: cases 9–26, 33 and 65 of bad uploads."""

import time

import pytest

from datasets import frames
from datasets.models import Dataset
from datasets.problems import DatasetProblem
from datasets.sniffing.options import ReadingOptions
from tests.datasets.given import codes, read, read_kept, upload

HEAD = "day,name,n\n"
ROWS = "2026-01-01,a,1\n2026-01-02,b,2\n2026-01-03,c,3\n"


def column(version, name):
    return frames.read_frame(version, [name])[name].tolist()


@pytest.mark.parametrize(
    "text",
    [
        (HEAD + ROWS).replace("\n", "\r"),
        (HEAD + ROWS).replace("\n", "\r\n"),
        HEAD + ROWS.replace("\n", "\r\n", 1),
        (HEAD + ROWS).rstrip("\n"),
    ],
    ids=["returns only", "windows", "mixed", "no final line end"],
)
def test_every_kind_of_line_end_gives_the_exact_rows(owner, text):
    version = read(owner, text)
    assert version.row_count == 3
    assert column(version, "name") == ["a", "b", "c"]


def test_one_longer_row_is_refused_with_its_number(owner):
    with pytest.raises(DatasetProblem, match=r"row 3 has 4 cells but there are 3 columns"):
        read(owner, HEAD + "2026-01-01,a,1\n2026-01-02,b,2,9\n")


WITHOUT_LONG = ReadingOptions(leave_out_long_rows=True)


def long_rows(version):
    return next(one for one in version.profile["findings"] if one["code"] == "long_rows")


def test_longer_rows_are_left_out_when_asked_and_listed_by_number(owner):
    text = HEAD + "2026-01-01,a,1\n2026-01-02,b,2,9\n\n2026-01-03,c,3\n2026-01-04,d,4,,7\n"
    version = read(owner, text, options=WITHOUT_LONG)
    assert column(version, "name") == ["a", "c"]
    assert long_rows(version)["params"] == {"rows": [3, 6], "total": 2}


def test_the_rows_that_stay_keep_the_numbers_they_have_in_the_file(owner):
    days = [f"2026-01-{day:02d},a,{day}\n" for day in range(1, 21)]
    days[3] = "2026-01-04,a,4,extra\n"
    days[9] = "2026-01-10,a,x\n"
    version = read(owner, HEAD + "".join(days), options=WITHOUT_LONG)
    unread = next(one for one in version.profile["findings"] if one["code"] == "unreadable")
    assert unread["params"]["examples"] == [[11, "x"]]


def test_cells_of_rows_left_out_do_not_decide_what_a_column_is(owner):
    text = HEAD + ROWS + "".join(f"2026-01-04,a,b{n},{n}\n" for n in range(20))
    version = read(owner, text, options=WITHOUT_LONG)
    assert column(version, "n") == [1, 2, 3]
    assert long_rows(version)["count"] == 20


def test_many_longer_rows_are_counted_beyond_those_that_are_named(owner):
    text = HEAD + ROWS + "2026-01-04,a,1,2\n" * 1200
    version = read(owner, text, options=WITHOUT_LONG)
    assert len(long_rows(version)["params"]["rows"]) == 1000
    (found,) = [one for one in version.findings if one.code == "long_rows"]
    assert found.sentence.startswith("1,200 rows have more cells")
    assert found.sentence.endswith("23, 24 and 1,180 more.")


def test_a_row_that_cannot_be_read_behind_a_longer_one_leaves_their_number_open(owner):
    text = HEAD.encode() + b"2026-01-01,a,1,2\n2026-01-02,\xff\x00,2\n"
    with pytest.raises(DatasetProblem, match="NUL byte"):
        upload(owner, text)
    kept = upload(owner, HEAD + ROWS + "2026-01-04,a,1,2\n" + '2026-01-05,"a,1\n')
    with pytest.raises(DatasetProblem, match="row 5 has 4 cells"):
        read_kept(kept)
    assert "count" not in Dataset.objects.get(pk=kept.pk).metadata["error_at"]


def test_when_no_row_would_be_left_the_header_is_named(owner):
    text = HEAD + "2026-01-01,a,1,2\n2026-01-02,b,1,2,3\n"
    with pytest.raises(DatasetProblem, match="all 2 rows have more cells than the 3 columns"):
        read(owner, text, options=WITHOUT_LONG)


def test_every_row_longer_than_the_header_is_refused(owner):
    text = HEAD + ROWS.replace(",", ",x,", 1).replace("\n2026-01-0", "\n2026-01-0x,y", 2)
    text = HEAD + "".join(f"2026-01-0{day},a,{day},{day}\n" for day in range(1, 5))
    with pytest.raises(DatasetProblem, match="every row has 4 cells but the first line names 3"):
        upload(owner, text)


def test_separators_at_the_end_of_lines_hold_nothing_and_are_fine(owner):
    version = read(owner, HEAD + "2026-01-01,a,1,\n2026-01-02,b,2\n")
    assert column(version, "n") == [1, 2]


def test_short_rows_are_filled_and_counted(owner):
    version = read(owner, HEAD + "2026-01-01,a,1\n2026-01-02\n2026-01-03,c\n")
    assert column(version, "name") == ["a", None, "c"]
    short = [found for found in version.findings if found.code == "short_rows"]
    assert short[0].count == 2
    assert "row 3" in short[0].sentence


@pytest.mark.parametrize("rows", [5, 400_000], ids=["small", "large"])
def test_an_unclosed_quote_is_refused_with_the_row_it_opens_in(owner, rows):
    text = HEAD + '2026-01-01,a,1\n2026-01-02,"b,2\n' + "2026-01-03,c,3\n" * rows
    with pytest.raises(DatasetProblem, match="a quote opened in row 3"):
        read(owner, text)


def test_quotes_inside_bare_cells_and_quoted_line_ends_are_kept_exactly(owner):
    text = HEAD + '2026-01-01,5" pipe,1\n2026-01-02,"two\nlines",2\n2026-01-03,"say ""hi""",3\n'
    assert column(read(owner, text), "name") == ['5" pipe', "two\nlines", 'say "hi"']


def test_windows_line_ends_inside_quotes_are_kept_exactly(owner):
    text = HEAD + '2026-01-01,"two\r\nlines",1\n2026-01-02,b,2\n'
    assert column(read(owner, text), "name") == ["two\r\nlines", "b"]


def test_text_after_a_closing_quote_is_refused_with_its_row(owner):
    with pytest.raises(DatasetProblem, match="in row 2 a quoted cell goes on"):
        read(owner, HEAD + '2026-01-01,"a"b,1\n2026-01-02,c,2\n')


@pytest.mark.parametrize(
    ("text", "delimiter", "decimal"),
    [
        ("ds;y\n2026-01-01;1,5\n2026-01-02;2,25\n", ";", ","),
        ("ds\ty\n2026-01-01\t1.5\n2026-01-02\t2.25\n", "\t", "."),
        ("ds|y\n2026-01-01|1.5\n2026-01-02|2.25\n", "|", "."),
        ("ds;y;z\n01.01.2026;1,5;2,5\n02.01.2026;2,25;3,5\n", ";", ","),
    ],
)
def test_delimiter_and_decimal_mark_are_found(owner, text, delimiter, decimal):
    version = read(owner, text)
    reading = version.profile["reading"]
    assert (reading["delimiter"], reading["decimal"]) == (delimiter, decimal)
    assert column(version, "y") == [1.5, 2.25]
    assert version.time.name == "ds"


@pytest.mark.parametrize("text", ["", "   \n \n\t\n", HEAD, HEAD + "\n\n"])
def test_a_file_without_data_rows_is_refused(owner, text):
    with pytest.raises(DatasetProblem, match=r"table\.csv has no data rows"):
        upload(owner, text)
    assert not Dataset.objects.exists()


def test_one_row_is_a_dataset(owner):
    assert read(owner, HEAD + "2026-01-01,a,1\n").row_count == 1


def test_a_file_without_header_keeps_its_first_row(owner):
    version = read(owner, "2026-01-01,a,1\n2026-01-02,b,2\n")
    assert version.row_count == 2
    assert [column.name for column in version.columns.all()] == ["column 1", "column 2", "column 3"]
    assert "no_header" in codes(version)


def test_a_file_of_words_says_that_its_first_row_was_taken_as_names(owner):
    version = read(owner, "first,second\nalpha,beta\ngamma,delta\n")
    assert version.row_count == 2
    assert "header_assumed" in codes(version)


def test_a_person_decides_whether_the_first_row_is_data(owner):
    options = ReadingOptions(header=False)
    assert read(owner, "first,second\nalpha,beta\n", options=options).row_count == 2


def test_too_many_columns_are_refused_at_once(owner):
    text = ",".join(f"a{number}" for number in range(10_000)) + "\n" + "1," * 9_999 + "1\n"
    began = time.monotonic()
    with pytest.raises(DatasetProblem, match="10,000 columns; at most 2,000"):
        upload(owner, text)
    assert time.monotonic() - began < 2


def test_two_thousand_columns_are_read(owner):
    names = ",".join(f"a{number}" for number in range(1_999))
    rows = "".join(f"2026-01-0{day}" + f",{day}" * 1_999 + "\n" for day in range(1, 6))
    assert read(owner, f"day,{names}\n{rows}").columns.count() == 2_000


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PAR1" + b"\x15\x04" * 40 + b"PAR1", "a Parquet file"),
        (b"PK\x03\x04" + b"\0" * 30 + b"xl/workbook.xml", "an Excel workbook"),
        (b"PK\x03\x04" + b"\0" * 60, "a zip archive"),
        (b"<!DOCTYPE html><html><body>a,b</body></html>", "a web page"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "an image"),
        (bytes(range(256)) * 20, "a binary file"),
    ],
)
def test_the_content_decides_what_a_file_is(owner, content, kind):
    with pytest.raises(DatasetProblem, match=rf"sales\.csv is {kind}"):
        upload(owner, content, name="sales.csv")


def test_blank_lines_are_left_out_counted_and_do_not_shift_row_numbers(owner):
    version = read(owner, HEAD + "2026-01-01,a,1\n\n2026-01-02,b,x\n" + ROWS * 8)
    assert version.row_count == 26
    assert version.column("c3").stats["examples"] == [{"row": 4, "text": "x"}]
    assert "blank_lines" in codes(version)
