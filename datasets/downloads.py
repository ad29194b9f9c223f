"""Data on its way out, in blocks, so that memory does not grow with the file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet
from django.http import Http404
from django.utils.text import slugify

from datasets import storage
from datasets.building.duck import connect, literal, parquet
from datasets.models import Column, Dataset, Version

_BLOCK = 1024 * 1024
_LINES = 20_000
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
# A spreadsheet takes a cell that begins like this for a formula.
_DANGEROUS = "^[=+@\\t\\r\\x00-]"
_TRUE_NUMBER = r"^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def download_name(dataset: Dataset, format: str) -> str:
    """A file name that every system takes."""
    return f"{slugify(dataset.name) or 'dataset'}.{format}"


async def chunks(version: Version, format: str) -> AsyncIterator[bytes]:
    """The version as CSV or Parquet; raises Http404 for another format before the first block."""
    if format not in CONTENT_TYPES:
        raise Http404
    columns = [column async for column in version.columns.all()]
    path = await asyncio.to_thread(storage.local_copy, version.file_key)
    blocks = _csv(path, columns) if format == "csv" else _parquet(path, columns)
    async for block in _in_thread(blocks):
        yield block


async def original(dataset: Dataset) -> AsyncIterator[bytes]:
    """The file as it was uploaded."""
    path = await asyncio.to_thread(storage.local_copy, dataset.file_path)
    async for block in _in_thread(_blocks(path)):
        yield block


async def _in_thread(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Take one block after the other without holding up the event loop."""
    try:
        while block := await asyncio.to_thread(next, blocks, b""):
            yield block
    finally:
        close = getattr(blocks, "close", None)
        if close:
            await asyncio.to_thread(close)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _parquet(path: Path, columns: list[Column]) -> Iterator[bytes]:
    """Written once more, under the names people see and without our own marks.

    By pyarrow, because names may differ in nothing but case.
    """
    file = pyarrow.parquet.ParquetFile(path)
    fields = [pyarrow.field(column.name, _stored_type(file, column)) for column in columns]
    schema = pyarrow.schema(fields)
    keys = [column.key for column in columns]
    with storage.work_folder() as folder:
        target = folder / "export.parquet"
        with pyarrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in file.iter_batches(batch_size=_LINES, columns=keys):
                arrays = [
                    batch.column(key).cast(field.type)
                    for key, field in zip(keys, fields, strict=True)
                ]
                writer.write_batch(pyarrow.RecordBatch.from_arrays(arrays, schema=schema))
        yield from _blocks(target)


def _stored_type(file: pyarrow.parquet.ParquetFile, column: Column) -> pyarrow.DataType:
    if column.type == Column.Type.INTEGER:
        return pyarrow.int64()
    return file.schema_arrow.field(column.key).type


def _csv(path: Path, columns: list[Column]) -> Iterator[bytes]:
    cells = " || ',' || ".join(_cell(column) for column in columns)
    header = ",".join(_quoted(_harmless(column.name)) for column in columns)
    yield (header + "\n").encode()
    with connect() as connection:
        rows = connection.execute(f"SELECT {cells} FROM {parquet(path)}")  # noqa: S608
        while lines := rows.fetchmany(_LINES):
            yield ("\n".join(line for (line,) in lines) + "\n").encode()


def _exported(column: Column) -> str:
    return f"CAST({column.key} AS BIGINT)" if column.type == Column.Type.INTEGER else column.key


def _cell(column: Column) -> str:
    """One cell as CSV text. Numbers and times are plain; texts are made harmless and quoted."""
    text = f"CAST({_exported(column)} AS VARCHAR)"
    if column.type not in {Column.Type.TEXT, Column.Type.CATEGORY}:
        return f"coalesce({text}, '')"
    harmful = (
        f"regexp_matches({text}, {literal(_DANGEROUS)}) "
        f"AND NOT regexp_matches({text}, {literal(_TRUE_NUMBER)})"
    )
    safe = f"CASE WHEN {harmful} THEN '''' || {text} ELSE {text} END"
    special = f"regexp_matches({text}, '[\",\\r\\n]')"
    quoted = f"'\"' || replace({safe}, '\"', '\"\"') || '\"'"
    return f"coalesce(CASE WHEN {special} THEN {quoted} ELSE {safe} END, '')"


def _harmless(name: str) -> str:
    return f"'{name}" if name[:1] in {"=", "+", "-", "@", "\t", "\r"} else name


def _quoted(text: str) -> str:
    if any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text
