"""A Parquet file keeps its types: each column becomes SQL over the file, nothing goes through text.

Runs in the reading process only: a footer is parsed by native code.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet

from datasets.building.duck import connect, first_row, literal
from datasets.formats.format import Extracted, Native, Say
from datasets.formats.parquet.guarding import guard
from datasets.formats.parquet.types import UTF8, native_of
from datasets.refusals import Refusal
from datasets.sniffing.options import ReadingOptions
from datasets.sniffing.reading import Note
from datasets.sniffing.sniff import MOST_COLUMNS

# Of the file's own size, and in bytes once unpacked: beyond both it is a bomb.
_MOST_RATIO, _HARMLESS_BYTES = 1000, 128 * 1024**2
_SMALLEST_CELL = 8
_MOST_ROWS = 2**31
OURS = b"almanac"


def extract(source: Path, folder: Path, options: ReadingOptions, say: Say) -> Extracted:
    """Describe the columns of the file as SQL. Raises Refusal."""
    guard(source)
    metadata = _metadata(source)
    _require_small(source, metadata)
    table = f"read_parquet({literal(str(source))})"
    with connect(scratch=folder) as connection:
        columns = _texts_told(connection, table, _described(connection, table))
        if len(columns) > MOST_COLUMNS:
            raise Refusal("too_many_columns", columns=len(columns), limit=MOST_COLUMNS)
        if not metadata.num_rows or not columns:
            raise Refusal("no_rows")
        largest = _largest(connection, table, columns)
        notes = _empty_texts(connection, table, columns)
    names = _names(source, columns)
    natives = tuple(
        _native(place, names[place - 1], name, kind, largest, notes)
        for place, (name, kind) in enumerate(columns, 1)
    )
    return Extracted(
        table=table,
        rows=metadata.num_rows,
        natives=natives,
        declared=_declared(metadata, natives),
        notes=tuple(notes),
    )


def _native(
    place: int,
    shown: str,
    name: str,
    kind: str,
    largest: Mapping[str, bool],
    notes: list[Note],
) -> Native:
    native, code = native_of(shown, _quoted(name), kind, exact=largest.get(name, True))
    if code:
        notes.append(Note(code, f"c{place}", params={"kind": kind[:60]}))
    return native


def _metadata(source: Path) -> pyarrow.parquet.FileMetaData:
    try:
        return pyarrow.parquet.read_metadata(source)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        code = "parquet_encrypted" if "ncrypt" in str(error) else "damaged"
        raise Refusal(code, kind="parquet") from error


def _require_small(source: Path, metadata: pyarrow.parquet.FileMetaData) -> None:
    """By the sizes and the cells that the footer promises."""
    unpacked = sum(
        metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups)
    )
    cells = metadata.num_rows * metadata.num_columns
    expanded = max(unpacked, cells * _SMALLEST_CELL)
    if metadata.num_rows > _MOST_ROWS:
        raise Refusal("parquet_bomb", megabytes=expanded // 1024**2)
    if expanded > _HARMLESS_BYTES and expanded > _MOST_RATIO * source.stat().st_size:
        raise Refusal("parquet_bomb", megabytes=expanded // 1024**2)


def _described(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        raise Refusal("damaged", kind="parquet") from error
    return [(row[0], row[1]) for row in rows]


def _texts_told(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Old writers do not say that bytes are text; bytes that are all UTF-8 are taken for it."""
    unknown = [name for name, kind in columns if kind == "BLOB"]
    if not unknown:
        return columns
    tests = ", ".join(
        f"count({_quoted(name)}) = count(TRY(decode({_quoted(name)})))" for name in unknown
    )
    answers = _answers(connection, tests, table)
    texts = {name for name, is_text in zip(unknown, answers, strict=True) if is_text}
    return [(name, UTF8 if name in texts else kind) for name, kind in columns]


def _names(source: Path, columns: list[tuple[str, str]]) -> list[str]:
    """The names as written; SQL renames those that differ in nothing but case."""
    names = list(pyarrow.parquet.read_schema(source).names)
    return names if len(names) == len(columns) else [name for name, _ in columns]


def _largest(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]
) -> dict[str, bool]:
    """Whether every whole number of a column of long integers fits into a double."""
    long = [name for name, kind in columns if kind in {"BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"}]
    if not long:
        return {}
    bound = 2**53
    tests = ", ".join(
        f"coalesce(bool_and({_quoted(name)} BETWEEN -{bound} AND {bound}), true)" for name in long
    )
    return dict(zip(long, _answers(connection, tests, table), strict=True))


def _empty_texts(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]
) -> list[Note]:
    """Texts without a character count as missing everywhere else, so they are counted."""
    texts = [_quoted(name) for name, kind in columns if kind == "VARCHAR"]
    if not texts:
        return []
    counts = " + ".join(f"count(*) FILTER ({name} = '')" for name in texts)
    (count,) = _answers(connection, counts, table)
    return [Note("empty_texts", count=int(count))] if count else []


def _answers(connection: duckdb.DuckDBPyConnection, questions: str, table: str) -> tuple[Any, ...]:
    """What is asked of all rows; a file that cannot answer is damaged."""
    try:
        return tuple(first_row(connection, f"SELECT {questions} FROM {table}"))  # noqa: S608
    except duckdb.Error as error:
        raise Refusal("damaged", kind="parquet") from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _declared(
    metadata: pyarrow.parquet.FileMetaData, natives: tuple[Native, ...]
) -> tuple[str, ...]:
    """The types that stand when we wrote the file ourselves; else numbers may turn out times."""
    ours = list(_ours(metadata))
    if len(ours) == len(natives):
        return tuple(ours)
    taken = Counter(native.type for native in natives)
    # A file that has times of its own needs none found among its numbers and words.
    return tuple(native.type if taken["datetime"] else "" for native in natives)


def _ours(metadata: pyarrow.parquet.FileMetaData) -> Iterator[Any]:
    try:
        written = json.loads((metadata.metadata or {}).get(OURS, b"{}"))
    except ValueError:
        return
    if not isinstance(written, dict) or not isinstance(written.get("types"), list):
        return
    known = {"number", "boolean", "datetime", "text", "empty"}
    yield from (kind for kind in written["types"] if kind in known)
