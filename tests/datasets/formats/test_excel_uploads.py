"""Upload cases 60 to 65 and 70: workbooks with traps, bombs, locks, links and wrong names."""

import io
import stat
import struct
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from datasets import tasks
from datasets.formats.excel.package import MOST_CELLS
from tests.datasets import given
from tests.datasets.formats.books import ROWS, book, lying, moments, with_parts
from tests.datasets.formats.reading import read, refused

SHEET = "xl/worksheets/sheet1.xml"
DAYS = [datetime(2026, 1, 1), datetime(2026, 1, 2)]  # noqa: DTZ001


def test_a_plain_workbook_is_a_dataset(rule_g):
    version = rule_g(book(), "load.xlsx")
    assert version.dataset.format == "xlsx"
    assert [column.name for column in version.columns.all()] == ["day", "load"]
    assert version.time_column == "c1"


def test_case_60_formulas_never_computed_are_missing_and_named():
    rows = [["day", "load"], [date(2026, 1, 1), "=1+1"], [date(2026, 1, 2), 5]]
    back = read(book(("Data", rows)))
    assert back.column("load") == [None, 5.0]
    assert back.notes["uncomputed"]["count"] == 1
    assert back.notes["uncomputed"]["params"]["cell"] == "B2"


def test_case_60_computed_formulas_give_their_value():
    cell = b'<c r="B2"><f>1+1</f><v>2</v></c>'
    content = with_parts(book(), {SHEET: lambda xml: xml.replace(_cell(xml, b"B2"), cell)})
    back = read(content)
    assert back.column("load") == [2.0, 7.0]
    assert "uncomputed" not in back.notes


def _cell(xml, place):
    start = xml.index(b'<c r="' + place)
    return xml[start : xml.index(b"</c>", start) + 4]


def test_case_60_error_cells_are_missing_and_counted():
    def break_it(made):
        made["Data"]["B2"].value, made["Data"]["B2"].data_type = "#DIV/0!", "e"

    back = read(book(change=break_it))
    assert back.column("load") == [None, 7.0]
    assert back.notes["error_cells"] == {
        "code": "error_cells", "column": "", "count": 1, "params": {"cell": "B2"},
    }  # fmt: skip


def test_case_60_merged_cells_count_for_every_row_they_span():
    def merge(made):
        made["Data"].merge_cells("A2:A3")

    rows = [["area", "load"], ["north", 1], [None, 2], ["south", 3]]
    back = read(book(("Data", rows), change=merge))
    assert back.column("area") == ["north", "north", "south"]
    assert back.notes["merged_cells"]["count"] == 1


def test_case_60_a_title_above_the_table_is_left_out_and_rows_keep_their_numbers():
    rows = [
        ["Load of the north"],
        [],
        ["day", "load"],
        [date(2026, 1, 1), 1],
        [],
        [date(2026, 1, 2), "x"],
    ]
    rows += [[day, 3] for day in moments(20)[2:]]
    back = read(book(("Data", rows)))
    assert back.names == ["day", "load"]
    assert back.notes["rows_above"]["count"] == 1
    assert back.notes["blank_lines"]["count"] == 1
    assert back.found["misfits"]["c2"]["examples"] == ((6, "x"),)


def test_case_60_of_many_sheets_the_first_visible_with_rows_is_read_and_all_are_named():
    content = book(
        ("secret", ROWS), ("blank", []), ("seen", [["n"], [1], [2]]), ("deep", ROWS),
        states=("hidden", "visible", "visible", "veryHidden"),
    )  # fmt: skip
    back = read(content)
    assert back.names == ["n"]
    sheets = back.found["facts"]["sheets"]
    assert [(s["name"], s["shown"]) for s in sheets] == [
        ("secret", "hidden"), ("blank", "visible"), ("seen", "visible"), ("deep", "very hidden"),
    ]  # fmt: skip
    assert back.notes["sheet"]["params"]["sheet"] == "seen"


def test_case_60_a_hidden_sheet_is_read_only_when_a_person_chooses_it(rule_g):
    content = book(("only", ROWS), ("front", []), states=("hidden",))
    assert "hidden sheets only: only" in rule_g(content, "x.xlsx")
    assert read(content, sheet="only").names == ["day", "load"]


def test_case_60_a_sheet_that_is_not_there_is_refused_with_those_that_are():
    refusal = refused(book(), sheet="Other")
    assert (refusal.code, refusal.params["sheets"]) == ("no_such_sheet", "Data")


@pytest.mark.parametrize("epoch", [1900, 1904])
def test_case_60_dates_count_from_1900_or_1904(epoch):
    back = read(book(epoch=epoch))
    assert back.column("day") == DAYS


def test_case_60_a_cell_far_out_is_refused_before_the_sheet_is_held():
    def far(made):
        made["Data"]["XFD1048576"] = 1

    refusal = refused(book(change=far))
    assert refusal.code == "sheet_too_large"
    assert refusal.params["rows"] * refusal.params["columns"] > MOST_CELLS


def test_case_61_a_ratio_above_100_is_refused_from_the_directory(rule_g):
    content = with_parts(book(), {"xl/media/a.xml": b"0" * 20_000_000})
    assert "100 times its size" in rule_g(content, "x.xlsx")


def test_case_61_more_than_512_mib_is_refused_from_the_directory(rule_g):
    content = lying(book(), SHEET, 600 * 2**20)
    assert "600 MB" in rule_g(content, "x.xlsx")


def test_case_61_more_than_10_000_entries_are_refused(rule_g):
    parts = {f"xl/media/{n}.xml": b"" for n in range(10_001)}
    assert "10,000 parts" in rule_g(with_parts(book(), parts), "x.xlsx")


def test_case_61_a_size_that_lies_is_caught_while_unpacking(rule_g):
    sentence = rule_g(lying(book(), SHEET, 100), "x.xlsx")
    assert "damaged" in sentence


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "docProps/app.xml"])
def test_case_62_xml_entities_are_refused_and_no_file_is_read(rule_g, part):
    attack = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

    def inject(xml):
        return xml.replace(b"?>", b"?>" + attack, 1) if b"?>" in xml else attack + xml

    assert "XML entities" in rule_g(with_parts(book(), {part: inject}), "x.xlsx")


def test_case_63_macros_and_links_are_never_followed_and_that_is_said():
    content = with_parts(
        book(),
        {
            "xl/vbaProject.bin": b"\0" * 10,
            "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
            "xl/connections.xml": b"<connections/>",
        },
    )
    back = read(content, "x.xlsm")
    assert back.column("load") == [5.5, 7.0]
    assert back.notes["not_followed"]["params"]["kinds"] == ["macros", "links", "connections"]


def test_case_63_a_dde_formula_is_a_missing_cell_and_nothing_runs():
    rows = [["day", "load"], [date(2026, 1, 1), "=cmd|'/C calc'!A0"], [date(2026, 1, 2), 1]]
    assert read(book(("Data", rows))).column("load") == [None, 1.0]


def test_case_64_a_locked_workbook_asks_for_one_without_a_password(rule_g):
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
    locked = head + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512
    assert "protected by a password" in rule_g(locked, "x.xlsx")


def test_case_64_an_old_workbook_is_named_with_the_remedy(rule_g):
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
    assert "Save it as .xlsx" in rule_g(old, "x.xls")


def test_case_64_an_encrypted_entry_is_a_password(rule_g):
    content = bytearray(book())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        (flags,) = struct.unpack_from("<H", content, place + offset)
        struct.pack_into("<H", content, place + offset, flags | 1)
    assert "protected by a password" in rule_g(bytes(content), "x.xlsx")


def test_case_65_a_csv_called_xlsx_is_read_as_what_it_is(rule_g):
    version = rule_g("day,load\n2026-01-01,1\n2026-01-02,2\n", "load.xlsx")
    assert version.dataset.format == "csv"
    sentences = [str(finding.sentence) for finding in version.findings]
    assert any(".xlsx" in sentence and "CSV" in sentence for sentence in sentences)


def test_case_65_a_workbook_called_csv_is_read_as_what_it_is(rule_g):
    version = rule_g(book(), "load.csv")
    assert version.dataset.format == "xlsx"


def test_case_65_a_web_page_called_csv_is_refused_with_both_names(rule_g):
    sentence = rule_g("<!doctype html><table><tr><td>1", "load.csv")
    assert "load.csv is a web page (HTML)" in sentence


@pytest.mark.parametrize("start", ["mimetypeapplication/vnd.oasis.opendocument.spreadsheet"])
def test_case_65_an_opendocument_sheet_is_named(rule_g, start):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", start.removeprefix("mimetype"))
    assert "OpenDocument" in rule_g(out.getvalue(), "x.ods")


def test_case_70_a_link_inside_the_archive_is_refused(rule_g):
    link = zipfile.ZipInfo("xl/media/link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "link or path" in rule_g(out.getvalue(), "x.xlsx")


def test_case_70_a_path_that_climbs_out_is_refused(rule_g):
    content = with_parts(book(), {"xl/../../outside.xml": b"x"})
    assert "link or path" in rule_g(content, "x.xlsx")


def test_a_truncated_workbook_is_damaged(rule_g):
    content = book()
    for cut in (len(content) // 2, len(content) - 3):
        assert "damaged" in rule_g(content[:cut], "x.xlsx")


def test_what_we_write_is_never_taken_for_a_bomb():
    made = openpyxl.Workbook(write_only=True)
    sheet = made.create_sheet("Data")
    sheet.append(["n", "m"])
    for _ in range(100_000):
        sheet.append([0, 0])
    out = io.BytesIO()
    made.save(out)
    assert len(read(out.getvalue()).rows) == 100_000


def test_what_was_done_to_cells_is_said_before_anything_is_imported(owner, owner_client):
    rows = [["Title"], ["day", "load"], [date(2026, 1, 1), "=1+1"], [date(2026, 1, 2), 5]]
    content = book(("first", rows), ("other", ROWS))
    dataset = given.upload(owner, content, name="load.xlsx", review=True)
    tasks.ingest(str(dataset.job_id))
    page = owner_client.get(f"/data/{dataset.pk}/import/").content.decode()
    assert "The sheet first was read. The workbook has: first, other." in page
    assert "1 formula was never computed and is missing: B3." in page
    assert "1 row above the table was left out." in page
