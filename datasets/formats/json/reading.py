"""JSON into rows, one record in memory at a time: records, lines, columns, index, split, values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from datasets.formats.cells import TEXT, Cell
from datasets.formats.format import Extracted, Say
from datasets.formats.json.columns import read_columns
from datasets.formats.json.events import Events
from datasets.formats.json.shape import Shape, find_shape
from datasets.formats.json.values import names_in, pairs_of, value_cell
from datasets.formats.plain import PlainText
from datasets.refusals import Refusal
from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.reading import Note

_EVERY = 2000


def extract(source: Path, folder: Path, options: ReadingOptions, say: Say) -> Extracted:
    """Read the table of a JSON document. Raises Refusal naming the record."""
    shape = find_shape(source, options.orient)
    target = folder / "extracted.csv"
    total = source.stat().st_size
    with PlainText(target, guarded=False) as rows, Events(source) as events:

        def on_row() -> None:
            events.row = rows.rows
            if rows.rows % _EVERY == 0:
                say(step="reading", bytes=min(events.bytes_read, total), bytes_total=total)

        _enter(events, shape)
        _READERS[shape.orient](events, rows, on_row)
        _drain(events, rows, shape)
        declared, notes = rows.finish()
    if shape.path:
        notes.append(Note("json_member", params={"member": ".".join(shape.path)}))
    return Extracted(text=target, declared=declared, notes=tuple(notes))


Read = Callable[[Events, PlainText, Callable[[], None]], None]


def _enter(events: Events, shape: Shape) -> None:
    """Walk to the member that holds the rows, past those before it."""
    for name in shape.path:
        event, _ = next(events)
        if event != "start_map":
            raise Refusal("json_orient", orient=shape.orient)
        for event, key in events:
            if event == "end_map":
                raise Refusal("json_orient", orient=shape.orient)
            if key == name:
                break
            _skip(events)


def _skip(events: Events) -> None:
    depth = events.depth
    next(events)
    while events.depth > depth:
        next(events)


def _drain(events: Events, rows: PlainText, shape: Shape) -> None:
    """Read to the end of the file, so that a fault behind the rows is found too."""
    events.row = rows.rows
    while (event := next(events, None)) is not None:
        if events.depth == (1 if event[0].startswith("start") else 0) and shape.orient != "lines":
            ends = event[0] in {"end_map", "end_array"}
            if not ends:
                raise Refusal("json_several", row=rows.rows + 1)


def _records(events: Events, rows: PlainText, on_row: Callable[[], None]) -> None:
    _expect(events, "start_array", "records")
    for event, _ in events:
        if event == "end_array":
            return
        if event != "start_map":
            raise Refusal("json_record", row=rows.row)
        rows.named(pairs_of(events))
        on_row()


def _lines(events: Events, rows: PlainText, on_row: Callable[[], None]) -> None:
    for event, _ in events:
        if event == "start_map":
            rows.named(pairs_of(events))
        elif event == "start_array":
            rows.named(_numbered(events))
        else:
            raise Refusal("json_record", row=rows.row)
        on_row()


def _values(events: Events, rows: PlainText, on_row: Callable[[], None]) -> None:
    _expect(events, "start_array", "values")
    for event, value in events:
        if event == "end_array":
            return
        if event == "start_array":
            rows.named(_numbered(events))
        elif event == "start_map":
            rows.named(pairs_of(events))
        else:
            rows.named([("value", value_cell(events, event, value))])
        on_row()


def _numbered(events: Events) -> list[tuple[str, Cell]]:
    cells = []
    for event, value in events:
        if event == "end_array":
            break
        cells.append(value_cell(events, event, value))
    return [(f"column {place}", cell) for place, cell in enumerate(cells, 1)]


def _index(events: Events, rows: PlainText, on_row: Callable[[], None]) -> None:
    _expect(events, "start_map", "index")
    for event, key in events:
        if event == "end_map":
            return
        if next(events)[0] != "start_map":
            raise Refusal("json_record", row=rows.row)
        rows.named([("index", (TEXT, str(key))), *pairs_of(events)])
        on_row()


def _split(events: Events, rows: PlainText, on_row: Callable[[], None]) -> None:
    """Names, then rows as lists; an index beside them names no values and is left out."""
    _expect(events, "start_map", "split")
    named = False
    for event, key in events:
        if event == "end_map":
            return
        if key == "columns":
            rows.open_all(names_in(events))
            named = True
        elif key == "data" and named:
            _listed(events, rows, on_row)
        elif key == "data":
            raise Refusal("json_names_last")
        else:
            _skip(events)


def _listed(events: Events, rows: PlainText, on_row: Callable[[], None]) -> None:
    _expect(events, "start_array", "split")
    for event, _ in events:
        if event == "end_array":
            return
        if event != "start_array":
            raise Refusal("json_record", row=rows.row)
        cells = [cell for _, cell in _numbered(events)]
        if len(cells) != rows.width:
            raise Refusal("long_record", row=rows.row, cells=len(cells), columns=rows.width)
        rows.placed(cells)
        on_row()


def _expect(events: Events, wanted: str, orient: str) -> None:
    event = next(events, None)
    if event is None or event[0] != wanted:
        raise Refusal("json_orient", orient=orient)


_READERS: dict[str, Read] = {
    "records": _records,
    "lines": _lines,
    "values": _values,
    "index": _index,
    "split": _split,
    "columns": read_columns,
}
