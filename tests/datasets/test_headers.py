"""Column names: cases 27–32 of bad uploads."""

import unicodedata

from datasets import frames
from datasets.grid import rows
from tests.datasets.given import codes, read

ODD = ['say "hi"', "two\nlines", "{{7*7}}", "__proto__", "'; DROP TABLE users;--", "=1+1"]


def names(version):
    return [column.name for column in version.columns.all()]


def test_repeated_names_are_changed_visibly_and_keep_their_cells(owner):
    version = read(owner, "day,y,y,y.1\n2026-01-01,1,2,3\n2026-01-02,4,5,6\n")
    assert names(version) == ["day", "y", "y (2)", "y.1"]
    assert frames.read_frame(version)["y (2)"].tolist() == [2, 5]
    assert "renamed" in codes(version)


def test_an_empty_name_becomes_a_number(owner):
    version = read(owner, "day,,y\n2026-01-01,1,2\n2026-01-02,3,4\n")
    assert names(version) == ["day", "column 2", "y"]
    assert "unnamed" in codes(version)


def test_a_very_long_name_is_kept(owner):
    version = read(owner, f"day,{'x' * 5000}\n2026-01-01,1\n2026-01-02,2\n")
    assert len(names(version)[1]) == 5000


def test_odd_names_are_kept_as_they_are_under_safe_internal_names(owner):
    header = ",".join('"' + name.replace('"', '""') + '"' for name in ODD)
    version = read(owner, f"day,{header}\n2026-01-01,1,2,3,4,5,6\n2026-01-02,1,2,3,4,5,6\n")
    assert names(version)[1:] == ODD
    assert [column.key for column in version.columns.all()] == [f"c{i}" for i in range(1, 8)]
    assert rows.page(version, sort="-c4").rows[0][1:] == [1, 2, 3, 4, 5, 6]


def test_names_that_differ_in_case_stay_apart(owner):
    version = read(owner, "day,Load,load,LOAD\n2026-01-01,1,2,3\n2026-01-02,4,5,6\n")
    frame = frames.read_frame(version)
    assert frame[["Load", "load", "LOAD"]].iloc[0].tolist() == [1, 2, 3]


def test_names_that_look_the_same_are_told_apart(owner):
    composed, apart = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
    version = read(owner, f"day,{composed},{apart}\n2026-01-01,1,2\n2026-01-02,3,4\n")
    assert names(version)[1:] == ["é", "é (2)"]
