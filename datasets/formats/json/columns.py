"""JSON that holds one list, or one object, per column: each is spooled to disk, then zipped."""

from __future__ import annotations

import json
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from datasets.formats.cells import TEXT, Cell
from datasets.formats.json.events import Events
from datasets.formats.json.values import value_cell
from datasets.formats.plain import PlainText
from datasets.refusals import Refusal
from datasets.sniffing.sniff import MOST_COLUMNS


@dataclass
class _Spooled:
    """One column on disk, a JSON pair [kind, text] per line."""

    name: str
    path: Path
    count: int


def read_columns(events: Events, rows: PlainText, on_row: Callable[[], None]) -> None:
    """Read `{"a": [1, 2], "b": [3, 4]}` or `{"a": {"0": 1}}`; scalars beside them are left out."""
    event = next(events, None)
    if event is None or event[0] != "start_map":
        raise Refusal("json_orient", orient="columns")
    with tempfile.TemporaryDirectory() as folder:
        columns = list(_spool(events, Path(folder)))
        _require_equal(columns)
        rows.open_all([column.name for column in columns])
        for cells in _zipped(columns):
            rows.placed(cells)
            on_row()


def _spool(events: Events, folder: Path) -> Iterator[_Spooled]:
    first, places = True, 0
    for event, name in events:
        if event == "end_map":
            return
        inner, _ = next(events)
        if inner not in {"start_array", "start_map"}:
            continue
        places += 1
        if places > MOST_COLUMNS:
            raise Refusal("too_many_columns", columns=places, limit=MOST_COLUMNS)
        if inner == "start_array":
            yield _spool_list(events, name, folder / f"{places}")
            continue
        index, values = _spool_map(events, name, folder / f"{places}")
        if first and index is not None:
            yield index
        first = False
        yield values


def _spool_list(events: Events, name: str, path: Path) -> _Spooled:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for event, value in events:
            if event == "end_array":
                break
            count += 1
            file.write(json.dumps(value_cell(events, event, value)) + "\n")
    return _Spooled(name, path, count)


def _spool_map(events: Events, name: str, path: Path) -> tuple[_Spooled | None, _Spooled]:
    """(the row names, unless they only count from 0; the values) of one column."""
    count, counts = 0, True
    names = path.with_suffix(".names")
    with path.open("w", encoding="utf-8") as file, names.open("w", encoding="utf-8") as keys:
        for event, key in events:
            if event == "end_map":
                break
            counts = counts and key == str(count)
            count += 1
            inner, value = next(events)
            keys.write(json.dumps((TEXT, key)) + "\n")
            file.write(json.dumps(value_cell(events, inner, value)) + "\n")
    index = None if counts else _Spooled("index", names, count)
    return index, _Spooled(name, path, count)


def _require_equal(columns: list[_Spooled]) -> None:
    for column in columns:
        if column.count != columns[0].count:
            raise Refusal(
                "columns_differ",
                column=column.name[:80],
                cells=column.count,
                other=columns[0].name[:80],
                expected=columns[0].count,
            )


def _zipped(columns: list[_Spooled]) -> Iterator[list[Cell]]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2 * MOST_COLUMNS)), hard))
    with ExitStack() as stack:
        files = [stack.enter_context(column.path.open(encoding="utf-8")) for column in columns]
        for lines in zip(*files, strict=True):
            yield [(kind, text) for kind, text in map(json.loads, lines)]
