"""A version made from typed rows: described, compared with its parent, undone."""

import duckdb
import pytest

from accounts.problems import Conflict
from datasets import storage
from datasets.frames import read_frame
from datasets.models import Column, Dataset, Version
from datasets.problems import DatasetProblem
from datasets.receiving import quota
from datasets.signals import version_ready
from datasets.versioning import versions
from datasets.versioning.versions import (
    NewColumn,
    columns_of,
    create_dataset_from,
    make_version,
    undo,
)
from tests.datasets.given import read

HOURLY = "time,load,city\n" + "".join(f"2026-01-01 {h:02d}:00,{h * 10},A\n" for h in range(6))


def written(path, sql, version=None):
    """A Parquet file of what `sql` says about the rows of `version`."""
    stored = storage.local_copy(version.file_key) if version else ""
    table = f"read_parquet('{stored}', file_row_number=true)"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({sql.format(rows=table)}) TO '{path}' (FORMAT parquet)")
    return path


def next_version(parent, source, **more):
    more = {"origin": Version.Origin.REPAIR, "made_by": parent.dataset.owner, **more}
    return make_version(parent.dataset, source=source, parent=parent, **more)


@pytest.fixture
def first(owner):
    return read(owner, HOURLY)


def test_a_version_is_made_of_typed_rows(first, tmp_path, django_capture_on_commit_callbacks):
    heard = []
    version_ready.connect(lambda version, **_: heard.append(version), weak=False, dispatch_uid="t")
    source = written(tmp_path / "a.parquet", "SELECT c1, c2 + 1 AS c2, c3 FROM {rows}", first)
    with django_capture_on_commit_callbacks(execute=True):
        version = next_version(first, source, recipe=[{"step": "edit"}], note="one more")
    version_ready.disconnect(dispatch_uid="t")
    assert (version.number, version.row_count, version.frequency) == (2, 6, "h")
    assert (version.parent, version.origin, version.note) == (first, "repair", "one more")
    assert read_frame(version)["load"].tolist() == [1, 11, 21, 31, 41, 51]
    assert [column.role for column in version.columns.all()] == [
        column.role for column in first.columns.all()
    ]
    assert heard == [version]
    assert source.exists()


def test_changed_filled_and_emptied_cells_are_counted(owner, tmp_path):
    first = read(owner, "time,load\n2026-01-01,1\n2026-01-02,\n2026-01-03,3\n2026-01-04,4\n")
    source = written(
        tmp_path / "a.parquet",
        "SELECT c1, CASE day(c1) WHEN 1 THEN 7 WHEN 2 THEN 2 WHEN 3 THEN NULL ELSE c2 END AS c2 "
        "FROM {rows}",
        first,
    )
    diff = next_version(first, source).diff
    assert (diff["cells_changed"], diff["cells_filled"], diff["cells_emptied"]) == (1, 1, 1)
    assert diff["cells"] == {"c2": {"changed": 1, "filled": 1, "emptied": 1}}
    assert (diff["rows_added"], diff["rows_removed"], diff["rows_moved"]) == (0, 0, 0)


def test_added_and_removed_rows_are_told_apart_by_their_time(first, tmp_path):
    source = written(
        tmp_path / "a.parquet",
        "SELECT c1, c2, c3 FROM {rows} WHERE hour(c1) <> 2 UNION ALL "
        "SELECT TIMESTAMP '2026-01-01 09:00', 90.0, 'A'",
        first,
    )
    diff = next_version(first, source).diff
    assert (diff["rows_added"], diff["rows_removed"]) == (1, 1)
    assert diff["cells_changed"] == 0


def test_repeated_times_are_counted_one_by_one(owner, tmp_path):
    first = read(owner, "time,load\n2026-01-01,1\n2026-01-01,2\n2026-01-02,3\n")
    source = written(
        tmp_path / "a.parquet",
        "SELECT c1, min(c2) AS c2 FROM {rows} GROUP BY c1 ORDER BY c1",
        first,
    )
    diff = next_version(first, source).diff
    assert (diff["rows_added"], diff["rows_removed"], diff["cells_changed"]) == (0, 1, 0)


def test_lineage_tells_a_shift_of_all_times_from_new_rows(first, tmp_path):
    source = written(
        tmp_path / "a.parquet",
        "SELECT c1 + INTERVAL 1 HOUR AS c1, c2, c3, file_row_number AS _from FROM {rows}",
        first,
    )
    version = next_version(first, source)
    diff = version.diff
    assert (diff["rows_added"], diff["rows_removed"], diff["cells_changed"]) == (0, 0, 6)
    assert "_from" not in read_columns(version)


def test_rows_out_of_order_are_sorted_and_keep_their_lineage(first, tmp_path):
    source = written(
        tmp_path / "a.parquet",
        "SELECT c1, c2, c3, file_row_number AS _from FROM {rows} ORDER BY c2 DESC",
        first,
    )
    version = next_version(first, source)
    assert read_frame(version)["load"].tolist() == [0, 10, 20, 30, 40, 50]
    assert version.profile["sorted_by_us"]
    assert (version.diff["rows_moved"], version.diff["cells_changed"]) == (0, 0)


def test_columns_added_removed_renamed_and_retyped_are_counted(first, tmp_path):
    source = written(
        tmp_path / "a.parquet",
        "SELECT c1, CAST(c2 AS VARCHAR) AS c2, c2 * 2 AS c4 FROM {rows}",
        first,
    )
    columns = [
        NewColumn("c1", "when", Column.Role.TIME),
        NewColumn("c2", "load"),
        NewColumn("c4", "double"),
    ]
    diff = next_version(first, source, columns=columns).diff
    assert diff["columns"] == {
        "added": ["double"],
        "removed": ["city"],
        "renamed": [["time", "when"]],
        "retyped": [["load", "integer", "text"]],
    }


def test_whole_numbers_too_large_for_a_double_become_text(owner, tmp_path):
    source = written(
        tmp_path / "a.parquet",
        "SELECT DATE '2026-01-01' + CAST(i AS INTEGER) AS c1, 9007199254740993 + i AS c2, i AS c3 "
        "FROM range(3) r(i)",
    )
    columns = [NewColumn("c1", "day"), NewColumn("c2", "big"), NewColumn("c3", "small")]
    dataset = create_dataset_from(owner, "From SQL", source, columns)
    version = dataset.current_version
    assert [(c.type, c.role) for c in version.columns.all()][::2] == [
        ("datetime", "time"),
        ("integer", "target"),
    ]
    assert read_frame(version, ["big"])["big"].tolist()[0] == "9007199254740993"
    assert (dataset.status, dataset.format, version.origin) == ("ready", "query", "query")
    assert (version.frequency, dataset.record_count) == ("D", 3)


def test_an_empty_result_is_refused_and_nothing_stays(first, tmp_path):
    source = written(tmp_path / "a.parquet", "SELECT c1, c2, c3 FROM {rows} WHERE false", first)
    with pytest.raises(DatasetProblem, match="No row would be left"):
        next_version(first, source)
    with pytest.raises(DatasetProblem, match="No row would be left"):
        create_dataset_from(first.dataset.owner, "None", source, columns_of(first))
    assert Version.objects.count() == 1
    assert Dataset.objects.count() == 1


def test_who_comes_second_is_told_so(first, tmp_path):
    source = written(tmp_path / "a.parquet", "SELECT c1, c2, c3 FROM {rows}", first)
    next_version(first, source)
    with pytest.raises(Conflict, match="Version 2 was made meanwhile"):
        next_version(first, source)


def test_undo_shares_the_file_and_goes_back_step_by_step(first, owner, tmp_path):
    source = written(tmp_path / "a.parquet", "SELECT c1, c2 + 1 AS c2, c3 FROM {rows}", first)
    second = next_version(first, source)
    next_version(second, written(tmp_path / "b.parquet", "SELECT c1, c2 FROM {rows}", first),
                 columns=columns_of(first)[:2])  # fmt: skip
    used = quota.used_bytes(owner)
    fourth = undo(first.dataset, owner)
    assert quota.used_bytes(owner) == used
    assert (fourth.number, fourth.origin, fourth.file_key) == (4, "undo", second.file_key)
    assert fourth.diff["columns"] == {"added": ["city"]}
    fifth = undo(first.dataset, owner)
    assert fifth.content_hash == first.content_hash
    assert read_frame(fifth)["load"].tolist() == [0, 10, 20, 30, 40, 50]
    with pytest.raises(Conflict, match="nothing to undo"):
        undo(first.dataset, owner)


def test_any_earlier_version_can_be_brought_back(first, owner, tmp_path):
    source = written(tmp_path / "a.parquet", "SELECT c1, c2 + 1 AS c2, c3 FROM {rows}", first)
    second = next_version(first, source)
    undo(first.dataset, owner)
    again = versions.restore(first.dataset, second, owner)
    assert (again.number, again.file_key) == (4, second.file_key)
    with pytest.raises(Conflict, match="Version 2 is what you see"):
        versions.restore(first.dataset, second, owner)


def read_columns(version):
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(storage.local_copy(version.file_key)))
        return found.columns
