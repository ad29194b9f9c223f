"""Which characters a file is made of: cases 1–8 of bad uploads."""

import codecs

import pytest

from datasets import frames
from datasets.models import Dataset
from datasets.problems import DatasetProblem
from datasets.sniffing.options import ReadingOptions
from tests.datasets.given import codes, read, read_kept, upload

TABLE = "day,city,sales\n2026-01-01,Köln,1.5\n2026-01-02,Zürich,2.5\n2026-01-03,Besançon,3.5\n"


def cities(version):
    return frames.read_frame(version, ["city"])["city"].tolist()


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-8"),
    ],
)
def test_unicode_files_are_read_with_their_mark(owner, mark, encoding):
    version = read(owner, mark + TABLE.encode(encoding))
    assert cities(version) == ["Köln", "Zürich", "Besançon"]
    assert version.column("c1").name == "day"
    assert version.row_count == 3


def test_utf16_without_mark_is_refused_with_a_hint(owner):
    with pytest.raises(DatasetProblem, match="UTF-16 without a byte order mark"):
        upload(owner, TABLE.encode("utf-16-le"))


def test_utf16_without_mark_is_read_when_its_encoding_is_chosen(owner):
    options = ReadingOptions(encoding="utf-16-le")
    assert len(cities(read(owner, TABLE.encode("utf-16-le"), options=options))) == 3


@pytest.mark.parametrize(
    ("encoding", "text", "word"),
    [
        ("cp1252", TABLE, "Köln"),
        ("cp1252", TABLE.replace("Köln", "20 €"), "20 €"),
        ("latin-1", TABLE, "Köln"),
        ("shift_jis", "日付,city,売上\n2026-01-01,東京,1\n2026-01-02,大阪,2\n", "東京"),
        ("gb18030", "日期,city,销售额\n2026-01-01,北京,1\n2026-01-02,上海,2\n", "北京"),
    ],
)
def test_other_encodings_are_detected_and_named(owner, encoding, text, word):
    version = read(owner, text.encode(encoding))
    assert cities(version)[0] == word
    assert "encoding_guessed" in codes(version)


def test_one_bad_byte_far_down_is_refused_with_its_row_and_nothing_stays(owner, own_files):
    rows = [f"2026-01-01,{number}" for number in range(899_999)]
    text = ("day,n\n" + "\n".join(rows)).encode().replace(b"01,899998", b"01,\xff")
    dataset = upload(owner, text)
    with pytest.raises(DatasetProblem, match=r"table\.csv: row 900,000 holds the byte 0xFF"):
        read_kept(dataset)
    assert not list(own_files.rglob("data.parquet"))


def test_one_bad_byte_among_accents_is_damage_not_another_encoding(owner):
    text = TABLE.encode().replace(b"2.5", b"2\xff5")
    with pytest.raises(DatasetProblem, match="row 3 holds the byte 0xFF"):
        upload(owner, text)


def test_nul_inside_a_field_is_refused_with_its_row(owner):
    with pytest.raises(DatasetProblem, match="row 3 holds a NUL byte"):
        upload(owner, "day,name\n2026-01-01,a\n2026-01-02,x\0y\n")


def test_nul_beyond_the_sample_is_refused_with_its_row(owner):
    rows = "".join(f"2026-01-01,{number:060d}\n" for number in range(70_000))
    dataset = upload(owner, "day,name\n" + rows + "2026-01-02,x\0y\n")
    with pytest.raises(DatasetProblem, match="row 70,002 holds a NUL byte"):
        read_kept(dataset)


def test_a_file_of_nuls_is_refused_and_leaves_nothing(owner, own_files):
    with pytest.raises(DatasetProblem, match="not a CSV file"):
        upload(owner, b"\0" * 5000)
    assert not Dataset.objects.exists()
    assert not [path for path in own_files.rglob("*") if path.is_file()]
