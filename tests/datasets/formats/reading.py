"""Files of any format, read by the code of the reading process; tables written for the same."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.building.build import DATA, Request, build
from datasets.building.duck import connect, parquet
from datasets.formats import table as tables
from datasets.formats.registry import FORMATS
from datasets.formats.table import Field, Table
from datasets.refusals import Refusal
from datasets.sniffing.options import ReadingOptions

ARROW = {
    tables.INTEGER: pa.float64(),
    tables.FLOAT: pa.float64(),
    tables.EMPTY: pa.float64(),
    tables.BOOLEAN: pa.bool_(),
    tables.DATETIME: pa.timestamp("us"),
    tables.TEXT: pa.string(),
}


@dataclass(frozen=True)
class Read:
    """What came out of a file."""

    found: dict[str, Any]
    rows: list[tuple[Any, ...]]

    @property
    def names(self):
        return [column["name"] for column in self.found["reading"]["columns"]]

    @property
    def types(self):
        return [column["type"] for column in self.found["reading"]["columns"]]

    @property
    def notes(self):
        return {note["code"]: note for note in self.found["notes"]}

    def column(self, name):
        place = self.names.index(name)
        return [row[place] for row in self.rows]


def read(content, name="file", **options):
    """Read `content` (bytes or text) as the reading process would."""
    with tempfile.TemporaryDirectory() as folder:
        source, results = Path(folder, "source"), Path(folder, "results")
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        results.mkdir()
        chosen = ReadingOptions.from_dict(options)
        request = Request(source, results, None, options=chosen, filename=name)
        found = build(request, lambda **_progress: None)
        keys = ", ".join(column["key"] for column in found["reading"]["columns"])
        with connect() as connection:
            table = parquet(results / DATA)
            rows = connection.execute(f"SELECT {keys} FROM {table}").fetchall()  # noqa: S608
        return Read(found, rows)


def refused(content, name="file", **options):
    """The refusal of a file that must not be read."""
    try:
        read(content, name, **options)
    except Refusal as refusal:
        return refusal
    raise AssertionError("it was read")


def written(columns, key, *, series="", **chosen):
    """`columns` [(name, kind, values)] as a file of the format `key`; the first is the time."""
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder, "data.parquet"), Path(folder, "out")
        arrays = [pa.array(values, type=ARROW[kind]) for _, kind, values in columns]
        keys = [f"c{place}" for place in range(1, len(columns) + 1)]
        pq.write_table(pa.table(dict(zip(keys, arrays, strict=True))), path)
        fields = tuple(
            Field(name, key, kind, key) for key, (name, kind, _) in zip(keys, columns, strict=True)
        )
        time = next((f.key for f in fields if f.kind == tables.DATETIME), "")
        table = Table(path, fields, len(columns[0][2]), time=time, series=series)
        FORMATS[key].write(table, target, chosen, lambda _share: None)
        return target.read_bytes()
