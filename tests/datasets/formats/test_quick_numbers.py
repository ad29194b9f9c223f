"""Numbers that the reader of CSV makes itself are those that the exact way gives."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.building import type_rows
from datasets.building.duck import connect, parquet
from datasets.building.opening import Opened
from datasets.formats.csv import convert
from datasets.formats.csv.survey import survey
from datasets.sniffing.sniff import sniff

ODD = ["007", "-007", '"007"', " 5", "5 ", "1_000", "nan", "inf", "-Infinity", "1e309", "1e400"]
ODD += ["9007199254740993", "-9007199254740992", "x", "NA", "", '""', "+5", "-0", "0", "00", "0x1F"]
ODD += ["1e5", "5.", ".5", "-.5", "1,5", '"1,234"', "1.2.3", "--5", "1e", "٣"]


def both_ways(text):
    """(what the quick way found, what the exact way found) of the same file."""
    found = []
    for quick in (True, False):
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            source, results = Path(folder, "source"), Path(folder, "results")
            source.write_text(text, encoding="utf-8", newline="")
            results.mkdir()
            if not quick:
                patch.setattr(convert, "_is_direct", lambda *_given: False)
            reading = sniff(text.encode(), complete=True)
            with connect(scratch=results) as connection:
                opened = Opened(source, reading)
                converted, _, plan = type_rows.type_rows(
                    connection, opened, results, lambda **_progress: None
                )
                keys = ", ".join(column.key for column in reading.columns)
                rows = connection.execute(
                    f"SELECT {keys} FROM {parquet(plan.target)}"  # noqa: S608
                ).fetchall()
            found.append((converted, rows))
    return found


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    st.lists(st.sampled_from(ODD) | st.floats().map(repr) | st.integers().map(str), max_size=6),
    st.integers(0, 40),
)
def test_any_cell_among_numbers_is_read_the_same_both_ways(cells, place):
    numbers = [str(n / 8) for n in range(40)]
    column = numbers[:place] + [c for c in cells if "," not in c or '"' in c] + numbers[place:]
    text = "a,b\n" + "".join(f"{n / 4},{cell}\n" for n, cell in enumerate(column))
    quick, exact = both_ways(text)
    assert quick == exact


@pytest.mark.parametrize("cell", ["007", "-007", '"007"', "+007", " 7", '" 7"', "1_000", "\t7"])
def test_cells_that_would_lose_something_are_seen_by_the_survey(tmp_path, cell):
    source = tmp_path / "t.csv"
    for text in (f"a,b\n1,2\n{cell},3\n", f"a,b\n1,2\n3,{cell}\n", f"{cell},b\n1,2\n"):
        source.write_text(text, encoding="utf-8")
        reading = sniff(b"a,b\n1,2\n", complete=True)
        assert not survey(source, reading, lambda _done: None).is_plain


@pytest.mark.parametrize(
    "cell", ["0.5", "-0.5", "0", "-0", "0e5", "", '""', "10", "2026-01-01 00:00"]
)
def test_plain_cells_go_the_quick_way(tmp_path, cell):
    source = tmp_path / "t.csv"
    source.write_text(f"a,b\n1,2\n{cell},{cell}\n", encoding="utf-8")
    reading = sniff(b"a,b\n1,2\n", complete=True)
    assert survey(source, reading, lambda _done: None).is_plain
