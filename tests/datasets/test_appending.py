"""New rows for a dataset that is there: matched by name, checked by type, asked about by time."""

import pytest

from datasets import frames
from datasets.models import Version
from datasets.problems import DatasetProblem
from datasets.versioning import appending
from datasets.versioning.appending import SameTimes
from jobs.progress import Cancelled, Interrupted
from tests.datasets.given import Quietly, build_here, read

HOURS = "time,load,note\n2026-01-01 00:00,100,calm\n2026-01-01 01:00,110,\n2026-01-01 02:00,120,x\n"


@pytest.fixture
def version(owner):
    made = read(owner, HOURS)
    made.dataset.status = "ready"
    made.dataset.save()
    return made


def add(version, text, *, same="ask", name="more.csv"):
    """Append a file here; the new version."""
    dataset = version.dataset
    arrived = appending.keep(dataset, name=name, content=[text.encode()])
    run = Quietly(dataset=str(dataset.pk), same=same, **arrived.to_dict())
    return appending.append(run, reader=build_here)


def table(version):
    frame = frames.read_frame(version)
    return [[str(row[0])[5:16], row[1], row[2]] for row in frame.itertuples(index=False)]


def test_later_rows_come_after_the_ones_that_are_there(version):
    made = add(version, "time,load,note\n2026-01-01 03:00,130,late\n2026-01-01 04:00,140,\n")
    assert (made.number, made.origin, made.parent) == (2, Version.Origin.APPEND, version)
    assert table(made)[-2:] == [["01-01 03:00", 130.0, "late"], ["01-01 04:00", 140.0, None]]
    assert (made.diff["rows_added"], made.diff["rows_removed"], made.diff["cells_changed"]) == (
        2,
        0,
        0,
    )


def test_earlier_rows_are_sorted_in(version):
    made = add(version, "time,load,note\n2025-12-31 23:00,90,old\n")
    assert [row[1] for row in table(made)] == [90.0, 100.0, 110.0, 120.0]


def test_columns_are_matched_by_name_in_any_order(version):
    made = add(version, "Note,time,LOAD\nlate,2026-01-01 03:00,130\n")
    assert table(made)[-1] == ["01-01 03:00", 130.0, "late"]


AGAIN = "time,load,note\n2026-01-01 02:00,999,new\n2026-01-01 03:00,130,late\n"


def test_repeated_times_are_asked_about_and_nothing_is_added(version):
    with pytest.raises(SameTimes, match="1 of 2 rows has a time that is there already"):
        add(version, AGAIN)
    assert version.dataset.versions.count() == 1


@pytest.mark.parametrize(
    ("same", "loads", "added", "changed"),
    [
        ("old", [100, 110, 120, 130], 1, 0),
        ("new", [100, 110, 999, 130], 1, 2),
        ("both", [100, 110, 120, 999, 130], 2, 0),
    ],
)
def test_repeated_times_keep_the_old_row_take_the_new_or_keep_both(
    version, same, loads, added, changed
):
    made = add(version, AGAIN, same=same)
    assert [row[1] for row in table(made)] == loads
    assert (made.diff["rows_added"], made.diff["cells_changed"]) == (added, changed)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time,load\n2026-01-01 03:00,1\n", "has no column note"),
        ("time,load,note,wind\n2026-01-01 03:00,1,a,2\n", "has a column wind"),
        ("time,load,note\n2026-01-01 03:00,many,a\n", 'row 2, column load: "many"'),
        ("time,load,note\n2026-01-01 03:00,1,a\nsoon,1,a\n", "time"),
        ("time,load,note\n2026-01-01T03:00Z,1,a\n", "name a zone"),
        ("time,load,note\n", "no data rows"),
        ("", "no data rows"),
    ],
)
def test_rows_that_do_not_fit_are_refused_with_the_place(version, text, words):
    with pytest.raises(DatasetProblem, match=words):
        add(version, text)
    assert version.dataset.versions.count() == 1


def test_the_file_goes_when_it_is_read_or_refused(version, own_files):
    add(version, "time,load,note\n2026-01-01 03:00,130,late\n")
    with pytest.raises(DatasetProblem):
        add(version, "time,load\n2026-01-01 03:00,1\n")
    assert list(own_files.rglob("append/*")) == []


def test_a_number_column_takes_numbers_that_look_like_something_else(version):
    made = add(version, "time,load,note\n2026-01-01 03:00,1,7\n2026-01-01 04:00,0,8\n")
    assert table(made)[-1] == ["01-01 04:00", 0.0, "8"]


def test_two_series_may_share_a_time(owner):
    rows = "".join(f"2026-01-0{d},{s},{d}\n" for s in "ab" for d in range(1, 9))
    version = read(owner, "day,shop,sold\n" + rows)
    assert version.series_column
    made = add(version, "day,shop,sold\n2026-01-08,c,80\n2026-01-09,a,9\n")
    assert made.row_count == 18
    with pytest.raises(SameTimes):
        add(made, "day,shop,sold\n2026-01-08,c,81\n")


def test_a_cancelled_addition_leaves_no_file_and_an_interrupted_one_keeps_it(version, own_files):
    for ending, left in ((Cancelled, 0), (Interrupted, 1)):
        dataset = version.dataset
        arrived = appending.keep(dataset, name="more.csv", content=[HOURS.encode()])
        run = Quietly(dataset=str(dataset.pk), same="both", **arrived.to_dict())

        def stop(*args, ending=ending, **detail):
            raise ending

        run.report = stop
        with pytest.raises(ending):
            appending.append(run, reader=build_here)
        assert len(list(own_files.rglob("append/*"))) == left
    assert dataset.versions.count() == 1
